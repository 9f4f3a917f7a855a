package dev.dormouse.emulation.fuzz;

import dev.dormouse.heap.PoolReader;

/** Shows an array's bytes as a pool's. */
public final class Image implements PoolReader {
  private final byte[] bytes;

  /** Shows {@code bytes}, which stay the caller's. */
  public Image(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public String describe() {
    return "fuzz";
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
    // The array is the caller's.
  }
}
