package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import java.util.Arrays;

/**
 * Compares what memory shows of a store on a journaled file with what its two files give when somebody else opens them: byte for byte,
 * for all that is owned, and for the page table that says so. What lanes hold, and what is free, nobody reads.
 */
final class JournaledOracle {
  private JournaledOracle() {}

  /**
   * Fails where they differ. Nobody may run the store meanwhile, and everything must be synced.
   *
   * @param recovered a medium over copies of both files, whose journal was carried out
   */
  static void compare(String what, ProcessStore store, Media live, Media recovered) {
    Geometry geometry = store.engine().pool().header().geometry();
    same(what + ": page table", live, recovered, geometry.pageTableOffset(), geometry.arenaOffset() - geometry.pageTableOffset());
    long[] owned = new long[1];
    store
        .engine()
        .heap()
        .walk(
            new Heap.Visitor() {
              @Override
              public void extent(Extent extent, long owner, boolean isRecord) {
                same(what + ": extent of " + Long.toHexString(owner), live, recovered, extent.offset(), extent.lengthBytes());
                owned[0] += extent.lengthBytes();
              }

              @Override
              public void damage(String message) {
                throw new AssertionError(what + ": " + message);
              }
            });
    assertThat(owned[0]).as(what).isPositive();
  }

  private static void same(String what, Media live, Media recovered, long offset, long length) {
    byte[] expected = bytes(live, offset, length);
    byte[] found = bytes(recovered, offset, length);
    int at = Arrays.mismatch(expected, found);
    if (at >= 0) {
      throw new AssertionError(
          what + " [" + offset + ", +" + length + "): byte " + at + " is " + found[at] + " in the files, and " + expected[at] + " in memory");
    }
  }

  private static byte[] bytes(Media media, long offset, long length) {
    byte[] bytes = new byte[Math.toIntExact(length)];
    media.read(offset, bytes, 0, bytes.length);
    return bytes;
  }
}
