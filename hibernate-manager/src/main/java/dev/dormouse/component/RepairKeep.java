package dev.dormouse.component;

import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Where a repair puts what was there before it changes anything, and finds it again after it was cut short. */
interface RepairKeep {
  /** Keeps pages; durable when it returns. Answers where; null on a medium without a file. */
  Path keep(Kept pages);

  /** What was kept by the repair that began at that header, shown over the pool; null if it is not there any more. */
  Found find(PoolHeader begun, PoolReader pool);

  /**
   * What an earlier attempt at a repair kept.
   *
   * @param file where; null on a medium without a file
   * @param before the pool as it was, which must be closed
   */
  record Found(Path file, PoolReader before) {}

  /**
   * Pages as they were before a repair.
   *
   * @param serial of the header that counted then
   */
  record Kept(UUID uuid, long serial, TreeMap<Long, byte[]> pages) {
    /** The pool as it was: these pages, and the others as they are. Closing it closes {@code pool}. */
    PoolReader over(PoolReader pool) {
      return new PoolReader() {
        @Override
        public String describe() {
          return pool.describe();
        }

        @Override
        public long sizeBytes() {
          return pool.sizeBytes();
        }

        @Override
        public void read(long offset, byte[] destination, int index, int length) {
          pool.read(offset, destination, index, length);
          long from = offset / Geometry.PAGE_BYTES * Geometry.PAGE_BYTES;
          for (Map.Entry<Long, byte[]> page : pages.subMap(from, true, offset + length, false).entrySet()) {
            long start = Math.max(offset, page.getKey());
            long end = Math.min(offset + length, page.getKey() + page.getValue().length);
            if (start < end) {
              System.arraycopy(page.getValue(), (int) (start - page.getKey()), destination, index + (int) (start - offset), (int) (end - start));
            }
          }
        }

        @Override
        public void close() {
          pool.close();
        }
      };
    }
  }
}
