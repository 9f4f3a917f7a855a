package dev.dormouse.heap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * I3, I4: pools that are killed at random stores, in several lives, while extents of every kind are reserved, published,
 * released and given back, and while they grow. After each life every byte is its owner's, with the bytes that the owner left
 * there, or can be had, and is zero.
 */
class OwnerMapTest {
  private static final int LIVES = 4;

  /** Where a life ends. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Killed() {
      super("killed", null, false, false);
    }
  }

  /** Slabs of all lengths, in pools of one chunk and of several, which grow and which do not. */
  @ParameterizedTest
  @CsvSource({"1,512,512,14", "2,512,4096,14", "2,5120,5120,6", "3,5120,8192,6", "16,3072,6144,6", "16,8192,8192,4", "171,5120,5120,4", "256,6144,9216,4"})
  void everyByteIsItsOwnersOrFree(int slabPages, long sizeKib, long maxKib, int tries) {
    Geometry geometry = Geometry.of(sizeKib << 10, maxKib << 10, 2, 4096, slabPages);
    for (int seed = 0; seed < tries; seed++) {
      Random random = new Random(seed * 31L + slabPages);
      Media media = TestPools.zeros(geometry.maxBytes());
      // What lies behind the end of a pool is anybody's.
      media.fill(geometry.sizeBytes(), geometry.maxBytes() - geometry.sizeBytes(), (byte) 0x7E);
      Pool.create(media, geometry, TestPools.BOOT, TestPools.nothing());
      OwnerMap map = new OwnerMap(geometry);
      for (int life = 0; life < LIVES; life++) {
        live(media, map, random, 1 + random.nextInt(life % 2 == 0 ? 60 : 900));
        map.lifeEnded();
        // The lives that repeat what was under way may be killed, too.
        for (int i = random.nextInt(3); i > 0; i--) {
          Media killed = killedAfter(media, new int[] {1 + random.nextInt(12)});
          try {
            map.carryOut(killed, Pool.open(killed, TestPools.BOOT).heap());
          } catch (Killed expected) {
            // As often as it takes.
          }
        }
        Pool next = Pool.open(media, TestPools.BOOT);
        map.carryOut(media, next.heap());
        map.done(next.heap());
        map.requireOwned(next);
        map.requireTheRestCanBeHad(Pool.open(new OverlayMedia(new MediaReader(media)), TestPools.BOOT));
      }
    }
  }

  /** One life, up to the store or flush of that number. */
  private static void live(Media below, OwnerMap map, Random random, int stores) {
    int[] left = {Integer.MAX_VALUE};
    Media media = killedAfter(below, left);
    Pool pool = Pool.open(media, TestPools.BOOT);
    pool.begin();
    left[0] = stores;
    List<Reservation> reserved = new ArrayList<>();
    try {
      while (true) {
        step(media, pool.heap(), map, random, reserved);
      }
    } catch (Killed killed) {
      // The life is over.
    }
  }

  private static Media killedAfter(Media below, int[] left) {
    return WatchedMedia.over(
        below,
        (method, arguments) -> {
          if ((WatchedMedia.isStore(method) || method.equals("persist")) && --left[0] == 0) {
            throw new Killed();
          }
        });
  }

  private static void step(Media media, Heap heap, OwnerMap map, Random random, List<Reservation> reserved) {
    switch (random.nextInt(8)) {
      case 0, 1, 2, 3 -> tryToReserve(media, heap, map, random, reserved);
      case 4 -> {
        if (!reserved.isEmpty()) {
          Reservation one = reserved.remove(random.nextInt(reserved.size()));
          map.cancelled(one);
          heap.cancel(one);
        }
      }
      default -> commit(media, heap, map, random, reserved);
    }
  }

  private static void tryToReserve(Media media, Heap heap, OwnerMap map, Random random, List<Reservation> reserved) {
    try {
      reserved.add(reserve(media, heap, map, random));
    } catch (PoolFull full) {
      // It happens to pools.
    }
  }

  private static Reservation reserve(Media media, Heap heap, OwnerMap map, Random random) {
    long size = 1L + random.nextInt(
        switch (random.nextInt(8)) {
          case 0 -> 3 << 20;
          case 1, 2 -> 60_000;
          case 3 -> 9000;
          default -> 700;
        });
    Reservation one;
    if (random.nextInt(6) == 0) {
      one = heap.reserveRecord();
      map.reserved(media, one, 0);
    } else if (random.nextInt(6) == 0) {
      one = heap.reserveForLog(size);
      map.reserved(media, one, one.lengthBytes());
    } else {
      long overwritten = random.nextInt(3) == 0 ? random.nextLong(size + 1) : 0;
      one = heap.reserve(size, overwritten);
      map.reserved(media, one, overwritten);
    }
    media.fill(one.offset(), one.lengthBytes(), (byte) 0x7F);
    return one;
  }

  /** An epoch: some of what was reserved is published, some of what is owned is let go. */
  private static void commit(Media media, Heap heap, OwnerMap map, Random random, List<Reservation> reserved) {
    List<OwnerMap.Owned> publish = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0 && !reserved.isEmpty(); i--) {
      OwnerMap.Owned one = new OwnerMap.Owned(reserved.getLast(), map.newOwner());
      byte[] bytes = new byte[(int) one.reservation().lengthBytes()];
      Arrays.fill(bytes, one.pattern());
      // By one store, so that the kill cannot leave the reservation without its bytes and in no list.
      media.write(one.reservation().offset(), bytes, 0, bytes.length);
      reserved.removeLast();
      publish.add(one);
    }
    List<OwnerMap.Owned> release = new ArrayList<>();
    List<OwnerMap.Owned> owned = map.owned();
    for (int i = random.nextInt(owned.size() > 40 ? 12 : 3); i > 0 && !owned.isEmpty(); i--) {
      release.add(owned.remove(random.nextInt(owned.size())));
    }
    map.commits(publish, release);
    map.carryOut(media, heap);
    // Others go on while the lane is not done.
    for (int i = random.nextInt(3); i > 0; i--) {
      tryToReserve(media, heap, map, random, reserved);
    }
    map.done(heap);
  }
}
