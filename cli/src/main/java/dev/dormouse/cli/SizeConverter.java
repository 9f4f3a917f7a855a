package dev.dormouse.cli;

import dev.dormouse.heap.Geometry;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 67108864}, {@code 64M} and the like; K, M and G are powers of 1,024. */
final class SizeConverter implements ITypeConverter<Long> {
  @Override
  public Long convert(String value) {
    String digits = value.toUpperCase(Locale.ROOT);
    int unit = digits.isEmpty() ? -1 : "KMG".indexOf(digits.charAt(digits.length() - 1));
    try {
      long number = Long.parseLong(unit < 0 ? digits : digits.substring(0, digits.length() - 1));
      long bytes = Math.multiplyExact(number, 1L << (10 * (unit + 1)));
      if (bytes >= Geometry.LEAST_POOL_BYTES) {
        return bytes;
      }
    } catch (NumberFormatException | ArithmeticException _) {
      // Said below.
    }
    throw new TypeConversionException(
        "'" + value + "' is not a size of a pool: at least " + Geometry.LEAST_POOL_BYTES + " bytes, or such as 256M or 2G, expected");
  }
}
