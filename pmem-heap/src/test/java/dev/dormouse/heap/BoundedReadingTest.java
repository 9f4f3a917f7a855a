package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What is read of a pool does not depend on how many extents it has. Opening reads the header. Whoever allocates first reads a
 * word for each chunk of 2 MiB, up to the first one with room, and of that chunk its part of the page table and, for a small
 * extent, the owner words of its slabs of that class, 228 KiB at most: the word of a chunk says that one of them has room, and not which.
 */
class BoundedReadingTest {
  private static final Geometry GEOMETRY = Geometry.of(64L << 20, 4, 4096, 16);
  private static final long OWNER = Owner.FIRST_BIRTH + 3;
  // Two or three words of a page's entry each: its own, its head's, and the head's once more.
  private static final long TABLE_BYTES = 3L * Long.BYTES * ChunkTable.PAGES;
  private static final long OWNER_WORDS_BYTES = (2L << 20) / (64 + Long.BYTES) * Long.BYTES;

  private long read;

  private Pool counted(Media below) {
    read = 0;
    return Pool.open(WatchedMedia.over(below, (method, arguments) -> read += WatchedMedia.bytesRead(method, arguments)), TestPools.BOOT);
  }

  private static List<Reservation> publish(Heap heap, int count, int sizeBytes) {
    List<Reservation> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Reservation one = heap.reserve(sizeBytes, sizeBytes);
      heap.publish(one.offset(), one.lengthBytes(), one.place(), OWNER);
      heap.published(one.offset(), one.lengthBytes(), one.place());
      all.add(one);
    }
    return all;
  }

  private static Media poolOf(int extents, boolean withHoles, boolean closed) {
    Media media = TestPools.zeros(GEOMETRY.sizeBytes());
    Pool.create(media, GEOMETRY, TestPools.BOOT, TestPools.nothing());
    Media unclosed = WatchedMedia.over(media, (method, arguments) -> {});
    Pool pool = Pool.open(unclosed, TestPools.BOOT);
    pool.begin();
    List<Reservation> all = publish(pool.heap(), extents, 64);
    Random random = new Random(5);
    for (int i = 0; withHoles && i < extents / 1000; i++) {
      Reservation one = all.remove(random.nextInt(all.size()));
      pool.heap().release(one.extent(), OWNER);
      pool.heap().reclaim(one.extent());
    }
    if (closed) {
      // Not by close, which would give the medium back.
      pool.header().next(pool.header().durabilityClass(), false, pool.header().openCount(), 1, TestPools.BOOT, pool.header().roots()).write(media);
    }
    return media;
  }

  @Test
  void openingReadsAsMuchOfAFullPoolAsOfAnEmptyOne() {
    for (boolean closed : new boolean[] {true, false}) {
      counted(poolOf(10, false, closed)).begin();
      long few = read;
      counted(poolOf(200_000, true, closed)).begin();
      assertThat(read).isEqualTo(few).isLessThan(1024);
    }
  }

  @Test
  void theFirstAllocationOfEveryClassReadsABoundedAmount() {
    long words = (long) Long.BYTES * Chunks.chunkCountOf(GEOMETRY.pageCount());
    for (boolean withHoles : new boolean[] {false, true}) {
      for (boolean closed : new boolean[] {true, false}) {
        Media media = poolOf(200_000, withHoles, closed);
        SizeClasses classes = new SizeClasses(GEOMETRY.slabPages());
        for (int sizeClass = SizeClasses.RECORD; sizeClass < classes.count(); sizeClass++) {
          Heap heap = counted(media).heap();
          read = 0;
          heap.cancel(sizeClass == SizeClasses.RECORD ? heap.reserveRecord() : heap.reserve(classes.bytesOf(sizeClass)));
          // The word says that some slab of the chunk has room, and not which.
          boolean hasSlabs = classes.bytesOf(sizeClass) == 64;
          assertThat(read).as("bytes read for the first extent of class %d", sizeClass)
              .isLessThanOrEqualTo(3 * words + TABLE_BYTES + (hasSlabs ? OWNER_WORDS_BYTES : 0));
        }
        for (long pages : new long[] {3, 100, 512, 2000}) {
          Heap heap = counted(media).heap();
          read = 0;
          heap.cancel(heap.reserveForLog(pages * Geometry.PAGE_BYTES));
          // Of a run over several chunks each of them is looked into, and the one before them.
          assertThat(read).as("bytes read for the first run of %d pages", pages)
              .isLessThanOrEqualTo((6 + 6 * pages / ChunkTable.PAGES) * words + (2 + pages / ChunkTable.PAGES) * TABLE_BYTES);
        }
      }
    }
  }

  /** What a release costs that comes first does not depend on what else is there. */
  @Test
  void theFirstReleaseReadsLittle() {
    Media media = TestPools.zeros(GEOMETRY.sizeBytes());
    Heap before = Pool.create(media, GEOMETRY, TestPools.BOOT, TestPools.nothing()).heap();
    List<Reservation> all = publish(before, 200_000, 64);
    Heap heap = counted(media).heap();
    read = 0;
    Reservation one = all.get(123_456);
    heap.release(one.extent(), OWNER);
    heap.reclaim(one.extent());
    assertThat(read).isLessThan(256);
  }
}
