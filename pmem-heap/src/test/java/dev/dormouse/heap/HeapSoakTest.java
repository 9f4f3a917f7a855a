package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Four threads at one heap, with several stripes and with one, in a pool with room and in one that is often full: a word for each
 * line of the arena tells whose it is, so that whatever is given out twice is found at once. In the end nothing is lost.
 */
class HeapSoakTest {
  private static final int THREADS = 4;
  private static final int STEPS = Integer.getInteger("dormouse.soakSteps", 40_000);

  @TempDir Path folder;

  private final AtomicLong owners = new AtomicLong(Owner.FIRST_BIRTH);

  /** What all threads share: the heap, and what is known of it beside it. */
  private static final class Shared {
    final Pool pool;
    final AtomicLongArray lines;
    final Map<Extent, Long> owned = new ConcurrentHashMap<>();
    final AtomicLong full = new AtomicLong();
    final AtomicLong reserved = new AtomicLong();

    Shared(Pool pool) {
      this.pool = pool;
      this.lines = new AtomicLongArray(Math.toIntExact(pool.header().geometry().mostPages() * (Geometry.PAGE_BYTES / Media.LINE_BYTES)));
    }

    void change(Extent extent, long from, long to) {
      int first = (int) ((extent.offset() - pool.header().geometry().arenaOffset()) / Media.LINE_BYTES);
      for (int line = first; line < first + extent.lengthBytes() / Media.LINE_BYTES; line++) {
        if (!lines.compareAndSet(line, from, to)) {
          throw new AssertionError(extent + ": line " + line + " is " + lines.get(line) + ", " + from + " expected");
        }
      }
    }
  }

  /** A file of zeros that takes no space on the disk. */
  private Pool sparse(Geometry geometry) throws IOException {
    Path path = folder.resolve("soak.pool");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(geometry.maxBytes());
    }
    Pool pool = Pool.create(MappedMedia.open(path, geometry.maxBytes()), geometry, TestPools.BOOT, TestPools.nothing());
    pool.begin();
    return pool;
  }

  @ParameterizedTest
  @CsvSource({"512,512,16", "6,6,16", "3,40,16", "2,2,1"})
  void nothingIsGivenOutTwiceAndNothingIsLost(long sizeMib, long maxMib, int slabPages) throws Exception {
    Geometry geometry = Geometry.of(sizeMib << 20, maxMib << 20, 2, 4096, slabPages);
    try (Pool pool = sparse(geometry)) {
      Shared shared = new Shared(pool);
      try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        List<Callable<Void>> soaks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          long seed = 77L * i + sizeMib;
          soaks.add(
              () -> {
                soak(shared, new Random(seed));
                return null;
              });
        }
        for (Future<Void> end : threads.invokeAll(soaks)) {
          end.get();
        }
      }
      assertThat(shared.reserved.get()).isGreaterThan(THREADS * STEPS / 5);
      if (sizeMib < 10 && maxMib < 10) {
        assertThat(shared.full.get()).isPositive();
      }
      requireSound(shared);
      requireAllCanBeHad(shared);
    }
  }

  private void soak(Shared shared, Random random) throws InterruptedException, ExecutionException {
    Heap heap = shared.pool.heap();
    Media media = shared.pool.media();
    List<Reservation> reserved = new ArrayList<>();
    List<Map.Entry<Extent, Long>> mine = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          Reservation one = reserve(shared, heap, random);
          if (one != null) {
            shared.change(one.extent(), 0, 1);
            requireZeros(media, one, random);
            media.fill(one.offset(), one.lengthBytes(), (byte) 0x7E);
            reserved.add(one);
          }
        }
        case 2 -> {
          if (!reserved.isEmpty()) {
            Reservation one = reserved.remove(random.nextInt(reserved.size()));
            shared.change(one.extent(), 1, 0);
            heap.cancel(one);
          }
        }
        case 3 -> {
          if (!reserved.isEmpty()) {
            Reservation one = reserved.remove(random.nextInt(reserved.size()));
            long owner = owners.incrementAndGet();
            shared.change(one.extent(), 1, owner);
            heap.publish(one.offset(), one.lengthBytes(), one.place(), owner);
            media.fence();
            heap.published(one.offset(), one.lengthBytes(), one.place());
            shared.owned.put(one.extent(), owner);
            mine.add(Map.entry(one.extent(), owner));
          }
        }
        case 4 -> {
          if (!mine.isEmpty()) {
            Map.Entry<Extent, Long> one = mine.remove(random.nextInt(mine.size()));
            release(shared, heap, one.getKey(), one.getValue());
          }
        }
        default -> {
          if (!mine.isEmpty()) {
            Map.Entry<Extent, Long> one = mine.get(random.nextInt(mine.size()));
            long at = one.getKey().offset() + random.nextLong(one.getKey().lengthBytes());
            if (heap.ownerOf(at) != one.getValue() || !one.getKey().equals(heap.extentOf(at))) {
              throw new AssertionError(one + " is not owned at " + at);
            }
            heap.isRecordSlot(one.getKey().offset());
          }
        }
      }
    }
    for (Reservation one : reserved) {
      shared.change(one.extent(), 1, 0);
      heap.cancel(one);
    }
  }

  private static void release(Shared shared, Heap heap, Extent extent, long owner) {
    shared.owned.remove(extent);
    heap.release(extent, owner);
    shared.pool.media().fence();
    shared.change(extent, owner, 0);
    heap.reclaim(extent);
  }

  private static Reservation reserve(Shared shared, Heap heap, Random random) {
    try {
      int kind = random.nextInt(40);
      Reservation one =
          kind == 0 ? heap.reserve(1 + random.nextInt(3 << 20))
              : kind < 6 ? heap.reserve(1 + random.nextInt(60_000))
              : kind < 12 ? heap.reserveRecord()
              : heap.reserve(1 + random.nextInt(1000));
      shared.reserved.incrementAndGet();
      return one;
    } catch (PoolFull full) {
      shared.full.incrementAndGet();
      return null;
    }
  }

  /** I4, at the ends and at some places between. */
  private static void requireZeros(Media media, Reservation one, Random random) {
    for (int i = 0; i < 8; i++) {
      long at = i == 0 ? 0 : i == 1 ? one.lengthBytes() - 8 : random.nextLong(one.lengthBytes() / 8) * 8;
      if (media.getLong(one.offset() + at) != 0) {
        throw new AssertionError(one + " does not read as zeros at " + at);
      }
    }
  }

  private static void requireSound(Shared shared) {
    Map<Extent, Long> found = new ConcurrentHashMap<>();
    // A heap that remembers nothing sees what this one wrote.
    Pool.open(shared.pool.media(), TestPools.BOOT).heap().walk(
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
    assertThat(found).isEqualTo(shared.owned);
  }

  private static void requireAllCanBeHad(Shared shared) {
    Heap heap = shared.pool.heap();
    List.copyOf(shared.owned.entrySet()).forEach(one -> release(shared, heap, one.getKey(), one.getValue()));
    requireSound(shared);
    long pages = shared.pool.header().geometry().pageCount();
    Reservation all = heap.reserveForLog(pages * Geometry.PAGE_BYTES);
    assertThat(all.lengthBytes()).isEqualTo(pages * Geometry.PAGE_BYTES);
    if (shared.pool.header().geometry().pageCount() == shared.pool.header().geometry().mostPages()) {
      assertThatThrownBy(() -> heap.reserve(1)).isInstanceOf(PoolFull.class);
    }
  }
}
