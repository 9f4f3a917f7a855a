package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is remembered of chunks, and what their words promise: where that is out of date, room would be lost or given out twice. */
class HeapChunksTest {
  private static final long OWNER = Owner.FIRST_BIRTH + 3;

  private static Reservation own(Heap heap, long sizeBytes) {
    Reservation one = heap.reserve(sizeBytes);
    heap.publish(one.offset(), one.lengthBytes(), one.place(), OWNER);
    heap.published(one.offset(), one.lengthBytes(), one.place());
    return one;
  }

  private static List<Reservation> fill(Heap heap, long sizeBytes) {
    List<Reservation> all = new ArrayList<>();
    try {
      while (true) {
        all.add(own(heap, sizeBytes));
      }
    } catch (PoolFull full) {
      return all;
    }
  }

  private static List<String> damage(Heap heap) {
    List<String> found = new ArrayList<>();
    heap.walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            assertThat(owner).isEqualTo(OWNER);
          }

          @Override
          public void damage(String message) {
            found.add(message);
          }
        });
    return found;
  }

  /** Whether slabs divide a chunk evenly or not, its last pages are remembered as well. */
  @Test
  void whatIsBeingReleasedAtTheEndOfAChunkIsNotGivenOut() {
    for (int slabPages : new int[] {1, 2, 3, 16, 171, 256}) {
      Pool pool = TestPools.inMemory(Geometry.of(4 << 20, 2, 4096, slabPages));
      own(pool.heap(), 509L * Geometry.PAGE_BYTES);
      Reservation last = own(pool.heap(), 3L * Geometry.PAGE_BYTES);
      own(pool.heap(), (pool.header().geometry().pageCount() - 512) * Geometry.PAGE_BYTES);
      Heap again = TestPools.reopened(pool).heap();
      again.release(last.extent(), OWNER);
      assertThatThrownBy(() -> again.reserve(3L * Geometry.PAGE_BYTES)).as("slabs of %d", slabPages).isInstanceOf(PoolFull.class);
      again.reclaim(last.extent());
      assertThat(again.reserve(3L * Geometry.PAGE_BYTES).extent()).isEqualTo(last.extent());
    }
  }

  /** A slot that came free in a chunk that was passed over, behind one in which a slot is still being released. */
  @Test
  void aFreeSlotIsFoundBehindAPromiseThatIsVain() {
    Pool pool = TestPools.inMemory(Geometry.of((3L << 21) + (1 << 20), 2, 4096, 256));
    List<Reservation> all = fill(pool.heap(), 8192);
    assertThat(all).hasSize(6 * 127);
    Reservation inTheLast = all.getLast();
    pool.heap().release(inTheLast.extent(), OWNER);
    pool.heap().reclaim(inTheLast.extent());
    Heap heap = TestPools.reopened(pool).heap();
    assertThat(own(heap, 8192).extent()).isEqualTo(inTheLast.extent());
    Reservation inTheFirst = all.get(0);
    Reservation inTheSecond = all.get(2 * 127);
    heap.release(inTheFirst.extent(), OWNER);
    heap.release(inTheSecond.extent(), OWNER);
    heap.reclaim(inTheSecond.extent());
    assertThat(heap.reserve(8192).extent()).isEqualTo(inTheSecond.extent());
    assertThatThrownBy(() -> heap.reserve(8192)).isInstanceOf(PoolFull.class);
    heap.reclaim(inTheFirst.extent());
    assertThat(heap.reserve(8192).extent()).isEqualTo(inTheFirst.extent());
  }

  /** An epoch ends, and takes back what a chunk's word promises in vain, while the pool is about to have more pages there. */
  @Test
  void aWordThatIsLoweredWhileThePoolGrowsStillPromisesTheNewPages() {
    Geometry geometry = Geometry.of(256 << 10, 1 << 20, 2, 4096, 2);
    Heap[] heap = new Heap[1];
    Reservation[] ending = new Reservation[1];
    int[] endings = new int[1];
    Media media =
        WatchedMedia.over(
            TestPools.zeros(geometry.maxBytes()),
            (method, arguments) -> {
              if (ending[0] != null && method.equals("write") && (long) arguments[0] < PoolHeader.BYTES) {
                heap[0].published(ending[0].offset(), ending[0].lengthBytes(), ending[0].place());
                endings[0]++;
              }
            });
    Pool pool = Pool.create(media, geometry, TestPools.BOOT, TestPools.nothing());
    pool.begin();
    heap[0] = pool.heap();
    Reservation most = heap[0].reserve((geometry.pageCount() - 2) * Geometry.PAGE_BYTES);
    heap[0].publish(most.offset(), most.lengthBytes(), most.place(), OWNER);
    ending[0] = most;
    heap[0].cancel(heap[0].reserve(20L * Geometry.PAGE_BYTES));
    assertThat(endings[0]).as("a header is written over either copy").isEqualTo(2);
    assertThat(damage(heap[0])).isEmpty();
    long free = pool.header().geometry().pageCount() - geometry.pageCount() + 2;
    assertThat(TestPools.reopened(pool).heap().reserve(free * Geometry.PAGE_BYTES)).isNotNull();
  }

  /** Neither are the owner words of a large slab, which are longer than a page, nor what is left behind the last slot. */
  @Test
  void nothingOfASlabOfRecordsIsARecordButItsSlots() {
    for (int slabPages : new int[] {1, 2, 3, 8, 16, 25, 256}) {
      Pool pool = TestPools.inMemory(Geometry.of(4 << 20, 2, 4096, slabPages));
      SizeClasses classes = new SizeClasses(slabPages);
      Reservation first = pool.heap().reserveRecord();
      pool.heap().publish(first.offset(), first.lengthBytes(), first.place(), OWNER);
      long head = (first.place() >>> 8) * Geometry.PAGE_BYTES + pool.header().geometry().arenaOffset();
      long lastSlot = first.offset() + (classes.slotsOf(SizeClasses.RECORD) - 1L) * SizeClasses.RECORD_BYTES;
      for (int round = 0; round < 2; round++) {
        for (long at = head; at < head + (long) slabPages * Geometry.PAGE_BYTES; at += 64) {
          boolean slot = at >= first.offset() && at <= lastSlot && (at - first.offset()) % SizeClasses.RECORD_BYTES == 0;
          assertThat(pool.heap().isRecordSlot(at)).as("offset %d of a slab of %d pages", at - head, slabPages).isEqualTo(slot);
        }
      }
    }
  }

  /** The pages behind a damaged head are nobody's to give out: that their chunk's word tells of no room there is no second damage. */
  @Test
  void aDamagedHeadIsOneFindingAlsoWhenTheChunkWasLookedInto() {
    Pool pool = TestPools.inMemory(Geometry.of(256 << 10, 2, 4096, 2));
    Reservation run = own(pool.heap(), 20L * Geometry.PAGE_BYTES);
    fill(pool.heap(), 4096);
    long page = (run.offset() - pool.header().geometry().arenaOffset()) / Geometry.PAGE_BYTES;
    long entry = pool.header().geometry().pageTableOffset() + page * PageLayout.BYTES;
    pool.media().putLong(entry, pool.media().getLong(entry) ^ 1L << 50);
    Heap again = TestPools.reopened(pool).heap();
    assertThatThrownBy(() -> again.reserve(4096)).isInstanceOf(PoolFull.class);
    assertThat(damage(again)).singleElement().asString().contains("page table entry " + page);
  }

  /** A word that is not what was written costs a look, is told by name, and is put right by that look. */
  @Test
  void aDamagedWordOfAChunkIsToldAndMended() {
    Pool pool = TestPools.inMemory(Geometry.of(256 << 10, 2, 4096, 2));
    Reservation one = own(pool.heap(), 5000);
    long word = pool.header().geometry().chunkTableOffset();
    long sound = pool.media().getLong(word);
    for (int bit = 0; bit < 64; bit++) {
      pool.media().putLong(word, sound ^ 1L << bit);
      Heap again = TestPools.reopened(pool).heap();
      assertThat(damage(again)).as("bit %d", bit).singleElement().asString().contains("the word of chunk 0");
      Reservation given = again.reserve(5000);
      assertThat(given.extent().contains(one.offset(), 1)).isFalse();
      byte[] bytes = new byte[(int) given.lengthBytes()];
      pool.media().read(given.offset(), bytes, 0, bytes.length);
      assertThat(bytes).containsOnly(0);
      pool.media().fill(given.offset(), given.lengthBytes(), (byte) 0x7E);
      assertThat(damage(again)).isEmpty();
    }
  }
}
