package dev.dormouse.bench;

import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolReader;

/** A pool's bytes in an array: what explorations start from. Immutable. */
final class HeapPool implements PoolReader {
  private final byte[] bytes;

  /** A copy of all that {@code media} holds now. */
  HeapPool(Media media) {
    bytes = new byte[Math.toIntExact(media.sizeBytes())];
    media.read(0, bytes, 0, bytes.length);
  }

  @Override
  public String describe() {
    return "pool in an array";
  }

  @Override
  public long sizeBytes() {
    return bytes.length;
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    System.arraycopy(bytes, Math.toIntExact(offset), destination, index, length);
  }

  @Override
  public void close() {
    // An array needs no closing.
  }
}
