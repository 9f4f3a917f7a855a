package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.BOOT;
import static dev.dormouse.component.mutants.EpochStage.CART;
import static dev.dormouse.component.mutants.EpochStage.STOCK;
import static dev.dormouse.component.mutants.EpochStage.px86;

import dev.dormouse.component.mutants.EpochStage.Life;
import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The words of the chunks: what they promise, what they say of zeros; and growth, which makes more of them. */
public final class ChunkSuites {
  private static final int SMALL_SLOT_BYTES = 512;
  private static final int SLOTS = 7;

  private ChunkSuites() {}

  /** I3: the pool's walk finds no damage, above all no room that a word denies; answers how many pages runs take. */
  private static long requireSound(Pool pool) {
    long[] pages = new long[1];
    pool.heap()
        .walk(
            new Heap.Visitor() {
              @Override
              public void extent(Extent extent, long owner, boolean record) {
                pages[0] += extent.lengthBytes() / Geometry.PAGE_BYTES;
              }

              @Override
              public void damage(String message) {
                throw new AssertionError("I3: " + message);
              }
            });
    return pages[0];
  }

  /** A pool in which everything is owned, so that each release makes room that no word promised before. */
  public static final class FullPool implements KillSuite {
    private final Extent[] slots = new Extent[2 * SLOTS];
    private Extent run;

    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(Geometry.of(256 << 10, 4, 4096, 1));
      CrashMedia media = stage.media();
      fill(stage.life(media));
      media.persist(0, media.sizeBytes());
      return EpochStage.verdict(
          CrashExplorer.explore(
              media.processKilled(),
              again -> live(stage.life(again)),
              EpochStage::recover,
              (found, marks) -> requireSound(Pool.open(found, BOOT)),
              px86().stoppingAtFirstViolation()));
    }

    private void fill(Life life) {
      epoch(life, work -> run = work.epoch.allocate(5L * Geometry.PAGE_BYTES, CART));
      for (int i = 0; i < slots.length; i++) {
        int slot = i;
        epoch(life, work -> slots[slot] = work.epoch.allocate(SMALL_SLOT_BYTES, CART));
      }
      try {
        while (true) {
          epoch(life, work -> work.epoch.allocate(Geometry.PAGE_BYTES, STOCK, Geometry.PAGE_BYTES));
        }
      } catch (PoolFull full) {
        // As it should be.
      }
    }

    /** Without the model of the stage, which compares all bytes: here only the walk counts. */
    private static void epoch(Life life, Consumer<EpochStage.Work> body) {
      EpochStage.Work work = life.work();
      try {
        body.accept(work);
        work.epoch.commit();
      } catch (PoolFull full) {
        work.epoch.abort();
        throw full;
      } finally {
        life.lanes.giveBack(work.epoch);
      }
    }

