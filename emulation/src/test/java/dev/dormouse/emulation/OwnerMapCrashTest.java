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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * I3, I4 in every state that a crash may leave: random commits of a heap, with a model that knows whose each extent is. What a
 * lane's intents would repeat is repeated by the check; then nothing may be in doubt: every page is its owner's, with the bytes
 * that the owner left there, or can be had, and is zero.
 */
class OwnerMapCrashTest {
  private static final BootIdentity BOOT = new BootIdentity(0xB007, 1);
  private static final long PAGE_ENTRY_BYTES = 16;
  private static final long NUMBER_MASK = (1L << 36) - 1;

  private record Owned(Reservation reservation, long owner) {
    byte pattern() {
      return (byte) (1 + owner % 127);
    }
  }

  /** What is owned after the commit, and what it may still have to carry out. */
  private record State(Map<Long, Owned> owned, List<Owned> publishing, List<Owned> releasing) {}

  private record Stage(Geometry geometry, long keptPages, int steps, List<Integer> sizes) {
    /** A pool with lives behind it: its pages were used. */
    CrashMedia fresh() {
      CrashMedia media = CrashMedia.zeroed(geometry.maxBytes());
      Heap heap = Pool.create(media, geometry, BOOT, unborn -> PoolHeader.Roots.NONE).heap();
      Reservation used = heap.reserve((geometry.pageCount() - keptPages) * Geometry.PAGE_BYTES, (geometry.pageCount() - keptPages) * Geometry.PAGE_BYTES);
      for (long at = used.offset(); at < used.offset() + used.lengthBytes(); at += Geometry.PAGE_BYTES) {
        media.fill(at, Media.LINE_BYTES, (byte) 0x7E);
      }
      if (keptPages == 0) {
        heap.cancel(used);
      } else {
        heap.publish(used.offset(), used.lengthBytes(), used.place(), Owner.DIRECTORY);
        heap.published(used.offset(), used.lengthBytes(), used.place());
      }
      media.fill(geometry.sizeBytes(), geometry.maxBytes() - geometry.sizeBytes(), (byte) 0x7E);
      media.persist(0, geometry.maxBytes());
      return media;
    }
  }

  /** A small pool that is often full. */
  private static final Stage SMALL = new Stage(Geometry.of(128 << 10, 2, 4096, 1), 0, 26, List.of(500, 64, 4096, 20_000));

  /** Nearly a chunk is owned; the pool grows into the next one, and has slabs of 16 pages. */
  private static final Stage GROWING =
      new Stage(Geometry.of((2L << 20) + (20 << 10), (2L << 20) + (180 << 10), 2, 4096, 16), 5, 14, List.of(8000, 100, 9000, 30_000));

