package dev.dormouse.region;

import dev.dormouse.heap.Media;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Strings in a region, and numbers in decimal digits, with the names and the layout of Agrona's buffers, so that what one
 * wrote the other can read. A string is 4 bytes of length, little-endian unless a byte order is given, and its encoded bytes;
 * {@code WithoutLength}, the bytes alone. In ASCII a character above 127 is stored as {@code ?}; in UTF-8 half of a surrogate
 * pair is.
 *
 * <p><b>Errors.</b> Those of {@link Region}; a length that was read and leads out of the region is an {@link
 * IndexOutOfBoundsException}. Digits that are none or too many: {@link NumberFormatException}. Nothing is stored then.
 * Storing allocates nothing, reading what it returns.
 */
public final class RegionText {
  private static final int CHUNK_BYTES = 256;
  private static final String NO_TEXT = "null";

  private final Region region;
  private final byte[] chunk = new byte[CHUNK_BYTES];

  RegionText(Region region) {
    this.region = region;
  }

  /**
   * Stores length and characters.
   *
   * @param value null is stored like an empty one
   * @return how many bytes were stored
   */
  public int putStringAscii(long offset, CharSequence value) {
    return putStringAscii(offset, value, ByteOrder.LITTLE_ENDIAN);
  }

  /** Like {@link #putStringAscii(long, CharSequence)}, with a length of that byte order. */
  public int putStringAscii(long offset, CharSequence value, ByteOrder order) {
    int length = value == null ? 0 : value.length();
    region.prepareWrite(offset, (long) Integer.BYTES + length);
    region.putInt(offset, length, order);
    putAscii(offset + Integer.BYTES, value, 0, length);
    return Integer.BYTES + length;
  }

  /**
   * Stores characters.
   *
   * @param value null is stored like an empty one
   * @return how many bytes were stored
   */
  public int putStringWithoutLengthAscii(long offset, CharSequence value) {
    return putStringWithoutLengthAscii(offset, value, 0, Integer.MAX_VALUE);
  }

  /** Stores up to {@code length} characters of {@code value}, from {@code valueIndex} on; how many there were. */
  public int putStringWithoutLengthAscii(long offset, CharSequence value, int valueIndex, int length) {
    int count = value == null ? 0 : Math.min(value.length() - valueIndex, length);
    region.prepareWrite(offset, count);
    putAscii(offset, value, valueIndex, count);
    return count;
  }

  /** What {@link #putStringAscii} stored. */
  public String getStringAscii(long offset) {
    return getStringAscii(offset, ByteOrder.LITTLE_ENDIAN);
  }

  public String getStringAscii(long offset, ByteOrder order) {
    return getStringAscii(offset, region.getInt(offset, order));
  }

  /** Like {@link #getStringAscii(long)}, of a length that is known and not read: the characters are behind its 4 bytes. */
  public String getStringAscii(long offset, int length) {
    return getStringWithoutLengthAscii(behindLength(offset), length);
  }

  /** Appends what {@link #putStringAscii} stored, and answers how many characters that is. A byte above 127 is {@code ?}. */
  public int getStringAscii(long offset, Appendable appendable) {
    return getStringAscii(offset, appendable, ByteOrder.LITTLE_ENDIAN);
  }

  public int getStringAscii(long offset, Appendable appendable, ByteOrder order) {
    return getStringAscii(offset, region.getInt(offset, order), appendable);
  }

  public int getStringAscii(long offset, int length, Appendable appendable) {
    return getStringWithoutLengthAscii(behindLength(offset), length, appendable);
  }

  public String getStringWithoutLengthAscii(long offset, int length) {
    return string(offset, length, StandardCharsets.US_ASCII);
  }