    private void live(Life life) {
      Extent[] again = new Extent[2];
      // Nobody looked into the chunk yet.
      epoch(
          life,
          work -> {
            work.epoch.free(slots[0], CART);
            work.epoch.free(run, CART);
          });
      for (int round = 0; round < 2; round++) {
        epoch(
            life,
            work -> {
              again[0] = work.epoch.allocate(5L * Geometry.PAGE_BYTES, CART, 5L * Geometry.PAGE_BYTES);
              again[1] = work.epoch.allocate(SMALL_SLOT_BYTES, CART, SMALL_SLOT_BYTES);
            });
        if (round == 0) {
          epoch(
              life,
              work -> {
                work.epoch.free(again[0], CART);
                work.epoch.free(again[1], CART);
              });
        }
      }
      // The second slab becomes empty, and its page the first slab of another class.
      epoch(
          life,
          work -> {
            for (int i = SLOTS; i < slots.length; i++) {
              work.epoch.free(slots[i], CART);
            }
          });
      epoch(life, work -> work.epoch.allocate(128, CART));
    }
  }

  /** I4: what was stored into extents that nobody ever owned is not read by their next owners. */
  public static final class NeverUsed implements KillSuite {
    private static final Geometry TINY = Geometry.of(128 << 10, 2, 4096, 2);

    @Override
    public Verdict run() {
      CrashMedia first = CrashMedia.zeroed(TINY.sizeBytes());
      Pool.create(first, TINY, BOOT, unborn -> PoolHeader.Roots.NONE);
      return EpochStage.verdict(
          CrashExplorer.explore(
              first.processKilled(),
              media -> {
                Heap heap = Pool.open(media, BOOT).heap();
                for (Reservation one : new Reservation[] {heap.reserve(5000), heap.reserve(100), heap.reserveForLog(4096)}) {
                  media.fill(one.offset(), one.lengthBytes(), (byte) 0x55);
                }
              },
              media -> {},
              (media, marks) -> {
                Heap heap = Pool.open(media, BOOT).heap();
                for (Reservation one : new Reservation[] {heap.reserve(100), heap.reserveRecord(), heap.reserve(9000)}) {
                  requireZeros(media, one.extent());
                }
              },
              px86().stoppingAtFirstViolation()));
    }
  }

  private static void requireZeros(Media media, Extent extent) {
    byte[] line = new byte[Media.LINE_BYTES];
    for (long at = extent.offset(); at < extent.offset() + extent.lengthBytes(); at += Math.min(extent.lengthBytes(), Geometry.PAGE_BYTES)) {
      media.read(at, line, 0, line.length);
      for (byte one : line) {
        if (one != 0) {
          throw new AssertionError("I4: " + extent + " holds former bytes at " + at);
        }
      }
    }
  }

  /** What a pool that grows leaves at any point: the old size or the new one, and every page owned or free, and zero. */
  public static final class Growing implements KillSuite {
    // Growth enlarges the first chunk by some pages and adds another one with a few.
    private static final Geometry GROWING = Geometry.of((2L << 20) + (20 << 10), (2L << 20) + (88 << 10), 2, 4096, 2);

    @Override
    public Verdict run() {
      CrashMedia media = CrashMedia.zeroed(GROWING.maxBytes());
      Pool pool = Pool.create(media, GROWING, BOOT, unborn -> PoolHeader.Roots.NONE);
      Heap heap = pool.heap();
      // Most of it is owned already, so that little has to be looked at after each crash; what lies behind its end was used before.
      Reservation most = heap.reserve((GROWING.pageCount() - 6) * Geometry.PAGE_BYTES, (GROWING.pageCount() - 6) * Geometry.PAGE_BYTES);
      heap.publish(most.offset(), most.lengthBytes(), most.place(), CART);
      heap.published(most.offset(), most.lengthBytes(), most.place());
      media.fill(GROWING.sizeBytes(), GROWING.maxBytes() - GROWING.sizeBytes(), (byte) 0x7E);
      media.persist(0, GROWING.maxBytes());
      return EpochStage.verdict(
          CrashExplorer.explore(
              media.processKilled(), Growing::outgrow, found -> {}, Growing::requireWhole, px86().withImages(40, 1).stoppingAtFirstViolation()));
    }

    private static void outgrow(CrashMedia media) {
      Pool pool = Pool.open(media, BOOT);
      pool.begin();
      own(pool.heap(), media, 4);
      // Lies in the old chunk and in the new one.
      own(pool.heap(), media, 14);
    }

    private static void own(Heap heap, CrashMedia media, long pages) {
      Reservation one = heap.reserve(pages * Geometry.PAGE_BYTES);
      requireZeros(media, one.extent());
      heap.publish(one.offset(), one.lengthBytes(), one.place(), CART);
      media.fence();
      heap.published(one.offset(), one.lengthBytes(), one.place());
      media.mark(pages);
    }

    private static void requireWhole(Media media, List<Object> marks) {
      Pool pool = Pool.open(media, BOOT);
      long owned = requireSound(pool) - (GROWING.pageCount() - 6);
      long least = marks.stream().mapToLong(pages -> (long) pages).sum();
      if (owned < least || owned > (marks.isEmpty() ? 4 : 4 + 14)) {
        throw new AssertionError("I3: " + owned + " pages are owned beside the first ones, after " + marks);
      }
      long pages = requireSound(pool);
      try {
        while (true) {
          Reservation page = pool.heap().reserve(Geometry.PAGE_BYTES + 1L, 0);
          requireZeros(media, page.extent());
          pages += page.lengthBytes() / Geometry.PAGE_BYTES;
        }
      } catch (PoolFull full) {
        // A page may be left over before and behind what is owned, and at the end.
        if (pages < pool.header().geometry().pageCount() - 3) {
          throw new AssertionError("I3: only " + pages + " of " + pool.header().geometry().pageCount() + " pages are owned or free");
        }
      }
    }
  }

  /** Nobody is given a page before the header says that the pool has it. */
  public static final class GrowsTooEarly implements KillSuite {
    private static final Geometry GROWING = Geometry.of(128 << 10, 512 << 10, 2, 4096, 2);

    @Override
    public Verdict run() {
      List<Long> early = new ArrayList<>();
      Pool[] pool = new Pool[1];
      HookedMedia media =
          new HookedMedia(CrashMedia.zeroed(GROWING.maxBytes())) {
            @Override
            protected void before() {
              if (pool[0] != null && pool[0].header().geometry().sizeBytes() == GROWING.sizeBytes() && pool[0].heap().isInArena(GROWING.sizeBytes())) {
                early.add(GROWING.sizeBytes());
              }
            }
          };
      Pool.create(media, GROWING, BOOT, unborn -> PoolHeader.Roots.NONE);
      Pool opened = Pool.open(media, BOOT);
      opened.begin();
      pool[0] = opened;
      opened.heap().reserve(GROWING.sizeBytes());
      return early.isEmpty() ? Verdict.survived(1) : Verdict.killed("byte " + early.getFirst() + " could be owned before the header had it", 1);
    }
  }
}
