package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random reservations, publications, cancellations and releases against a model, through openings that remember nothing. */
class HeapPropertiesTest {
  private static final Geometry GEOMETRY = Geometry.of(512 << 10, 2, 4096, 2);

  @Property(tries = 150, seed = "42")
  void everyExtentIsOwnedOnceAndNoneIsLost(@ForAll long seed) {
    Random random = new Random(seed);
    Pool pool = TestPools.inMemory(GEOMETRY);
    Map<Extent, Long> owned = new HashMap<>();
    for (int life = 0; life < 4; life++) {
      List<Reservation> reserved = new ArrayList<>();
      List<Extent> releasing = new ArrayList<>();
      for (int step = 0; step < 150; step++) {
        step(random, pool.heap(), owned, reserved, releasing);
      }
      requireSame(pool, owned);
      // What is reserved, and what is half released, is forgotten by the next life.
      pool = TestPools.reopened(pool);
      requireSame(pool, owned);
    }
    for (Map.Entry<Extent, Long> entry : owned.entrySet()) {
      pool.heap().release(entry.getKey(), entry.getValue());
      pool.heap().reclaim(entry.getKey());
    }
    long whole = GEOMETRY.pageCount() * Geometry.PAGE_BYTES;
    assertThat(pool.heap().reserve(whole).lengthBytes()).isEqualTo(whole);
  }

  private static void step(
      Random random, Heap heap, Map<Extent, Long> owned, List<Reservation> reserved, List<Extent> releasing) {
    switch (random.nextInt(6)) {
      case 0, 1 -> {
        try {
          long size = 1L + random.nextInt(random.nextInt(4) == 0 ? 40_000 : 900);
          Reservation reservation = random.nextInt(5) == 0 ? heap.reserveRecord() : heap.reserve(size);
          for (Extent extent : owned.keySet()) {
            assertThat(extent.contains(reservation.offset(), 1) || reservation.extent().contains(extent.offset(), 1)).isFalse();
          }
          for (Reservation other : reserved) {
            assertThat(other.extent().contains(reservation.offset(), 1) || reservation.extent().contains(other.offset(), 1)).isFalse();
          }
          for (Extent extent : releasing) {
            assertThat(extent.contains(reservation.offset(), 1) || reservation.extent().contains(extent.offset(), 1)).isFalse();
          }
          reserved.add(reservation);
        } catch (PoolFull full) {
          // It happens to pools.
        }
      }
      case 2, 3 -> {
        if (!reserved.isEmpty()) {
          Reservation reservation = reserved.remove(random.nextInt(reserved.size()));
          long owner = Owner.FIRST_BIRTH + random.nextInt(100);
          heap.publish(reservation.offset(), reservation.lengthBytes(), reservation.place(), owner);
          owned.put(reservation.extent(), owner);
        }
      }
      case 4 -> {
        if (!reserved.isEmpty()) {
          heap.cancel(reserved.remove(random.nextInt(reserved.size())));
        }
      }
      default -> {
        if (!owned.isEmpty()) {
          Extent extent = new ArrayList<>(owned.keySet()).get(random.nextInt(owned.size()));
          heap.release(extent, owned.remove(extent));
          releasing.add(extent);
        }
        if (!releasing.isEmpty() && random.nextBoolean()) {
          heap.reclaim(releasing.remove(random.nextInt(releasing.size())));
        }
      }
    }
  }

  private static void requireSame(Pool pool, Map<Extent, Long> owned) {
    Map<Extent, Long> found = new HashMap<>();
    pool.heap().walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            found.put(extent, owner);
          }

          @Override
          public void damage(String message) {
            throw new AssertionError(message);
          }
        });
    assertThat(found).isEqualTo(owned);
  }
}
