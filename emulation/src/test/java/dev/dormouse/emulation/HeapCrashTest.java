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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Crashes publish, release and reclaim at every persist point, without a log that would repeat them: each is one step, so
 * that an extent is owned whole or free (I3), and nothing else changes its owner.
 */
class HeapCrashTest {
  private static final Geometry SMALL = Geometry.of(128 << 10, 2, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(0xB007, 1);
  private static final long OWNER = Owner.FIRST_BIRTH + 1;

  private static Pool create(Media media) {
    return Pool.create(media, SMALL, BOOT, unborn -> PoolHeader.Roots.NONE);
  }

  private static Map<Long, Long> owners(Pool pool) {
    Map<Long, Long> owners = new HashMap<>();
    pool.heap().walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            owners.put(extent.offset(), extent.lengthBytes());
            assertThat(owner).isEqualTo(OWNER);
            assertThat(pool.heap().extentOf(extent.offset() + extent.lengthBytes() - 1)).isEqualTo(extent);
          }

          @Override
          public void damage(String message) {
            throw new AssertionError(message);
          }
        });
    return owners;
  }

  /** After a crash every extent is at its last mark, or the step that was under way has happened as a whole. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void anExtentIsOwnedWholeOrFree(PersistencyModel model) {
    CrashMedia first = CrashMedia.zeroed(SMALL.sizeBytes());
    create(first);
    CrashReport report =
        CrashExplorer.explore(
            first.processKilled(),
            media -> {
              Heap heap = Pool.open(media, BOOT).heap();
              Map<Long, Long> owned = new HashMap<>();
              Reservation[] all = new Reservation[4];
              for (int i = 0; i < all.length; i++) {
                all[i] = i == 3 ? heap.reserveRecord() : heap.reserve(i == 0 ? 100 : i * 5000L);
                heap.publish(all[i].offset(), all[i].lengthBytes(), all[i].place(), OWNER);
                media.fence();
                owned.put(all[i].offset(), all[i].lengthBytes());
                media.mark(Map.copyOf(owned));
              }
              for (Reservation one : all) {
                heap.release(one.extent(), OWNER);
                media.fence();
                owned.remove(one.offset());
                media.mark(Map.copyOf(owned));
                heap.reclaim(one.extent());
                Reservation reused = heap.reserve(4096);
                heap.publish(reused.offset(), reused.lengthBytes(), reused.place(), OWNER);
                media.fence();
                owned.put(reused.offset(), reused.lengthBytes());
                media.mark(Map.copyOf(owned));
              }
            },
            TinyStructures.NO_RECOVERY,
            (media, marks) -> {
              Pool pool = Pool.open(media, BOOT);
              Map<Long, Long> found = owners(pool);
              Map<?, ?> last = marks.isEmpty() ? Map.of() : (Map<?, ?>) marks.getLast();
              Map<Object, Object> gone = new HashMap<>(last);
              gone.keySet().removeAll(found.keySet());
              Map<Object, Object> added = new HashMap<>(found);
              added.keySet().removeAll(last.keySet());
              assertThat(gone.size() + added.size()).as("%s gone, %s added", gone, added).isLessThanOrEqualTo(1);
              requireTheRestIsFree(pool, found);
            },
            CrashOptions.of(model).withImages(200, 1).withRecoveryDepth(0));
    report.requireClean();
    assertThat(report.distinctStates()).isGreaterThan(30);
  }

  /** I4: what nobody owns after a crash holds anything; whoever is given it next reads zeros. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void i4WhatIsSetAsideAfterACrashReadsAsZeros(PersistencyModel model) {
    CrashMedia first = CrashMedia.zeroed(SMALL.sizeBytes());
    create(first);
    CrashExplorer.explore(first.processKilled(), HeapCrashTest::scribble, TinyStructures.NO_RECOVERY, HeapCrashTest::requireZeros, CrashOptions.of(model))
        .requireClean();
  }

  /** The fence without which a chunk would be believed to be as zero as it was. */
  @Test
  void i4AStoreThatOvertakesTheWordOfItsChunkIsFound() {
    CrashMedia first = CrashMedia.zeroed(SMALL.sizeBytes());
    create(first);
    assertThat(
            CrashExplorer.explore(
                    first.processKilled(),
                    HeapCrashTest::scribble,
                    TinyStructures.NO_RECOVERY,
                    HeapCrashTest::requireZeros,
                    CrashOptions.of(PersistencyModel.PX86)
                        .withFaults(
                            new FaultPlan() {
                              @Override
                              public boolean keepFence(long number) {
                                return number != 0;
                              }
                            }))
                .violations())
        .isNotEmpty();
  }

  /** Stores into extents that are never owned: of a run, of a slab, and of a log. */
  private static void scribble(CrashMedia media) {
    Heap heap = Pool.open(media, BOOT).heap();
    for (Reservation one : new Reservation[] {heap.reserve(5000), heap.reserve(100), heap.reserveForLog(4096)}) {
      media.fill(one.offset(), one.lengthBytes(), (byte) 0x55);
    }
  }

  private static void requireZeros(Media media, List<Object> marks) {
    Heap heap = Pool.open(media, BOOT).heap();
    for (Reservation one : new Reservation[] {heap.reserve(100), heap.reserveRecord(), heap.reserve(9000)}) {
      byte[] bytes = new byte[(int) one.lengthBytes()];
      media.read(one.offset(), bytes, 0, bytes.length);
      assertThat(bytes).as("%s", one).containsOnly(0);
    }
  }

  private static void requireTheRestIsFree(Pool pool, Map<Long, Long> owned) {
    long pages = 0;
    try {
      while (true) {
        Reservation page = pool.heap().reserve(4096);
        owned.forEach(
            (offset, length) ->
                assertThat(new Extent(offset, length).contains(page.offset(), 1) || page.extent().contains(offset, 1)).isFalse());
        pages++;
      }
    } catch (PoolFull full) {
      for (long length : owned.values()) {
        pages += length < Geometry.PAGE_BYTES ? SMALL.slabPages() : length / Geometry.PAGE_BYTES;
      }
      assertThat(pages).isEqualTo(SMALL.pageCount());
    }
  }
}
