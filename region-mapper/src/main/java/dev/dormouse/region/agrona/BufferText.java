package dev.dormouse.region.agrona;

import dev.dormouse.region.Region;
import dev.dormouse.region.RegionText;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.AsciiEncoding;
import org.agrona.AsciiNumberFormatException;

/** Strings, and numbers in digits. The region's text does it; here is what differs, and that nothing leaves the buffer. */
abstract sealed class BufferText extends BufferBytes permits RegionBuffer {
  private static final String NO_TEXT = "null";
  private static final String LEAST_INT = String.valueOf(Integer.MIN_VALUE);
  private static final String LEAST_LONG = String.valueOf(Long.MIN_VALUE);

  BufferText(Region region, long start, int capacity) {
    super(region, start, capacity);
  }

  @Override
  public final String getStringAscii(int index) {
    return getStringWithoutLengthAscii(index + STR_HEADER_LEN, getInt(index));
  }

  @Override
  public final String getStringAscii(int index, ByteOrder byteOrder) {
    return getStringWithoutLengthAscii(index + STR_HEADER_LEN, getInt(index, byteOrder));
  }

  @Override
  public final String getStringAscii(int index, int length) {
    return getStringWithoutLengthAscii(index + STR_HEADER_LEN, length);
  }

  @Override
  public final int getStringAscii(int index, Appendable appendable) {
    return getStringWithoutLengthAscii(index + STR_HEADER_LEN, getInt(index), appendable);
  }

  @Override
  public final int getStringAscii(int index, Appendable appendable, ByteOrder byteOrder) {
    return getStringWithoutLengthAscii(index + STR_HEADER_LEN, getInt(index, byteOrder), appendable);
  }

  @Override
  public final int getStringAscii(int index, int length, Appendable appendable) {
    at(index, STR_HEADER_LEN);
    return getStringWithoutLengthAscii(index + STR_HEADER_LEN, length, appendable);
  }

  @Override
  public final String getStringWithoutLengthAscii(int index, int length) {
    return text().getStringWithoutLengthAscii(at(index, length), length);
  }

  @Override
  public final int getStringWithoutLengthAscii(int index, int length, Appendable appendable) {
    return text().getStringWithoutLengthAscii(at(index, length), length, appendable);
  }

