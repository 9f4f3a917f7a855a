package dev.dormouse.region;

import dev.dormouse.heap.Media;
import java.nio.charset.StandardCharsets;

/** Numbers in decimal digits. */
final class AsciiNumbers {
  static final Kind NATURAL_INT = new Kind("a natural int", false, 10, Integer.MAX_VALUE);
  static final Kind NATURAL_LONG = new Kind("a natural long", false, 19, Long.MAX_VALUE);
  static final Kind INT = new Kind("an int", true, 10, Integer.MAX_VALUE);
  static final Kind LONG = new Kind("a long", true, 19, Long.MAX_VALUE);

  /** Enough for a minus and the digits of {@link Long#MIN_VALUE}. */
  private static final int LONGEST = 20;

  /** What is read: how many digits it may have, leading zeros included, and how great it may be. */
  record Kind(String name, boolean signed, int maxDigits, long max) {}

  private AsciiNumbers() {}

  static long parse(Region region, long offset, int length, Kind kind) {
    long at = region.at(offset, length);
    Media media = region.media();
    boolean negative = kind.signed() && length > 0 && media.getByte(at) == '-';
    int first = negative ? 1 : 0;
    if (length == first) {
      throw wrong(region, offset, length, kind, "there are no digits");
    }
    // Summed up as a negative number, of which there is one more.
    long least = negative ? -kind.max() - 1 : -kind.max();
    long value = 0;
    for (int i = first; i < length; i++) {
      int digit = media.getByte(at + i) - '0';
      if (digit < 0 || digit > 9) {
        throw wrong(region, offset, length, kind, "byte " + i + " is no digit");
      }
      if (i - first >= kind.maxDigits() || value < (least + digit) / 10) {
        throw wrong(region, offset, length, kind, "it is too great");
      }
      value = value * 10 - digit;
    }
    return negative ? value : -value;
  }

  private static NumberFormatException wrong(Region region, long offset, int length, Kind kind, String what) {
    byte[] shown = new byte[Math.min(length, LONGEST + 1)];
    region.get(offset, shown, 0, shown.length);
    return new NumberFormatException(
        "'" + new String(shown, StandardCharsets.US_ASCII) + "', " + length + " bytes at offset " + offset + ": " + what + "; expected "
            + kind.name());
  }

  static int put(Region region, long offset, long value, byte[] room) {
    int first = digits(value, room);
    if (value < 0) {
      room[--first] = '-';
    }
    region.put(offset, room, first, LONGEST - first);
    return LONGEST - first;
  }

  static int putNatural(Region region, long offset, long value, byte[] room) {
    requireNatural(value);
    return put(region, offset, value, room);
  }

  static long putFromEnd(Region region, long endExclusive, int value, byte[] room) {
    requireNatural(value);
    int first = value == 0 ? LONGEST : digits(value, room);
    long start = endExclusive - (LONGEST - first);
    region.put(start, room, first, LONGEST - first);
    return start;
  }

  static void putPadded(Region region, long offset, int length, int value) {
    requireNatural(value);
    // With the check of the range first, so that a length that cannot be is told as such.
    region.at(offset, length);
    if (length < LONGEST && value >= powerOfTen(length)) {
      throw new NumberFormatException(value + " has more than " + length + " digits; nothing was stored");
    }
    region.prepareWrite(offset, length);
    int rest = value;
    for (int i = length - 1; i >= 0; i--) {
      region.putByte(offset + i, (byte) ('0' + rest % 10));
      rest /= 10;
    }
  }

  private static long powerOfTen(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent && power <= Integer.MAX_VALUE; i++) {
      power *= 10;
    }
    return power;
  }

  private static void requireNatural(long value) {
    if (value < 0) {
      throw new IllegalArgumentException(value + " is negative: expected a natural number; nothing was stored");
    }
  }

  /** The digits of a number, without its sign, at the end of the first {@link #LONGEST} bytes; where they begin. */
  private static int digits(long value, byte[] room) {
    int first = LONGEST;
    long rest = value;
    do {
      room[--first] = (byte) ('0' + Math.abs(rest % 10));
      rest /= 10;
    } while (rest != 0);
    return first;
  }
}
