package dev.dormouse.cli;

/**
 * Takes UTF-8 apart, strictly: no overlong forms, no surrogates, nothing above U+10FFFF. The JDK's decoder replaces what
 * is wrong and does not say how many bytes that was, and here every byte has to find its way back.
 */
final class Utf8 {
  /** The longest sequence, in bytes. */
  static final int LONGEST_BYTES = 4;

  /** Said of a byte that begins no valid sequence. */
  static final int INVALID = -1;

  /** Said of the beginning of a sequence that may become valid with the bytes that follow. */
  static final int INCOMPLETE = -2;

  private Utf8() {}

  /** The code point whose sequence begins at {@code bytes[index]}, {@link #INVALID} or {@link #INCOMPLETE}. */
  static int codePoint(byte[] bytes, int index, int end) {
    int first = bytes[index] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = lengthFor(first);
    if (length == 0) {
      return INVALID;
    }
    int codePoint = first & (0x7f >> length);
    for (int i = 1; i < length; i++) {
      if (index + i == end) {
        return INCOMPLETE;
      }
      int next = bytes[index + i] & 0xff;
      if (!mayFollow(first, i, next)) {
        return INVALID;
      }
      codePoint = (codePoint << 6) | (next & 0x3f);
    }
    return codePoint;
  }

  /** How many bytes a code point takes. */
  static int lengthOf(int codePoint) {
    if (codePoint < 0x80) {
      return 1;
    }
    if (codePoint < 0x800) {
      return 2;
    }
    return codePoint < 0x10000 ? 3 : 4;
  }

  private static int lengthFor(int first) {
    if (first >= 0xc2 && first <= 0xdf) {
      return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
      return 3;
    }
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  }

  /** Table 3-7 of the Unicode standard: only the second byte's range depends on the first. */
  private static boolean mayFollow(int first, int ordinal, int next) {
    int least = 0x80;
    int most = 0xbf;
    if (ordinal == 1) {
      switch (first) {
        case 0xe0 -> least = 0xa0;
        case 0xed -> most = 0x9f;
        case 0xf0 -> least = 0x90;
        case 0xf4 -> most = 0x8f;
        default -> {}
      }
    }
    return next >= least && next <= most;
  }
}