  @Override
  public final int putStringAscii(int index, String value) {
    return putStringAscii(index, (CharSequence) value, ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public final int putStringAscii(int index, CharSequence value) {
    return putStringAscii(index, value, ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public final int putStringAscii(int index, String value, ByteOrder byteOrder) {
    return putStringAscii(index, (CharSequence) value, byteOrder);
  }

  @Override
  public final int putStringAscii(int index, CharSequence value, ByteOrder byteOrder) {
    int length = value == null ? 0 : value.length();
    return text().putStringAscii(at(index, STR_HEADER_LEN + length), value, byteOrder);
  }

  @Override
  public final int putStringWithoutLengthAscii(int index, String value) {
    return putStringWithoutLengthAscii(index, value, 0, Integer.MAX_VALUE);
  }

  @Override
  public final int putStringWithoutLengthAscii(int index, CharSequence value) {
    return putStringWithoutLengthAscii(index, value, 0, Integer.MAX_VALUE);
  }

  @Override
  public final int putStringWithoutLengthAscii(int index, String value, int valueOffset, int length) {
    return putStringWithoutLengthAscii(index, (CharSequence) value, valueOffset, length);
  }

  @Override
  public final int putStringWithoutLengthAscii(int index, CharSequence value, int valueOffset, int length) {
    if (value == null) {
      return 0;
    }
    int count = Math.min(value.length() - valueOffset, length);
    return text().putStringWithoutLengthAscii(at(index, count), value, valueOffset, count);
  }

  @Override
  public final String getStringUtf8(int index) {
    return getStringWithoutLengthUtf8(index + STR_HEADER_LEN, getInt(index));
  }

  @Override
  public final String getStringUtf8(int index, ByteOrder byteOrder) {
    return getStringWithoutLengthUtf8(index + STR_HEADER_LEN, getInt(index, byteOrder));
  }

  @Override
  public final String getStringUtf8(int index, int length) {
    return getStringWithoutLengthUtf8(index + STR_HEADER_LEN, length);
  }

  @Override
  public final String getStringWithoutLengthUtf8(int index, int length) {
    return text().getStringWithoutLengthUtf8(at(index, length), length);
  }

  @Override
  public final int putStringUtf8(int index, String value) {
    return putStringUtf8(index, value, ByteOrder.LITTLE_ENDIAN, Integer.MAX_VALUE);
  }

  @Override
  public final int putStringUtf8(int index, String value, ByteOrder byteOrder) {
    return putStringUtf8(index, value, byteOrder, Integer.MAX_VALUE);
  }

  @Override
  public final int putStringUtf8(int index, String value, int maxEncodedLength) {
    return putStringUtf8(index, value, ByteOrder.LITTLE_ENDIAN, maxEncodedLength);
  }

  @Override
  public final int putStringUtf8(int index, String value, ByteOrder byteOrder, int maxEncodedLength) {
    byte[] encoded = encoded(value);
    if (encoded.length > maxEncodedLength) {
      throw new IllegalArgumentException(
          "a string of " + encoded.length + " encoded bytes: expected at most " + maxEncodedLength + "; nothing was stored");
    }
    int length = STR_HEADER_LEN + encoded.length;
    region().prepareWrite(at(index, length), length);
    putInt(index, encoded.length, byteOrder);
    putBytes(index + STR_HEADER_LEN, encoded);
    return length;
  }

  @Override
  public final int putStringWithoutLengthUtf8(int index, String value) {
    byte[] encoded = encoded(value);
    putBytes(index, encoded);
    return encoded.length;
  }

  @Override
  public final int parseNaturalIntAscii(int index, int length) {
    try {
      return text().parseNaturalIntAscii(at(index, length), length);
    } catch (NumberFormatException e) {
      throw agronas(e);
    }
  }

  @Override
  public final long parseNaturalLongAscii(int index, int length) {
    try {
      return text().parseNaturalLongAscii(at(index, length), length);
    } catch (NumberFormatException e) {
      throw agronas(e);
    }
  }

  @Override
  public final int parseIntAscii(int index, int length) {
    try {
      return text().parseIntAscii(at(index, length), length);
    } catch (NumberFormatException e) {
      throw agronas(e);
    }
  }

  @Override
  public final long parseLongAscii(int index, int length) {
    try {
      return text().parseLongAscii(at(index, length), length);
    } catch (NumberFormatException e) {
      throw agronas(e);
    }
  }

  @Override
  public final int putIntAscii(int index, int value) {
    int digits = value == Integer.MIN_VALUE ? LEAST_INT.length() - 1 : AsciiEncoding.digitCount(Math.abs(value));
    return text().putIntAscii(at(index, value < 0 ? 1 + digits : digits), value);
  }

  @Override
  public final int putLongAscii(int index, long value) {
    int digits = value == Long.MIN_VALUE ? LEAST_LONG.length() - 1 : AsciiEncoding.digitCount(Math.abs(value));
    return text().putLongAscii(at(index, value < 0 ? 1 + digits : digits), value);
  }

  /** As Agrona's; a negative number, which that one writes as it comes, is an {@link IllegalArgumentException}. */
  @Override
  public final int putNaturalIntAscii(int index, int value) {
    return text().putNaturalIntAscii(at(index, AsciiEncoding.digitCount(Math.max(0, value))), value);
  }

  /** As Agrona's; a negative number, which that one writes as it comes, is an {@link IllegalArgumentException}. */
  @Override
  public final int putNaturalLongAscii(int index, long value) {
    return text().putNaturalLongAscii(at(index, AsciiEncoding.digitCount(Math.max(0, value))), value);
  }

  /** As Agrona's; a number that does not fit leaves the bytes as they were, and a negative one is refused. */
  @Override
  public final void putNaturalPaddedIntAscii(int index, int length, int value) {
    text().putNaturalPaddedIntAscii(at(index, length), length, value);
  }

  /** As Agrona's, which writes nothing for 0; a negative number is an {@link IllegalArgumentException}. */
  @Override
  public final int putNaturalIntAsciiFromEnd(int value, int endExclusive) {
    int digits = AsciiEncoding.digitCount(Math.max(0, value));
    long first = at(endExclusive - digits, digits);
    if (value == 0) {
      return endExclusive;
    }
    text().putNaturalIntAsciiFromEnd(value, first + digits);
    return endExclusive - digits;
  }

  private RegionText text() {
    return region().text();
  }

  private static byte[] encoded(String value) {
    return (value == null ? NO_TEXT : value).getBytes(StandardCharsets.UTF_8);
  }

  /** The kind of it that whoever works with Agrona's buffers catches. */
  private static AsciiNumberFormatException agronas(NumberFormatException e) {
    AsciiNumberFormatException thrown = new AsciiNumberFormatException(e.getMessage());
    thrown.initCause(e);
    return thrown;
  }
}
