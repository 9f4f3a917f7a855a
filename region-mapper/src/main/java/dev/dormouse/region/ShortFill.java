package dev.dormouse.region;

import dev.dormouse.heap.Media;

/** Fills a few bytes by words of 8: quicker than to prepare a bulk store, and without the slice that a mapping makes for one. */
final class ShortFill {
  static final int MAX_BYTES = 512;

  private ShortFill() {}

  static void of(Media media, long at, int length, byte value) {
    long word = (value & 0xffL) * 0x0101010101010101L;
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      media.putLong(at + i, word);
    }
    for (; i < length; i++) {
      media.putByte(at + i, value);
    }
  }
}
