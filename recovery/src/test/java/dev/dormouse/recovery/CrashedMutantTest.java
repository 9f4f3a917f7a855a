package dev.dormouse.recovery;

import static dev.dormouse.recovery.ModelledPool.CART;
import static dev.dormouse.recovery.ModelledPool.STOCK;
import static dev.dormouse.recovery.ModelledPool.TINY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.FaultPlan;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.Extent;
import dev.dormouse.recovery.CrashedEpochTest.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/**
 * The protocol's steps are all needed: leaving any of them out is found by the same exploration that raises no alarm about
 * the whole protocol. What a mutant shows to be harmless is listed with the reason.
 */
class CrashedMutantTest {
  private static final Stage STAGE = CrashedEpochTest.STAGE;

  /** Two epochs of bytes only, in one lane; the second overwrites the log of the first. */
  private static void writes(ModelledPool pool) {
    pool.commit(
        turn -> {
          turn.write(CART, STAGE.cart, 0, 8, 1);
          turn.write(STOCK, STAGE.stock, 64, 8, 2);
        });
    pool.commit(turn -> turn.write(CART, STAGE.cart, 56, 16, 3));
  }

  /** Epochs with intents: a slab and a run appear, a slot and a run go, a slot appears in a slab that is there. */
  private static void intents(ModelledPool pool) {
    pool.commit(
        turn -> {
          turn.write(CART, STAGE.cart, 0, 8, 1);
          turn.allocateRecord(CART);
          turn.allocate(3 * 4096, CART);
          turn.free(STAGE.stock, STOCK);
        });
    pool.commit(
        turn -> {
          turn.write(CART, STAGE.cart, 0, 8, 2);
          turn.free(STAGE.run, CART);
          turn.allocateRecord(CART);
        });
    pool.commit(turn -> turn.write(CART, STAGE.cart, 56, 16, 3));
  }

  private static CrashReport explore(Consumer<ModelledPool> scenario, FaultPlan faults) {
    List<PoolState> states = new ArrayList<>();
    return CrashExplorer.explore(
        STAGE.image,
        media -> scenario.accept(ModelledPool.goOn(media, states)),
        ModelledPool::recover,
        ModelledPool.lastMarkedOrUnderWay(states),
        CrashOptions.of(PersistencyModel.PX86).withImages(400, 1).withRecoveryDepth(0).stoppingAtFirstViolation().withFaults(faults));
  }

  private static long fences(Consumer<ModelledPool> scenario) {
    CrashMedia media = new CrashMedia(STAGE.image);
    scenario.accept(ModelledPool.goOn(media, new ArrayList<>()));
    return media.fences();
  }

  /** The fences that can be left out one by one without any crash being the worse for it. */
  private static Set<Long> needlessFences(Consumer<ModelledPool> scenario) {
    Set<Long> needless = new TreeSet<>();
    for (long fence = 0; fence < fences(scenario); fence++) {
      long dropped = fence;
      CrashReport report =
          explore(
              scenario,
              new FaultPlan() {
                @Override
                public boolean keepFence(long ordinal) {
                  return ordinal != dropped;
                }
              });
      if (report.violations().isEmpty()) {
        needless.add(fence);
      }
    }
    return needless;
  }

  private static CrashReport withoutFlushes(Consumer<ModelledPool> scenario, LongPredicate dropped) {
    return explore(
        scenario,
        new FaultPlan() {
          @Override
          public boolean keepFlush(long offset, long lengthBytes) {
            return !dropped.test(offset);
          }
        });
  }

  private static CrashReport withoutStores(Consumer<ModelledPool> scenario, LongPredicate dropped) {
    return explore(
        scenario,
        new FaultPlan() {
          @Override
          public boolean keepStore(long offset, long lengthBytes) {
            return !dropped.test(offset);
          }
        });
  }

  private static void assertFound(CrashReport report) {
    assertThat(report.violations()).isNotEmpty();
  }

  private static boolean inLane(long offset) {
    return offset >= TINY.laneTableOffset() && offset < TINY.pageTableOffset();
  }

  private static boolean inLog(long offset) {
    return inLane(offset) && offset % TINY.laneBytes() >= LaneLayout.BYTES;
  }

  private static boolean inSequenceWord(long offset) {
    return inLane(offset) && offset % TINY.laneBytes() == LaneLayout.SEQUENCE_WORD;
  }

  private static boolean inDoneWord(long offset) {
    return inLane(offset) && offset % TINY.laneBytes() == LaneLayout.DONE_WORD;
  }

  private static boolean inPageTable(long offset) {
    return offset >= TINY.pageTableOffset() && offset < TINY.arenaOffset();
  }

  private static boolean inArena(long offset) {
    return offset >= TINY.arenaOffset();
  }

