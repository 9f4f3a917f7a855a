package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** I4 at what it costs: every byte that was used is zeroed once before it is given out again, and no other byte ever. */
class ZeroingTest {
  private static final Geometry GEOMETRY = Geometry.of(3 << 20, 5 << 20, 2, 4096, 16);
  private static final long OWNER = Owner.FIRST_BIRTH + 3;

  private final List<long[]> stores = new ArrayList<>();
  private Runnable meanwhile = () -> {};
  private Media below;
  private Pool pool;
  private Heap heap;

  @BeforeEach
  void open() {
    below = TestPools.zeros(GEOMETRY.maxBytes());
    Pool.create(below, GEOMETRY, TestPools.BOOT, TestPools.nothing());
    reopen();
  }

  private void reopen() {
    Media media =
        WatchedMedia.over(
            below,
            (method, arguments) -> {
              if (method.equals("provision")) {
                stores.add(new long[] {(long) arguments[0], (long) arguments[1] - (long) arguments[0]});
              } else if (WatchedMedia.isStore(method) && (long) arguments[0] >= GEOMETRY.arenaOffset()) {
                stores.add(new long[] {(long) arguments[0], method.equals("fill") ? (long) arguments[1] : 8});
                meanwhile.run();
              }
            });
    pool = Pool.open(media, TestPools.BOOT);
    pool.begin();
    heap = pool.heap();
    stores.clear();
  }

  private long storedBytes() {
    long sum = stores.stream().mapToLong(store -> store[1]).sum();
    stores.clear();
    return sum;
  }

  /** Reserves, and lets somebody use all of it. */
  private Reservation used(long sizeBytes) {
    Reservation one = heap.reserve(sizeBytes);
    below.fill(one.offset(), one.lengthBytes(), (byte) 0x7E);
    return one;
  }

  @Test
  void whatWasNeverUsedIsNotStoredTo() {
    for (long size : new long[] {1, 64, 300, 4000, 8192, 9000, 600_000}) {
      for (int i = 0; i < 3; i++) {
        heap.reserve(size);
        heap.reserveRecord();
      }
    }
    assertThat(storedBytes()).isZero();
  }

  @Test
  void whatWasUsedIsZeroedOnceInFull() {
    for (long size : new long[] {1, 64, 300, 4000, 8192, 9000, 600_000}) {
      Reservation keepsTheSlab = heap.reserve(size);
      for (int i = 0; i < 3; i++) {
        Reservation one = used(size);
        stores.clear();
        heap.cancel(one);
        assertThat(storedBytes()).isZero();
        assertThat(heap.reserve(size).extent()).isEqualTo(one.extent());
        assertThat(storedBytes()).as("bytes stored for %d", size).isEqualTo(one.lengthBytes());
        heap.cancel(one);
      }
      heap.cancel(keepsTheSlab);
    }
  }

  @Test
  void ofARunThatWasUsedInPartThatPartIsZeroed() {
    heap.cancel(used(5L * Geometry.PAGE_BYTES));
    stores.clear();
    Reservation longer = heap.reserve(40L * Geometry.PAGE_BYTES);
    assertThat(storedBytes()).isEqualTo(5L * Geometry.PAGE_BYTES);
    heap.cancel(longer);
    // What nobody stored to is not told from what somebody did.
    heap.reserve(50L * Geometry.PAGE_BYTES);
    assertThat(storedBytes()).isEqualTo(40L * Geometry.PAGE_BYTES);
  }

  @Test
  void whatTheCallerOverwritesIsNotZeroed() {
    for (long[] size : new long[][] {{300, 300}, {300, 100}, {320, 0}, {8192, 8000}, {30_000, 30_000}, {30_000, 12_345}, {32_768, 32_768}}) {
      Reservation keepsTheSlab = heap.reserve(size[0]);
      Reservation one = used(size[0]);
      heap.cancel(one);
      stores.clear();
      assertThat(heap.reserve(size[0], size[1]).extent()).isEqualTo(one.extent());
      assertThat(storedBytes()).isEqualTo(one.lengthBytes() - size[1]);
      heap.cancel(one);
      heap.cancel(keepsTheSlab);
    }
    heap.cancel(used(30_000));
    stores.clear();
    heap.reserveForLog(30_000);
    assertThat(storedBytes()).isZero();
  }

