package dev.dormouse.region;

/** Encodes strings into regions without an array of their length. As {@link String#getBytes} does, half of a surrogate pair becomes {@code ?}. */
final class Utf8 {
  private static final int LONGEST = 4;

  private Utf8() {}

  static long encodedLength(String text) {
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (character < 0x80) {
        length++;
      } else if (character < 0x800) {
        length += 2;
      } else if (!Character.isSurrogate(character)) {
        length += 3;
      } else if (isPair(text, i)) {
        length += LONGEST;
        i++;
      } else {
        length++;
      }
    }
    return length;
  }

  /** Stores the encoded bytes; {@code chunk} is room to gather some in. */
  static void encode(String text, Region region, long offset, byte[] chunk) {
    long at = offset;
    int count = 0;
    for (int i = 0; i < text.length(); i++) {
      if (count > chunk.length - LONGEST) {
        region.put(at, chunk, 0, count);
        at += count;
        count = 0;
      }
      char character = text.charAt(i);
      if (character < 0x80) {
        chunk[count++] = (byte) character;
      } else if (character < 0x800) {
        chunk[count++] = (byte) (0xc0 | (character >> 6));
        chunk[count++] = (byte) (0x80 | (character & 0x3f));
      } else if (!Character.isSurrogate(character)) {
        chunk[count++] = (byte) (0xe0 | (character >> 12));
        chunk[count++] = (byte) (0x80 | ((character >> 6) & 0x3f));
        chunk[count++] = (byte) (0x80 | (character & 0x3f));
      } else if (isPair(text, i)) {
        int point = Character.toCodePoint(character, text.charAt(++i));
        chunk[count++] = (byte) (0xf0 | (point >> 18));
        chunk[count++] = (byte) (0x80 | ((point >> 12) & 0x3f));
        chunk[count++] = (byte) (0x80 | ((point >> 6) & 0x3f));
        chunk[count++] = (byte) (0x80 | (point & 0x3f));
      } else {
        chunk[count++] = '?';
      }
    }
    region.put(at, chunk, 0, count);
  }

  private static boolean isPair(String text, int index) {
    return Character.isHighSurrogate(text.charAt(index))
        && index + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(index + 1));
  }
}
