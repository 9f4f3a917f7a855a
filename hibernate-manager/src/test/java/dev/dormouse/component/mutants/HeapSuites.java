package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.BOOT;
import static dev.dormouse.component.mutants.EpochStage.CART;
import static dev.dormouse.component.mutants.EpochStage.SMALL;
import static dev.dormouse.component.mutants.EpochStage.STOCK;
import static dev.dormouse.component.mutants.EpochStage.px86;

import dev.dormouse.component.mutants.EpochStage.Life;
import dev.dormouse.component.mutants.EpochStage.Work;
import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.Reservation;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The four hands of an extent, without a log that would repeat them; two threads at one slab; when something is given out. */
public final class HeapSuites {
  private static final Geometry TINY = Geometry.of(128 << 10, 2, 4096, 2);

  private HeapSuites() {}

  private static Map<Long, Long> owners(Pool pool) {
    Map<Long, Long> owners = new TreeMap<>();
    pool.heap()
        .walk(
            new Heap.Visitor() {
              @Override
              public void extent(Extent extent, long owner, boolean record) {
                owners.put(extent.offset(), owner);
              }

              @Override
              public void damage(String message) {
                throw new AssertionError(message);
              }
            });
    return owners;
  }

  /** Each publish and each release is one step (I3): what is owned is what was marked last, or one extent more or less. */
  public static final class OneStep implements KillSuite {
    @Override
    public Verdict run() {
      CrashMedia first = new CrashMedia(CrashMedia.zeros(TINY.sizeBytes()));
      Pool.create(first, TINY, BOOT, unborn -> PoolHeader.Roots.NONE);
      return EpochStage.verdict(
          CrashExplorer.explore(
              first.processKilled(),
              media -> live(Pool.open(media, BOOT).heap(), media),
              media -> {},
              (media, marks) -> {
                Pool pool = Pool.open(media, BOOT);
                Map<Long, Long> last = marks.isEmpty() ? Map.of() : marked(marks);
                Map<Long, Long> found = owners(pool);
                long changes =
                    found.keySet().stream().filter(at -> !last.containsKey(at)).count()
                        + last.keySet().stream().filter(at -> !found.containsKey(at)).count();
                found.keySet().forEach(at -> requireOneExtent(pool, at));
                if (changes > 1 || found.values().stream().anyMatch(owner -> owner != CART)) {
                  throw new AssertionError("I3: owned are " + found + ", last marked was " + last);
                }
                Contents.of(pool).requireTheRestIsFree(pool);
              },
              px86().stoppingAtFirstViolation()));
    }

    private static void requireOneExtent(Pool pool, long offset) {
      Extent extent = pool.heap().extentOf(offset);
      if (!extent.equals(pool.heap().extentOf(offset + extent.lengthBytes() - 1))) {
        throw new AssertionError("I3: the end of " + extent + " is not in it");
      }
    }

    @SuppressWarnings("unchecked")
    private static Map<Long, Long> marked(List<Object> marks) {
      return (Map<Long, Long>) marks.getLast();
    }

    private static void live(Heap heap, CrashMedia media) {
      Map<Long, Long> owned = new TreeMap<>();
      List<Reservation> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Reservation one = i == 3 ? heap.reserveRecord() : heap.reserve(i == 0 ? 100 : i * 10_000L);
        all.add(one);
        publish(heap, media, one, owned);
      }
      for (Reservation one : all) {
        heap.release(one.extent(), CART);
        media.fence();
        owned.remove(one.offset());
        media.mark(Map.copyOf(owned));
        heap.reclaim(one.extent());
        publish(heap, media, heap.reserve(4096), owned);
      }
    }

