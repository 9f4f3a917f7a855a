package dev.dormouse.bench;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random allocations, growths and releases in a pool of its own, and what they leave unused. A growth allocates a larger extent, to
 * which the bytes would be copied, and releases the former one. What is not counted as held is what the heap itself still
 * gives out as runs of pages, so this knows nothing of the heap's inside. The same seed makes the same calls.
 */
final class Fragmentation implements AutoCloseable {
  private static final long LEAST_BYTES = 64;
  private static final long MOST_BYTES = 1 << 20;
  private static final long PAGE_BYTES = 4096;

  private final LanedPool pool;
  private final long liveGoalBytes;
  private final SplittableRandom random;
  private final List<Live> live = new ArrayList<>();
  private long requestedBytes;
  private long extentBytes;

  private record Live(Extent extent, long sizeBytes) {}

  /**
   * What is left.
   *
   * @param requestedBytes what the live extents were asked for
   * @param extentBytes what the heap holds for them, rounded up
   * @param heldBytes of the pool, all that cannot be given out as pages: extents, free slots of slabs, owner words, and what the pool needs for itself
   * @param freeBytes in pages
   * @param largestRunBytes the longest of these runs
   */
  record Seen(long requestedBytes, long extentBytes, long heldBytes, long freeBytes, long largestRunBytes) {
    /** The share of the extents that nobody asked for. */
    double insideExtents() {
      return 1 - (double) requestedBytes / extentBytes;
    }

    /** The share of what is held that lies between the extents. */
    double betweenExtents() {
      return 1 - (double) extentBytes / heldBytes;
    }

    /** Bytes held for each byte that was asked for. */
    double heldPerRequested() {
      return (double) heldBytes / requestedBytes;
    }

    /** The share of the free bytes that is not in the longest run. */
    double freeApart() {
      return 1 - (double) largestRunBytes / freeBytes;
    }
  }

  /** A new pool in which about {@code liveBytes} are to live. */
  Fragmentation(long poolBytes, long liveBytes, long seed) {
    pool = new LanedPool(poolBytes);
    liveGoalBytes = liveBytes;
    random = new SplittableRandom(seed);
  }

  /**
   * Does as many allocations, growths and releases.
   *
   * @throws PoolFull if an extent could not be had
   */
  void run(int operations) {
    for (int i = 0; i < operations; i++) {
      step();
    }
  }

  private void step() {
    if (requestedBytes > liveGoalBytes) {
      release(random.nextInt(live.size()));
      return;
    }
    int chance = live.isEmpty() ? 0 : random.nextInt(100);
    if (chance < 60) {
      live.add(allocate(size()));
    } else if (chance < 75) {
      grow(random.nextInt(live.size()));
    } else {
      release(random.nextInt(live.size()));
    }
  }

  /** Of a hundred sizes 90 are up to 2 KiB, 9 up to 64 KiB, one up to 1 MiB; in each of the three as many of one doubling as of the next. */
  private long size() {
    int kind = random.nextInt(100);
    if (kind < 90) {
      return between(LEAST_BYTES, 2 << 10);
    }
    return kind < 99 ? between(2 << 10, 64 << 10) : between(64 << 10, MOST_BYTES);
  }

  private long between(long least, long most) {
    return Math.round(least * Math.pow((double) most / least, random.nextDouble()));
  }

  private Live allocate(long sizeBytes) {
    Live made = new Live(pool.own(sizeBytes), sizeBytes);
    requestedBytes += sizeBytes;
    extentBytes += made.extent.lengthBytes();
    return made;
  }

  private void grow(int index) {
    Live former = live.get(index);
    long larger = Math.min(MOST_BYTES, former.sizeBytes + 1 + random.nextLong(former.sizeBytes));
    live.set(index, allocate(larger));
    giveUp(former);
  }

  private void release(int index) {
    Live former = live.get(index);
    live.set(index, live.getLast());
    live.removeLast();
    giveUp(former);
  }

  private void giveUp(Live former) {
    pool.disown(former.extent);
    requestedBytes -= former.sizeBytes;
    extentBytes -= former.extent.lengthBytes();
  }

  /** Releases whatever is alive. */
  void releaseAll() {
    while (!live.isEmpty()) {
      release(live.size() - 1);
    }
  }

  /** Looks what the heap has left, by taking all of it and giving it back. */
  Seen look() {
    Heap heap = pool.heap();
    List<Reservation> taken = new ArrayList<>();
    long freeBytes = 0;
    long run = longestRun();
    long largestRunBytes = run;
    for (; run >= PAGE_BYTES; run = run / 2 / PAGE_BYTES * PAGE_BYTES) {
      Reservation reservation = reserve(run);
      while (reservation != null) {
        taken.add(reservation);
        freeBytes += reservation.lengthBytes();
        reservation = reserve(run);
      }
    }
    taken.forEach(heap::cancel);
    return new Seen(requestedBytes, extentBytes, pool.sizeBytes() - freeBytes, freeBytes, largestRunBytes);
  }

  /** The length of the longest run of free pages. */
  private long longestRun() {
    long least = 0;
    long most = pool.sizeBytes() / PAGE_BYTES;
    while (least < most) {
      long middle = (least + most + 1) >>> 1;
      Reservation reservation = reserve(middle * PAGE_BYTES);
      if (reservation == null) {
        most = middle - 1;
      } else {
        pool.heap().cancel(reservation);
        least = middle;
      }
    }
    return least * PAGE_BYTES;
  }

  private Reservation reserve(long sizeBytes) {
    try {
      return pool.heap().reserveForLog(sizeBytes);
    } catch (PoolFull full) {
      return null;
    }
  }

  /** The greatest share of an extent that nobody asked for, of all sizes from one to another. */
  double worstInsideExtents(int leastBytes, int mostBytes) {
    double worst = 0;
    for (int size = leastBytes; size <= mostBytes; size++) {
      Reservation reservation = pool.heap().reserveForLog(size);
      worst = Math.max(worst, 1 - (double) size / reservation.lengthBytes());
      pool.heap().cancel(reservation);
    }
    return worst;
  }

  /**
   * The least pool, as a multiple of the live bytes, in which the operations found room.
   *
   * @param steps how often the interval from 1 to 2 is halved
   */
  static double leastPool(long liveBytes, int operations, long seed, int steps) {
    double tooSmall = 1;
    double enough = 2;
    for (int i = 0; i < steps; i++) {
      double middle = (tooSmall + enough) / 2;
      if (isEnough((long) (liveBytes * middle) / PAGE_BYTES * PAGE_BYTES, liveBytes, operations, seed)) {
        enough = middle;
      } else {
        tooSmall = middle;
      }
    }
    return enough;
  }

  private static boolean isEnough(long poolBytes, long liveBytes, int operations, long seed) {
    try (Fragmentation fragmentation = new Fragmentation(poolBytes, liveBytes, seed)) {
      fragmentation.run(operations);
      return true;
    } catch (PoolFull full) {
      return false;
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