  private static void live(Stage stage, CrashMedia media, long seed) {
    Random random = new Random(seed);
    Pool pool = Pool.open(media, BOOT);
    pool.begin();
    Heap heap = pool.heap();
    Map<Long, Owned> owned = new TreeMap<>();
    long lastOwner = Owner.FIRST_BIRTH;
    for (int step = 0; step < stage.steps; step++) {
      List<Owned> publishing = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        Reservation one = reserve(stage, heap, random);
        if (one != null && random.nextInt(5) == 0) {
          write(media, one, (byte) 0x7F);
          heap.cancel(one);
        } else if (one != null) {
          Owned mine = new Owned(one, ++lastOwner);
          write(media, one, mine.pattern());
          publishing.add(mine);
        }
      }
      List<Owned> all = new ArrayList<>(owned.values());
      List<Owned> releasing = new ArrayList<>();
      for (int i = random.nextInt(all.size() > 6 ? 6 : 2); i > 0 && !all.isEmpty(); i--) {
        releasing.add(all.remove(random.nextInt(all.size())));
      }
      publishing.forEach(one -> owned.put(one.reservation.offset(), one));
      releasing.forEach(one -> owned.remove(one.reservation.offset()));
      publishing.forEach(one -> media.flush(one.reservation.offset(), one.reservation.lengthBytes()));
      media.fence();
      State committed = new State(Map.copyOf(owned), publishing, releasing);
      media.mark(committed);
      carryOut(media, heap, committed);
      media.mark(new State(committed.owned, List.of(), List.of()));
      settle(heap, committed);
    }
  }

  private static Reservation reserve(Stage stage, Heap heap, Random random) {
    try {
      return random.nextInt(6) == 0 ? heap.reserveRecord() : heap.reserve(stage.sizes.get(random.nextInt(stage.sizes.size())));
    } catch (PoolFull full) {
      return null;
    }
  }

  /** A line of each page stands for all of it. */
  private static void write(CrashMedia media, Reservation one, byte pattern) {
    for (long at = one.offset(); at < one.offset() + one.lengthBytes(); at += Geometry.PAGE_BYTES) {
      media.fill(at, Media.LINE_BYTES, pattern);
    }
  }

  private static void carryOut(Media media, Heap heap, State state) {
    state.publishing.forEach(one -> heap.publish(one.reservation.offset(), one.reservation.lengthBytes(), one.reservation.place(), one.owner));
    state.releasing.forEach(one -> heap.release(one.reservation.extent(), one.owner));
    media.fence();
  }

  private static void settle(Heap heap, State state) {
    state.publishing.forEach(one -> heap.published(one.reservation.offset(), one.reservation.lengthBytes(), one.reservation.place()));
    state.releasing.forEach(one -> heap.reclaim(one.reservation.extent()));
  }

  private static void check(Stage stage, Media media, List<Object> marks) {
    Pool pool = Pool.open(media, BOOT);
    State state = marks.isEmpty() ? new State(Map.of(), List.of(), List.of()) : (State) marks.getLast();
    carryOut(media, pool.heap(), state);
    settle(pool.heap(), state);
    Map<Long, Owned> found = new TreeMap<>();
    pool.heap().walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            Owned mine = state.owned.get(extent.offset());
            if (owner != Owner.DIRECTORY) {
              assertThat(mine).as("%s of %s", extent, Owner.describe(owner)).isNotNull();
              assertThat(extent).isEqualTo(mine.reservation.extent());
              assertThat(owner).isEqualTo(mine.owner);
              found.put(extent.offset(), mine);
            }
          }

          @Override
          public void damage(String message) {
            throw new AssertionError(message);
          }
        });
    assertThat(found).isEqualTo(new TreeMap<>(state.owned));
    state.owned.values().forEach(one -> requireLines(media, one.reservation, one.pattern()));
    requireTheRestCanBeHad(stage, pool, state);
  }

  private static void requireLines(Media media, Reservation one, byte wanted) {
    byte[] line = new byte[Media.LINE_BYTES];
    for (long at = one.offset(); at < one.offset() + one.lengthBytes(); at += Geometry.PAGE_BYTES) {
      media.read(at, line, 0, line.length);
      assertThat(line).as("%s", one).containsOnly(wanted);
    }
  }

  /** Pages that hold no part of what is owned can be had, but for those that a slab of an owned slot takes, and what is too short. */
  private static void requireTheRestCanBeHad(Stage stage, Pool pool, State state) {
    Geometry geometry = pool.header().geometry();
    boolean[] taken = new boolean[(int) geometry.pageCount()];
    state.owned.values().forEach(one -> mark(pool, taken, one.reservation));
    if (stage.keptPages > 0) {
      Arrays.fill(taken, 0, (int) (stage.geometry.pageCount() - stage.keptPages), true);
    }
    int step = stage.geometry.slabPages() < 8 ? 1 : 3;
    for (int pages = step * 8; pages >= step; pages /= 2) {
      try {
        while (true) {
          Reservation one = pool.heap().reserve((long) pages * Geometry.PAGE_BYTES);
          requireLines(pool.media(), one, (byte) 0);
          int first = (int) ((one.offset() - geometry.arenaOffset()) / Geometry.PAGE_BYTES);
          for (int page = first; page < first + pages; page++) {
            assertThat(taken[page]).as("page %d was given out", page).isFalse();
            taken[page] = true;
          }
        }
      } catch (PoolFull full) {
        // All of that length.
      }
    }
    int leftOver = 0;
    for (int page = 0; page < taken.length; page++) {
      leftOver = taken[page] ? 0 : leftOver + 1;
      assertThat(leftOver).as("pages up to %d that nobody owns and nobody can have", page).isLessThan(step);
    }
  }

  private static void mark(Pool pool, boolean[] taken, Reservation one) {
    int first = (int) (one.place() >>> 8);
    // What the page table says of the head: how many pages the slab or the run has.
    long pages = pool.media().getLong(pool.header().geometry().pageTableOffset() + first * PAGE_ENTRY_BYTES) & NUMBER_MASK;
    Arrays.fill(taken, first, (int) (first + pages), true);
  }

  private static CrashReport explore(Stage stage, long seed, CrashOptions options) {
    return CrashExplorer.explore(
        stage.fresh().processKilled(),
        media -> live(stage, media, seed),
        TinyStructures.NO_RECOVERY,
        (media, marks) -> check(stage, media, marks),
        options.withImages(40, 1).withRecoveryDepth(0).withBulkAscending());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void i3i4EveryPageOfASmallPoolIsItsOwnersOrFree(PersistencyModel model) {
    for (long seed = 1; seed <= 2; seed++) {
      CrashReport report = explore(SMALL, seed, CrashOptions.of(model));
      report.requireClean();
      assertThat(report.distinctStates()).isGreaterThan(100);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void i3i4EveryPageOfAPoolThatGrowsIsItsOwnersOrFree(PersistencyModel model) {
    CrashReport report = explore(GROWING, 3, CrashOptions.of(model));
    report.requireClean();
    assertThat(report.distinctStates()).isGreaterThan(100);
  }

  /** The check sees it where the words of the chunks are not flushed: then a crash leaves room that nobody finds. */
  @Test
  void roomThatNoWordPromisesIsFound() {
    assertThat(
            explore(
                    SMALL,
                    1,
                    CrashOptions.of(PersistencyModel.PX86)
                        .stoppingAtFirstViolation()
                        .withFaults(
                            new FaultPlan() {
                              @Override
                              public boolean keepFlush(long offset, long lengthBytes) {
                                return offset < SMALL.geometry.chunkTableOffset() || offset >= SMALL.geometry.arenaOffset();
                              }
                            }))
                .violations())
        .isNotEmpty();
  }
}