    private static void publish(Heap heap, CrashMedia media, Reservation one, Map<Long, Long> owned) {
      heap.publish(one.offset(), one.lengthBytes(), one.place(), CART);
      media.fence();
      owned.put(one.offset(), CART);
      media.mark(Map.copyOf(owned));
    }
  }

  /** R3: a release that is repeated after the extent got another owner does nothing. */
  public static final class RepeatedRelease implements KillSuite {
    @Override
    public Verdict run() {
      CrashMedia media = new CrashMedia(CrashMedia.zeros(TINY.sizeBytes()));
      Pool pool = Pool.create(media, TINY, BOOT, unborn -> PoolHeader.Roots.NONE);
      Heap heap = pool.heap();
      int tried = 0;
      for (long size : new long[] {100, 5000}) {
        Reservation one = heap.reserve(size);
        Reservation keepsTheSlab = heap.reserve(size);
        heap.publish(one.offset(), one.lengthBytes(), one.place(), CART);
        heap.publish(keepsTheSlab.offset(), keepsTheSlab.lengthBytes(), keepsTheSlab.place(), CART);
        heap.release(one.extent(), CART);
        heap.reclaim(one.extent());
        heap.publish(one.offset(), one.lengthBytes(), one.place(), STOCK);
        heap.release(one.extent(), CART);
        tried++;
        if (heap.ownerOf(one.offset()) != STOCK) {
          return Verdict.killed("a repeated release took an extent from its new owner", tried);
        }
      }
      return Verdict.survived(tried);
    }
  }

  /**
   * R4: looks, at every store of (d) and of an abort, whether what is released, or what was reserved, can be had by somebody else
   * already; and whether it can be had afterwards. With a heap that has looked at all pages before, with one that looks at the
   * first store, and with one that does not look before the release.
   */
  public static final class GivenOutTooEarly implements KillSuite {
    private boolean looking;
    private long looks;
    private Pool pool;

    /** When a heap learns of the pages. */
    private enum Look {
      AHEAD,
      AT_ONCE,
      WHEN_RELEASED
    }

    @Override
    public Verdict run() {
      for (Look look : Look.values()) {
        String wrong = whatIsWrong(look);
        if (wrong != null) {
          return Verdict.killed(wrong, looks);
        }
      }
      return Verdict.survived(looks);
    }

    private String whatIsWrong(Look look) {
      EpochStage stage = new EpochStage(SMALL);
      List<Extent> held = new ArrayList<>();
      List<Extent> early = new ArrayList<>();
      Media hooked =
          new HookedMedia(stage.media()) {
            @Override
            protected void before() {
              if (looking && !isUnderALockOfTheHeap()) {
                looking = false;
                if (look != Look.WHEN_RELEASED || held.stream().allMatch(extent -> pool.heap().ownerOf(extent.offset()) == Owner.NONE)) {
                  early.addAll(givenOut(held));
                }
                looking = true;
              }
            }
          };
      pool = Pool.open(hooked, BOOT);
      Lanes lanes = new Lanes(pool, 3);
      if (look == Look.AHEAD) {
        givenOut(held);
      }
      Epoch committed = lanes.lease();
      committed.free(stage.run, CART);
      committed.free(stage.stock, STOCK);
      held.addAll(List.of(stage.run, stage.stock));
      looking = true;
      committed.commit();
      looking = false;
      lanes.giveBack(committed);
      if (givenOut(held).size() != held.size()) {
        return "what was released is not given out";
      }
      Epoch aborted = lanes.lease();
      aborted.prepare(CART, EpochStage.recordOf(CART), stage.cart.offset(), 64);
      held.clear();
      held.addAll(List.of(aborted.allocate(5000, CART), aborted.allocate(192, CART)));
      looking = true;
      aborted.abort();
      looking = false;
      return early.isEmpty() ? null : early.getFirst() + " was given out while its epoch was not over";
    }

    /** Somebody else who looked there would wait until it is over. */
    private static boolean isUnderALockOfTheHeap() {
      return StackWalker.getInstance()
          .walk(frames -> frames.map(StackWalker.StackFrame::getClassName).anyMatch(name -> name.endsWith(".Slabs") || name.endsWith(".Chunk")));
    }

    /** Reserves all that there is, and answers which of these extents are touched by it. */
    private List<Extent> givenOut(List<Extent> wanted) {
      looks++;
      List<Reservation> taken = new ArrayList<>();
      for (long size : new long[] {192, 4096}) {
        try {
          while (size == 4096 || taken.size() < 50) {
            taken.add(pool.heap().reserveForLog(size));
          }
        } catch (PoolFull full) {
          // All of that size.
        }
      }
      List<Extent> found =
          wanted.stream().filter(extent -> taken.stream().anyMatch(one -> extent.contains(one.offset(), 1))).toList();
      taken.forEach(pool.heap()::cancel);
      return found;
    }
  }

  private static void inAnotherThread(Runnable steps) throws InterruptedException {
    Thread thread = new Thread(steps);
    thread.start();
    thread.join();
  }

  /** A fence is for its own thread: one thread makes a slab, and another publishes into it first. */
  public static final class SlabOfTwoThreads implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      return stage.explore(
          stage.media().processKilled(),
          px86(),
          media -> {
            Life life = stage.life(media);
            Work maker = life.work();
            inAnotherThread(() -> maker.epoch.allocate(700, STOCK));
            life.commit(work -> work.allocate(700, CART));
          });
    }
  }

  /** One thread lets the last slot of a slab go; another is given a page of it. */
  public static final class EmptySlabOfTwoThreads implements KillSuite {
    @Override
    public Verdict run() throws Exception {
      // So that the slab's head, on page 3, does not share a line of the page table with its second page.
      Geometry geometry = Geometry.of(128 << 10, 2, 4096, 3);
      CrashMedia first = new CrashMedia(CrashMedia.zeros(geometry.sizeBytes()));
      Heap before = Pool.create(first, geometry, BOOT, unborn -> PoolHeader.Roots.NONE).heap();
      own(before, before.reserve(3 * 4096), STOCK);
      Reservation slot = before.reserve(700);
      own(before, slot, CART);
      // Only what the slab lets go can be had.
      own(before, before.reserve((geometry.pageCount() - 6) * 4096), STOCK);
      first.persist(0, first.sizeBytes());
      return EpochStage.verdict(
          CrashExplorer.explore(
              first.processKilled(),
              media -> {
                Heap heap = Pool.open(media, BOOT).heap();
                heap.cancel(heap.reserve(700));
                inAnotherThread(
                    () -> {
                      heap.release(slot.extent(), CART);
                      media.fence();
                      heap.reclaim(slot.extent());
                      // The slab is given up for a page that is wanted.
                      heap.cancel(heap.reserve(4096));
                    });
                heap.reserve(4096);
                Reservation second = heap.reserve(4096);
                heap.publish(second.offset(), second.lengthBytes(), second.place(), STOCK);
                media.fence();
                media.mark(second.offset());
              },
              media -> {},
              (media, marks) -> {
                Pool pool = Pool.open(media, BOOT);
                if (!marks.isEmpty() && !owners(pool).containsKey((long) marks.getLast())) {
                  throw new AssertionError("I3: an extent at " + marks.getLast() + " was published, and is not owned");
                }
                Contents.of(pool).requireTheRestIsFree(pool);
              },
              px86().stoppingAtFirstViolation()));
    }
  }

  private static void own(Heap heap, Reservation one, long owner) {
    heap.publish(one.offset(), one.lengthBytes(), one.place(), owner);
  }

  /** One thread makes a slab of free pages and has not fenced when another publishes into it. */
  public static final class PublishOfTwoThreads implements KillSuite {
    @Override
    public Verdict run() {
      CrashMedia first = new CrashMedia(CrashMedia.zeros(TINY.sizeBytes()));
      Pool.create(first, TINY, BOOT, unborn -> PoolHeader.Roots.NONE);
      return EpochStage.verdict(
          CrashExplorer.explore(
              first.processKilled(),
              media -> {
                Heap heap = Pool.open(media, BOOT).heap();
                Reservation one = heap.reserve(700);
                Reservation other = heap.reserve(700);
                inAnotherThread(() -> heap.publish(one.offset(), one.lengthBytes(), one.place(), STOCK));
                heap.publish(other.offset(), other.lengthBytes(), other.place(), CART);
                media.fence();
                media.mark(other.offset());
              },
              media -> {},
              (media, marks) -> {
                if (!marks.isEmpty() && !owners(Pool.open(media, BOOT)).containsKey((long) marks.getLast())) {
                  throw new AssertionError("I3: an extent at " + marks.getLast() + " was published, and is not owned");
                }
              },
              px86().stoppingAtFirstViolation()));
    }
  }
}
