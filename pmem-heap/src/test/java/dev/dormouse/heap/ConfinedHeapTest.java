package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A heap that is confined gives out nothing behind the byte that it was told, whatever becomes free there. */
class ConfinedHeapTest {
  private static final Geometry GEOMETRY = Geometry.of(4 << 20, 2, 4096, 2);
  private static final long OWNER = Owner.FIRST_BIRTH + 1;

  @Test
  void whatBecomesFreeBehindTheLimitIsNotGivenOut() {
    for (long size : new long[] {64, 700, 5000, 70_000}) {
      Pool first = TestPools.inMemory(GEOMETRY);
      List<Extent> all = new ArrayList<>();
      fill(first.heap(), size, all);
      Pool pool = TestPools.reopened(first);
      long limit = GEOMETRY.arenaOffset() + GEOMETRY.pageCount() / 3 * Geometry.PAGE_BYTES + Geometry.PAGE_BYTES;
      pool.heap().confineBefore(limit);
      for (int i = 0; i < all.size(); i += 2) {
        pool.heap().release(all.get(i), OWNER);
        pool.heap().reclaim(all.get(i));
      }
      List<Extent> again = new ArrayList<>();
      fill(pool.heap(), size, again);
      assertThat(again).as("extents of %d", size).isNotEmpty().allMatch(extent -> extent.offset() + extent.lengthBytes() <= limit);
      // Behind a third, with a slab and a run to spare, half of a third is free again.
      assertThat(again.size()).isGreaterThan(all.size() / 8).isLessThan(all.size() / 4);
    }
  }

  private static void fill(Heap heap, long size, List<Extent> into) {
    try {
      while (true) {
        Reservation one = heap.reserve(size);
        heap.publish(one.offset(), one.lengthBytes(), one.place(), OWNER);
        into.add(one.extent());
      }
    } catch (PoolFull full) {
      assertThat(full).hasMessageContaining("no free run");
    }
  }
}
