package dev.dormouse.region;

import dev.dormouse.heap.Media;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Copies between a pool and the remaining bytes of a buffer, and moves its position. Where a buffer shows no array, by words of
 * 8 bytes: a segment over it would be an object for each call.
 */
final class BufferCopy {
  private BufferCopy() {}

  static void read(Media media, long at, ByteBuffer destination) {
    int length = destination.remaining();
    int position = destination.position();
    if (destination.hasArray()) {
      media.read(at, destination.array(), destination.arrayOffset() + position, length);
    } else {
      boolean swapped = destination.order() == ByteOrder.BIG_ENDIAN;
      int i = 0;
      for (; i <= length - Long.BYTES; i += Long.BYTES) {
        long word = media.getLong(at + i);
        destination.putLong(position + i, swapped ? Long.reverseBytes(word) : word);
      }
      for (; i < length; i++) {
        destination.put(position + i, media.getByte(at + i));
      }
    }
    destination.position(position + length);
  }

  static void write(Media media, long at, ByteBuffer source) {
    int length = source.remaining();
    int position = source.position();
    if (source.hasArray()) {
      media.write(at, source.array(), source.arrayOffset() + position, length);
    } else {
      boolean swapped = source.order() == ByteOrder.BIG_ENDIAN;
      int i = 0;
      for (; i <= length - Long.BYTES; i += Long.BYTES) {
        long word = source.getLong(position + i);
        media.putLong(at + i, swapped ? Long.reverseBytes(word) : word);
      }
      for (; i < length; i++) {
        media.putByte(at + i, source.get(position + i));
      }
    }
    source.position(position + length);
  }
}