  public int getStringWithoutLengthAscii(long offset, int length, Appendable appendable) {
    long at = region.at(offset, length);
    Media media = region.media();
    try {
      for (int i = 0; i < length; i++) {
        byte character = media.getByte(at + i);
        appendable.append(character < 0 ? '?' : (char) character);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return length;
  }

  /**
   * Stores the length of the encoded bytes, and the bytes.
   *
   * @param value null is stored as {@code "null"}
   * @return how many bytes were stored
   */
  public int putStringUtf8(long offset, String value) {
    return putStringUtf8(offset, value, ByteOrder.LITTLE_ENDIAN, Integer.MAX_VALUE);
  }

  public int putStringUtf8(long offset, String value, ByteOrder order) {
    return putStringUtf8(offset, value, order, Integer.MAX_VALUE);
  }

  public int putStringUtf8(long offset, String value, int maxEncodedLength) {
    return putStringUtf8(offset, value, ByteOrder.LITTLE_ENDIAN, maxEncodedLength);
  }

  /**
   * Like {@link #putStringUtf8(long, String)}, with a length of that byte order.
   *
   * @throws IllegalArgumentException if there are more encoded bytes than {@code maxEncodedLength}
   */
  public int putStringUtf8(long offset, String value, ByteOrder order, int maxEncodedLength) {
    String text = Objects.requireNonNullElse(value, NO_TEXT);
    long length = Utf8.encodedLength(text);
    if (length > maxEncodedLength) {
      throw new IllegalArgumentException(
          "a string of " + length + " encoded bytes: expected at most " + maxEncodedLength + "; nothing was stored");
    }
    region.prepareWrite(offset, Integer.BYTES + length);
    region.putInt(offset, (int) length, order);
    Utf8.encode(text, region, offset + Integer.BYTES, chunk);
    return Integer.BYTES + (int) length;
  }

  /** Stores the encoded bytes, without their length; how many there are. Null is stored as {@code "null"}. */
  public int putStringWithoutLengthUtf8(long offset, String value) {
    String text = Objects.requireNonNullElse(value, NO_TEXT);
    long length = Utf8.encodedLength(text);
    region.prepareWrite(offset, length);
    Utf8.encode(text, region, offset, chunk);
    return Math.toIntExact(length);
  }

  /** What {@link #putStringUtf8} stored. What is no UTF-8 reads as U+FFFD. */
  public String getStringUtf8(long offset) {
    return getStringUtf8(offset, ByteOrder.LITTLE_ENDIAN);
  }

  public String getStringUtf8(long offset, ByteOrder order) {
    return getStringUtf8(offset, region.getInt(offset, order));
  }

  /** Like {@link #getStringUtf8(long)}, of a length in bytes that is known and not read: the bytes are behind its 4. */
  public String getStringUtf8(long offset, int length) {
    return getStringWithoutLengthUtf8(behindLength(offset), length);
  }

  public String getStringWithoutLengthUtf8(long offset, int length) {
    return string(offset, length, StandardCharsets.UTF_8);
  }

  /** The number whose digits are there. At most 10 of them, no sign. */
  public int parseNaturalIntAscii(long offset, int length) {
    return (int) AsciiNumbers.parse(region, offset, length, AsciiNumbers.NATURAL_INT);
  }

  /** The number whose digits are there. At most 19 of them, no sign. */
  public long parseNaturalLongAscii(long offset, int length) {
    return AsciiNumbers.parse(region, offset, length, AsciiNumbers.NATURAL_LONG);
  }

  /** The number whose digits are there, perhaps behind a minus. */
  public int parseIntAscii(long offset, int length) {
    return (int) AsciiNumbers.parse(region, offset, length, AsciiNumbers.INT);
  }

  /** The number whose digits are there, perhaps behind a minus. */
  public long parseLongAscii(long offset, int length) {
    return AsciiNumbers.parse(region, offset, length, AsciiNumbers.LONG);
  }

  /** Stores a number in digits, a minus before them if it is negative; how many bytes that took. */
  public int putIntAscii(long offset, int value) {
    return AsciiNumbers.put(region, offset, value, chunk);
  }

  /** Stores a number in digits, a minus before them if it is negative; how many bytes that took. */
  public int putLongAscii(long offset, long value) {
    return AsciiNumbers.put(region, offset, value, chunk);
  }

  /**
   * Stores a number in digits; how many bytes that took.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public int putNaturalIntAscii(long offset, int value) {
    return AsciiNumbers.putNatural(region, offset, value, chunk);
  }

  /**
   * Stores a number in digits; how many bytes that took.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public int putNaturalLongAscii(long offset, long value) {
    return AsciiNumbers.putNatural(region, offset, value, chunk);
  }

  /**
   * Stores a number in {@code length} digits, with leading zeros.
   *
   * @throws NumberFormatException if it has more digits
   * @throws IllegalArgumentException if it is negative
   */
  public void putNaturalPaddedIntAscii(long offset, int length, int value) {
    AsciiNumbers.putPadded(region, offset, length, value);
  }

  /**
   * Stores a number in digits, the last of them before {@code endExclusive}; the offset of the first. As in Agrona, 0 has no
   * digits here.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public long putNaturalIntAsciiFromEnd(int value, long endExclusive) {
    return AsciiNumbers.putFromEnd(region, endExclusive, value, chunk);
  }

  private long behindLength(long offset) {
    region.at(offset, Integer.BYTES);
    return offset + Integer.BYTES;
  }

  private String string(long offset, int length, Charset charset) {
    long at = region.at(offset, length);
    byte[] bytes = new byte[length];
    region.media().read(at, bytes, 0, length);
    return new String(bytes, charset);
  }

  /** Through a few bytes of the heap, because one store of many bytes costs less than many of one. */
  private void putAscii(long offset, CharSequence value, int index, int length) {
    for (int done = 0; done < length; ) {
      int count = Math.min(CHUNK_BYTES, length - done);
      for (int i = 0; i < count; i++) {
        char character = value.charAt(index + done + i);
        chunk[i] = (byte) (character > 127 ? '?' : character);
      }
      region.put(offset + done, chunk, 0, count);
      done += count;
    }
  }
}
