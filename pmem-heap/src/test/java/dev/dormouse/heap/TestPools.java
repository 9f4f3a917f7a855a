package dev.dormouse.heap;

import java.util.Arrays;

/** Pools in memory, without lanes. */
final class TestPools {
  static final BootIdentity BOOT = new BootIdentity(0xB007, 1);

  private TestPools() {}

  static Pool.Format nothing() {
    return unborn -> PoolHeader.Roots.NONE;
  }

  /** A new pool on zeros. */
  static Pool inMemory(Geometry geometry) {
    return Pool.create(zeros(geometry.sizeBytes()), geometry, BOOT, nothing());
  }

  static Media zeros(long sizeBytes) {
    return new OverlayMedia(
        new PoolReader() {
          @Override
          public String describe() {
            return "zeros";
          }

          @Override
          public long sizeBytes() {
            return sizeBytes;
          }

          @Override
          public void read(long offset, byte[] destination, int index, int length) {
            Arrays.fill(destination, index, index + length, (byte) 0);
          }

          @Override
          public void close() {
            // Nothing is held.
          }
        });
  }

  /** The same bytes, opened again: a heap that has learnt nothing yet. */
  static Pool reopened(Pool pool) {
    return Pool.open(pool.media(), BOOT);
  }

  static byte[] bytes(Media media) {
    byte[] bytes = new byte[(int) media.sizeBytes()];
    media.read(0, bytes, 0, bytes.length);
    return bytes;
  }
}
