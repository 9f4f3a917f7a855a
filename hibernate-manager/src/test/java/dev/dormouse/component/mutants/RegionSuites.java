package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.CART;
import static dev.dormouse.component.mutants.EpochStage.SMALL;
import static dev.dormouse.component.mutants.EpochStage.px86;
import static dev.dormouse.component.mutants.EpochStage.recordOf;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Extent;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.region.Holder;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionRights;

/** The write barrier and the views behind it. */
public final class RegionSuites {
  private RegionSuites() {}

  private static Region view(CrashMedia media, Epoch epoch, Extent extent) {
    Holder holder =
        new Holder() {
          @Override
          public long birth() {
            return CART;
          }

          @Override
          public long recordOffset() {
            return recordOf(CART);
          }
        };
    return new Region(media, epoch, holder, extent.offset(), extent.lengthBytes(), RegionRights.READ_WRITE);
  }

  /** Single stores here and there in one region, none of which may reach the media before its old bytes. */
  public static final class SingleStores implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      return stage.explore(
          stage.media().processKilled(),
          px86(),
          media -> {
            EpochStage.Life life = stage.life(media);
            life.commit(
                work -> {
                  Region view = view(media, work.epoch, stage.run);
                  for (int at : new int[] {0, 4000, 640, 641, 64}) {
                    view.putByte(at, (byte) 1);
                    work.stored(stage.run, at, 1);
                  }
                });
          });
    }
  }

  /** R13: a view that its turn ended, and one that belongs to another thread. */
  public static final class StaleViews implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      EpochStage stage = new EpochStage(SMALL);
      CrashMedia media = stage.media();
      Lanes lanes = stage.life(media).lanes;
      Epoch epoch = lanes.lease();
      Region view = view(media, epoch, stage.run);
      view.putByte(0, (byte) 1);
      boolean[] used = new boolean[2];
      Thread other = new Thread(() -> used[0] = isUsable(view));
      other.start();
      other.join();
      view.close();
      used[1] = isUsable(view);
      lanes.giveBack(epoch);
      return used[0] || used[1]
          ? Verdict.killed("a view was used by " + (used[0] ? "another thread" : "its thread after the turn"), 2)
          : Verdict.survived(2);
    }

    private static boolean isUsable(Region view) {
      try {
        view.getByte(0);
      } catch (RegionException stale) {
        try {
          view.putByte(0, (byte) 2);
        } catch (RegionException alsoStale) {
          return false;
        }
      }
      return true;
    }
  }
}