  /** Who had the extent pays nothing when it lets it go. */
  @Test
  void publishingAndReleasingTouchNoByteOfTheExtent() {
    for (long size : new long[] {64, 300, 8192, 9000, 600_000}) {
      Reservation one = used(size);
      stores.clear();
      heap.publish(one.offset(), one.lengthBytes(), one.place(), OWNER);
      heap.published(one.offset(), one.lengthBytes(), one.place());
      heap.release(one.extent(), OWNER);
      heap.reclaim(one.extent());
      assertThat(stores).noneMatch(store -> store[0] + store[1] > one.offset() && store[0] < one.offset() + one.lengthBytes());
    }
  }

  /** All of a slab of records is zeroed when it is made, since no slot of it may read as a record; its slots are zero then. */
  @Test
  void aSlabOfRecordsIsZeroedOnce() {
    heap.cancel(used(100L * Geometry.PAGE_BYTES));
    stores.clear();
    Reservation first = heap.reserveRecord();
    assertThat(storedBytes()).isEqualTo(16L * Geometry.PAGE_BYTES);
    for (int i = 1; i < new SizeClasses(16).slotsOf(SizeClasses.RECORD); i++) {
      heap.reserveRecord();
    }
    assertThat(storedBytes()).isZero();
    heap.cancel(first);
    assertThat(heap.reserveRecord().extent()).isEqualTo(first.extent());
    assertThat(storedBytes()).isEqualTo(SizeClasses.RECORD_BYTES);
  }

  /** Of another slab only the owner words. */
  @Test
  void aSlabOfUsedPagesIsZeroedSlotBySlot() {
    heap.cancel(used(100L * Geometry.PAGE_BYTES));
    stores.clear();
    heap.reserve(1000);
    long ownerWords = SizeClasses.firstSlotOf(new SizeClasses(16).slotsOf(new SizeClasses(16).classOf(1000)));
    assertThat(storedBytes()).isEqualTo(ownerWords + 1024);
    heap.reserve(1000);
    assertThat(storedBytes()).isEqualTo(1024);
  }

  /** Another life does not know what was used, and zeroes all of a chunk's pages once. */
  @Test
  void anotherLifeZeroesOnceWhatItGivesOut() {
    heap.reserve(9000);
    reopen();
    Reservation one = heap.reserve(20L * Geometry.PAGE_BYTES);
    assertThat(storedBytes()).isEqualTo(one.lengthBytes());
    // Nothing was ever given out of the second chunk.
    heap.reserve(500L * Geometry.PAGE_BYTES);
    stores.clear();
    Reservation other = heap.reserve(200L * Geometry.PAGE_BYTES);
    assertThat((other.offset() - GEOMETRY.arenaOffset()) / Geometry.PAGE_BYTES).isGreaterThanOrEqualTo(512);
    assertThat(storedBytes()).isZero();
  }

  @Test
  void whatThePoolGainsIsZeroedByGrowthAlone() {
    heap.reserve(GEOMETRY.pageCount() * Geometry.PAGE_BYTES - 8192);
    stores.clear();
    Reservation one = heap.reserve(300L * Geometry.PAGE_BYTES);
    assertThat(stores).allMatch(store -> store[0] == GEOMETRY.sizeBytes());
    assertThat(one.offset()).isGreaterThanOrEqualTo(GEOMETRY.sizeBytes() - 8192);
    assertThat(storedBytes()).isEqualTo(pool.header().geometry().sizeBytes() - GEOMETRY.sizeBytes());
  }

  /** A thread that zeroes holds no lock: others reserve, of the same class and of its chunk, while it does. */
  @Test
  void zeroingStopsNobody() {
    Reservation slot = used(4096);
    heap.reserve(4096);
    heap.cancel(slot);
    heap.cancel(used(100L * Geometry.PAGE_BYTES));
    List<Boolean> ended = new ArrayList<>();
    meanwhile =
        () -> {
          meanwhile = () -> {};
          Thread other =
              new Thread(
                  () -> {
                    heap.cancel(heap.reserveForLog(4096));
                    heap.cancel(heap.reserveForLog(9000));
                    heap.ownerOf(slot.offset());
                    heap.isRecordSlot(slot.offset());
                  });
          other.start();
          try {
            ended.add(other.join(java.time.Duration.ofSeconds(20)));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    Runnable again = meanwhile;
    heap.reserve(100L * Geometry.PAGE_BYTES);
    meanwhile = again;
    heap.reserve(4096);
    assertThat(ended).containsExactly(true, true);
  }
}
