package dev.dormouse.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a seed as it is printed, {@code 0x5eed}, or in decimal. */
final class SeedConverter implements ITypeConverter<Long> {
  @Override
  public Long convert(String value) {
    try {
      return value.startsWith("0x") ? Long.parseUnsignedLong(value.substring(2), 16) : Long.parseLong(value);
    } catch (NumberFormatException _) {
      throw new TypeConversionException("'" + value + "' is not a seed: a number such as 42 or 0x5eed expected");
    }
  }
}
