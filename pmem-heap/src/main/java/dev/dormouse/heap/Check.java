package dev.dormouse.heap;

/**
 * Check bits for words that must be replaced by one store of 8 bytes and so cannot lie under a record's CRC. A word is
 * bound to its place, so that neither a flipped bit nor a word from elsewhere passes.
 */
public final class Check {
  private static final int[] TABLE = new int[256];

  static {
    // CRC-16/CCITT, reflected: every error of up to 16 adjacent bits, and every two flipped bits, change it.
    for (int i = 0; i < TABLE.length; i++) {
      int crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
      }
      TABLE[i] = crc;
    }
  }

  private Check() {}

  /** 16 check bits of the low 48 bits of {@code value} at the place {@code place}. */
  public static int bits16(long value, long place) {
    int crc = 0xffff;
    long left = value & 0xffff_ffff_ffffL;
    for (int i = 0; i < 6; i++) {
      crc = (crc >>> 8) ^ TABLE[(crc ^ (int) left) & 0xff];
      left >>>= 8;
    }
    // Mixed in by exclusive or: errors in the value stay detected whatever the place.
    return crc ^ (int) ((place * 0x9E3779B97F4A7C15L) >>> 48);
  }

  /** {@code value}, at most 48 bits, with its check bits above it. */
  public static long seal(long value, long place) {
    if (value >>> 48 != 0) {
      throw new IllegalArgumentException("0x" + Long.toHexString(value) + " has more than 48 bits");
    }
    return value | (long) bits16(value, place) << 48;
  }

  /** Whether {@link #seal} made {@code word} for this place. */
  public static boolean isSealed(long word, long place) {
    return (int) (word >>> 48) == bits16(word, place);
  }

  /** What was sealed. */
  public static long open(long word) {
    return word & 0xffff_ffff_ffffL;
  }
}
