package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.BOOT;
import static dev.dormouse.component.mutants.EpochStage.CART;
import static dev.dormouse.component.mutants.EpochStage.SMALL;
import static dev.dormouse.component.mutants.EpochStage.STOCK;
import static dev.dormouse.component.mutants.EpochStage.recordOf;

import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;

/** Who may use a lane when, and what happens after a step failed. */
public final class LaneSuites {
  private LaneSuites() {}

  /** Looks, at every store of an abort, whether its lane can be leased. */
  public static final class LaneGivenBackEarly implements KillSuite {
    private Lanes lanes;
    private boolean looking;
    private long looks;
    private boolean early;

    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      Media hooked =
          new HookedMedia(stage.media()) {
            @Override
            protected void before() {
              if (looking) {
                looks++;
                early |= lanes.freeCount() == lanes.count();
              }
            }
          };
      lanes = new Lanes(Pool.open(hooked, BOOT), 3);
      Epoch epoch = lanes.lease();
      epoch.prepare(CART, recordOf(CART), stage.cart.offset(), 64);
      looking = true;
      lanes.giveBack(epoch);
      looking = false;
      return early ? Verdict.killed("the lane of an epoch that is being undone was free", looks) : Verdict.survived(looks);
    }
  }

  /** The medium fails in (d): the lane is not leased again, and nobody commits any more. */
  public static final class CommitFailsHalfWay implements KillSuite {
    private int callsLeft = Integer.MAX_VALUE;

    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      Media failing =
          new HookedMedia(stage.media()) {
            @Override
            protected void before() {
              if (callsLeft-- == 0) {
                throw new IllegalStateException("the medium has had enough");
              }
            }
          };
      Lanes lanes = new Lanes(Pool.open(failing, BOOT), 3);
      Epoch other = lanes.lease();
      other.prepare(STOCK, recordOf(STOCK), stage.stock.offset(), 64);
      Epoch epoch = lanes.lease();
      epoch.putShared(stage.shared.offset(), 4);
      // END, flush, fence; word, flush, fence; then (d).
      callsLeft = 6;
      if (!fails(epoch::commit)) {
        return Verdict.killed("a commit on a medium that fails did not fail", 1);
      }
      lanes.giveBack(epoch);
      if (lanes.freeCount() != lanes.count() - 2) {
        return Verdict.killed("the lane of a commit that failed half way was free", 2);
      }
      return fails(other::commit) ? Verdict.survived(3) : Verdict.killed("an epoch was committed after one that failed half way", 3);
    }
  }

  /** Steps that belong together stop in the middle, and their caller goes on as if nothing had been. */
  public static final class ChangeStopsHalfWay implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      Lanes lanes = stage.life(stage.media()).lanes;
      Epoch epoch = lanes.lease();
      boolean stopped =
          fails(
              () ->
                  epoch.whole(
                      () -> {
                        epoch.free(stage.run, CART);
                        throw new IllegalStateException("in the middle");
                      }));
      boolean refused = fails(epoch::commit);
      return stopped && refused ? Verdict.survived(1) : Verdict.killed("half of a change was committed", 1);
    }
  }

  private static boolean fails(Runnable steps) {
    try {
      steps.run();
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