  @Test
  void withoutFaultsThereIsNothingToBeFound() {
    explore(CrashedMutantTest::writes, FaultPlan.NONE).requireClean();
    explore(CrashedMutantTest::intents, FaultPlan.NONE).requireClean();
  }

  @Test
  void everyFenceOfAnEpochOfWritesIsNeeded() {
    assertThat(fences(CrashedMutantTest::writes)).isEqualTo(3 + 1 + 3);
    assertThat(needlessFences(CrashedMutantTest::writes)).isEmpty();
  }

  /**
   * All but four of the first epoch's: 1 clears a new slab's owner words, which the same thread's fence of (b) covers here,
   * but would not if another thread published into the slab first. 3 is that of (c), which is covered by 4 where the first
   * intent claims pages; in the second epoch it is needed. 5 and 6 order the inside of a claim, which a redo repeats as a
   * whole as long as the done word is not written; they spare a reader of the crashed pool from half a claim. 4 is inside of
   * a claim as well, but it is what makes the chunk's word durable before the slab's head: a redo that finds the head does
   * not raise the word again. No chunk of this pool is virgin any more, so that no fence here is about that.
   */
  @Test
  void everyFenceOfAnEpochWithIntentsIsNeededButThoseOfAClaim() {
    assertThat(needlessFences(CrashedMutantTest::intents)).containsExactly(1L, 3L, 5L, 6L);
  }

  @Test
  void stepAWithoutTheOldBytesIsFound() {
    assertFound(withoutStores(CrashedMutantTest::writes, CrashedMutantTest::inLog));
  }

  @Test
  void stepAWithoutItsFlushIsFound() {
    assertFound(withoutFlushes(CrashedMutantTest::writes, CrashedMutantTest::inLog));
  }

  @Test
  void stepBWithoutTheFlushOfWhatWasStoredIsFound() {
    assertFound(withoutFlushes(CrashedMutantTest::writes, CrashedMutantTest::inArena));
    assertFound(withoutFlushes(CrashedMutantTest::intents, CrashedMutantTest::inArena));
  }

  @Test
  void stepBWithoutTheFlushOfTheIntentsIsFound() {
    assertFound(withoutFlushes(CrashedMutantTest::intents, CrashedMutantTest::inLog));
  }

  @Test
  void stepBWithoutTheIntentsIsFound() {
    assertFound(withoutStores(CrashedMutantTest::intents, CrashedMutantTest::inLog));
  }

  @Test
  void stepCWithoutTheSequenceWordIsFound() {
    assertFound(withoutStores(CrashedMutantTest::writes, CrashedMutantTest::inSequenceWord));
    assertFound(withoutStores(CrashedMutantTest::intents, CrashedMutantTest::inSequenceWord));
  }

  @Test
  void stepCWithoutItsFlushIsFound() {
    assertFound(withoutFlushes(CrashedMutantTest::writes, CrashedMutantTest::inSequenceWord));
    assertFound(withoutFlushes(CrashedMutantTest::intents, CrashedMutantTest::inSequenceWord));
  }

  @Test
  void stepDWithoutTheFlushOfThePageTableIsFound() {
    assertFound(withoutFlushes(CrashedMutantTest::intents, CrashedMutantTest::inPageTable));
  }

  @Test
  void stepDWithoutTheDoneWordIsFound() {
    assertFound(withoutStores(CrashedMutantTest::intents, CrashedMutantTest::inDoneWord));
    // The two words of a lane share a line, and the next persist of the sequence word flushes it; but the log is written
    // over before that.
    assertFound(withoutFlushes(CrashedMutantTest::intents, CrashedMutantTest::inDoneWord));
  }

  /** I4, R4: what is given out is zeroed, and the zeros are durable with the commit. */
  @Test
  void anAllocationWithoutItsZerosIsFound() {
    Consumer<ModelledPool> reuse =
        pool -> {
          Extent[] slot = new Extent[1];
          pool.commit(
              turn -> {
                slot[0] = turn.allocate(4096, CART);
                turn.write(CART, slot[0], 0, 64, 0x7E);
              });
          pool.commit(turn -> turn.free(slot[0], CART));
          pool.commit(turn -> assertThat(turn.allocate(4096, CART)).isEqualTo(slot[0]));
        };
    explore(reuse, FaultPlan.NONE).requireClean();
    assertFound(
        explore(
            reuse,
            new FaultPlan() {
              @Override
              public boolean keepStore(long offset, long lengthBytes) {
                return !inArena(offset) || lengthBytes != 4096;
              }
            }));
    assertFound(
        explore(
            reuse,
            new FaultPlan() {
              @Override
              public boolean keepFlush(long offset, long lengthBytes) {
                return !inArena(offset) || lengthBytes != 4096;
              }
            }));
  }
}
