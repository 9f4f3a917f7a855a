package dev.dormouse.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.Reservation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pool that grows while it is in use: a crash leaves the old size or the new one, and every page is owned or can be had. */
class GrowthCrashTest {
  // Growth enlarges the first chunk by some pages and adds another one with a few.
  private static final Geometry GROWING = Geometry.of((2L << 20) + (20 << 10), (2L << 20) + (88 << 10), 2, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(0xB007, 1);
  private static final long OWNER = Owner.FIRST_BIRTH + 1;

  private static CrashMedia fresh() {
    CrashMedia media = CrashMedia.zeroed(GROWING.maxBytes());
    Pool pool = Pool.create(media, GROWING, BOOT, unborn -> PoolHeader.Roots.NONE);
    // Most of it is owned already, so that little has to be looked at after each crash.
    Reservation most = pool.heap().reserve((GROWING.pageCount() - 6) * Geometry.PAGE_BYTES);
    pool.heap().publish(most.offset(), most.lengthBytes(), most.place(), OWNER);
    media.persist(0, GROWING.maxBytes());
    return media;
  }

  private static void own(Heap heap, CrashMedia media, long sizeBytes) {
    Reservation one = heap.reserve(sizeBytes);
    // A line of each page stands for all of it.
    for (long at = one.offset(); at < one.offset() + one.lengthBytes(); at += Geometry.PAGE_BYTES) {
      media.fill(at, Media.LINE_BYTES, (byte) 0x55);
      media.flush(at, Media.LINE_BYTES);
    }
    media.fence();
    heap.publish(one.offset(), one.lengthBytes(), one.place(), OWNER);
    media.fence();
    heap.published(one.offset(), one.lengthBytes(), one.place());
    media.mark(one.extent());
  }

  private static void outgrow(CrashMedia media) {
    Pool pool = Pool.open(media, BOOT);
    pool.begin();
    own(pool.heap(), media, 4 * Geometry.PAGE_BYTES);
    // Lies in the old chunk and in the new one.
    own(pool.heap(), media, 14 * Geometry.PAGE_BYTES);
    if (pool.header().geometry().pageCount() <= GROWING.pageCount()) {
      throw new AssertionError("the pool did not grow");
    }
  }

  /** Owned is what was marked, or that and what was under way; all else can be had, and reads as zeros. */
  private static void requireWhole(Media media, List<Object> marks) {
    Pool pool = Pool.open(media, BOOT);
    List<Extent> found = new ArrayList<>();
    long[] ownedPages = new long[1];
    pool.heap().walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            found.add(extent);
            ownedPages[0] += extent.lengthBytes() / Geometry.PAGE_BYTES;
          }

          @Override
          public void damage(String message) {
            throw new AssertionError(message);
          }
        });
    assertThat(found).containsAll(marks.stream().map(Extent.class::cast).toList()).hasSizeBetween(marks.size() + 1, marks.size() + 2);
    long pages = ownedPages[0];
    byte[] bytes = new byte[Media.LINE_BYTES];
    try {
      while (true) {
        Reservation page = pool.heap().reserve(3 * Geometry.PAGE_BYTES);
        for (long at = 0; at < page.lengthBytes(); at += Geometry.PAGE_BYTES) {
          media.read(page.offset() + at, bytes, 0, bytes.length);
          assertThat(bytes).containsOnly(0);
        }
        pages += 3;
      }
    } catch (PoolFull full) {
      // Up to two pages may be left over on either side of what is owned.
      assertThat(pages).isBetween(pool.header().geometry().pageCount() - 4, pool.header().geometry().pageCount());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aCrashInTheMiddleOfGrowingUndoesIt(PersistencyModel model) {
    CrashReport report =
        CrashExplorer.explore(
            fresh().processKilled(),
            GrowthCrashTest::outgrow,
            TinyStructures.NO_RECOVERY,
            GrowthCrashTest::requireWhole,
            CrashOptions.of(model).withImages(40, 1).withRecoveryDepth(0).withBulkAscending());
    report.requireClean();
    assertThat(report.distinctStates()).isGreaterThan(20);
  }

  /** (b) before (c): without the page table of the new pages the header would name pages of which nothing is known. */
  @Test
  void aHeaderBeforeThePageTableIsFound() {
    assertThat(
            CrashExplorer.explore(
                    fresh().processKilled(),
                    GrowthCrashTest::outgrow,
                    TinyStructures.NO_RECOVERY,
                    GrowthCrashTest::requireWhole,
                    CrashOptions.of(PersistencyModel.PX86)
                        .withImages(40, 1)
                        .withRecoveryDepth(0)
                        .withBulkAscending()
                        .stoppingAtFirstViolation()
                        .withFaults(
                            new FaultPlan() {
                              @Override
                              public boolean keepFlush(long offset, long lengthBytes) {
                                return offset < GROWING.pageTableOffset() || offset >= GROWING.arenaOffset();
                              }
                            }))
                .violations())
        .isNotEmpty();
  }
}
