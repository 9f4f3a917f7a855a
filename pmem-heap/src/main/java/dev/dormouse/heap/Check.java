package dev.dormouse.heap;

/**
 * Check bits for words that must be replaced by one store of 8 bytes and so cannot lie under a record's CRC. A word is
 * bound to its place, so that neither a flipped bit nor a word from elsewhere passes.
 */
public final class Check {
  private static final int VALUE_BYTES = 6;
  // What each byte of a value contributes, a table for each place, so that no look-up waits for another.
  private static final char[] TABLES = new char[VALUE_BYTES * 256];
  private static final int OF_ZERO;

  static {
    // CRC-16/CCITT, reflected: every error of up to 16 adjacent bits, and every two flipped bits, change it.
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      int crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
      }
      table[i] = crc;
    }
    OF_ZERO = crc(table, 0xffff, 0);
    for (int at = 0; at < VALUE_BYTES; at++) {
      for (int i = 0; i < 256; i++) {
        TABLES[at * 256 + i] = (char) crc(table, 0, (long) i << (8 * at));
      }
    }
  }

  private Check() {}

  /** 16 check bits of the low 48 bits of {@code value} at the place {@code place}. */
  public static int bits16(long value, long place) {
    int low = (int) value;
    int high = (int) (value >>> 32);
    int crc =
        OF_ZERO
            ^ TABLES[low & 0xff]
            ^ TABLES[256 + (low >>> 8 & 0xff)]
            ^ TABLES[512 + (low >>> 16 & 0xff)]
            ^ TABLES[768 + (low >>> 24)]
            ^ TABLES[1024 + (high & 0xff)]
            ^ TABLES[1280 + (high >>> 8 & 0xff)];
    // Mixed in by exclusive or: errors in the value stay detected whatever the place.
    return crc ^ (int) ((place * 0x9E3779B97F4A7C15L) >>> 48);
  }

  private static int crc(int[] table, int start, long value) {
    int crc = start;
    for (int i = 0; i < VALUE_BYTES; i++) {
      crc = (crc >>> 8) ^ table[(crc ^ (int) (value >>> (8 * i))) & 0xff];
    }
    return crc;
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
