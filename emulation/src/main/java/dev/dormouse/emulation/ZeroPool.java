package dev.dormouse.emulation;

import dev.dormouse.heap.PoolReader;
import java.util.Arrays;
import java.util.Objects;

/** So many zeros. */
record ZeroPool(long sizeBytes) implements PoolReader {
  ZeroPool {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("zeroed pool: size " + sizeBytes + " bytes, 0 or more expected");
    }
  }

  @Override
  public String describe() {
    return "zeroed pool";
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    Objects.checkFromIndexSize(offset, length, sizeBytes);
    Arrays.fill(destination, index, index + length, (byte) 0);
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
