package dev.dormouse.region;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Media;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where two ranges begin to differ, in bytes from their start; -1 if they do not. Compares words of 8 bytes, so that it
 * allocates nothing on any media. The callers have checked the ranges.
 */
final class Mismatch {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Mismatch() {}

  static long between(Media media, long at, Media otherMedia, long otherAt, long length) {
    long i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      long difference = media.getLong(at + i) ^ otherMedia.getLong(otherAt + i);
      if (difference != 0) {
        return i + firstByteOf(difference);
      }
    }
    for (; i < length; i++) {
      if (media.getByte(at + i) != otherMedia.getByte(otherAt + i)) {
        return i;
      }
    }
    return -1;
  }

  static int between(Media media, long at, byte[] bytes, int index, int length) {
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      long difference = media.getLong(at + i) ^ Bytes.getLong(bytes, index + i);
      if (difference != 0) {
        return i + firstByteOf(difference);
      }
    }
    for (; i < length; i++) {
      if (media.getByte(at + i) != bytes[index + i]) {
        return i;
      }
    }
    return -1;
  }

  static long between(Media media, long at, MemorySegment other) {
    long length = other.byteSize();
    long i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      long difference = media.getLong(at + i) ^ other.get(LONG, i);
      if (difference != 0) {
        return i + firstByteOf(difference);
      }
    }
    for (; i < length; i++) {
      if (media.getByte(at + i) != other.get(ValueLayout.JAVA_BYTE, i)) {
        return i;
      }
    }
    return -1;
  }

  /** Numbers are little-endian: the byte at the least offset is the lowest one. */
  private static int firstByteOf(long difference) {
    return Long.numberOfTrailingZeros(difference) / Byte.SIZE;
  }
}
