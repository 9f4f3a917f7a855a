package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.CART;
import static dev.dormouse.component.mutants.EpochStage.LARGE;
import static dev.dormouse.component.mutants.EpochStage.SMALL;
import static dev.dormouse.component.mutants.EpochStage.STOCK;
import static dev.dormouse.component.mutants.EpochStage.px86;
import static dev.dormouse.component.mutants.EpochStage.recordOf;

import dev.dormouse.component.mutants.EpochStage.Life;
import dev.dormouse.component.mutants.EpochStage.Work;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.recovery.Recovery;

/** Crashes of epochs in lanes: commits, aborts, intents, recoveries, the life after them. */
public final class EpochSuites {
  private EpochSuites() {}

  private static Verdict writes(CrashOptions options) {
    EpochStage stage = new EpochStage(SMALL);
    return stage.explore(
        options,
        life -> {
          life.commit(
              work -> {
                work.write(CART, stage.cart, 0, 8, 1);
                work.write(STOCK, stage.stock, 64, 8, 2);
              });
          life.commit(work -> work.write(CART, stage.cart, 56, 16, 3));
        });
  }

  /** Two epochs of bytes only, in one lane; the second overwrites the log of the first. */
  public static final class Writes implements KillSuite {
    @Override
    public Verdict run() {
      return writes(px86().withRecoveryDepth(1));
    }
  }

  /** R8: the same on a file in the page cache, under a kill. */
  public static final class PageCacheWrites implements KillSuite {
    @Override
    public Verdict run() {
      return writes(EpochStage.pageCache());
    }
  }

  /** A slab and a run appear, a slot and a run go, a slot appears in a slab that is there, shared words change. */
  public static final class Intents implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      return stage.explore(
          px86().withImages(200, 4).withRecoveryDepth(1),
          life -> {
            life.commit(
                work -> {
                  work.write(CART, stage.cart, 0, 8, 1);
                  work.allocateRecord(CART);
                  work.allocate(3 * 4096, CART);
                  work.free(stage.stock, STOCK);
                });
            life.commit(
                work -> {
                  work.write(CART, stage.cart, 0, 8, 2);
                  work.putShared(stage.shared, 0, 4);
                  work.free(stage.run, CART);
                  work.write(CART, work.allocateRecord(CART), 0, 8, 5);
                });
            life.commit(work -> work.write(CART, stage.cart, 56, 16, 3));
          });
    }
  }

  private static Verdict sharedWords(CrashOptions options) {
    EpochStage stage = new EpochStage(SMALL);
    return stage.explore(
        options,
        life -> {
          life.commit(work -> work.putShared(stage.shared, 0, 4));
          life.commit(
              work -> {
                work.putShared(stage.shared, 0, 5);
                work.free(stage.stock, STOCK);
              });
        });
  }

  /** One shared word, again and again: nothing of a claim's fences covers what its intent leaves out. */
  public static final class SharedWords implements KillSuite {
    @Override
    public Verdict run() {
      return sharedWords(px86().withRecoveryDepth(1));
    }
  }

  /** R8: the same on a file in the page cache, under a kill. */
  public static final class PageCacheIntents implements KillSuite {
    @Override
    public Verdict run() {
      return sharedWords(EpochStage.pageCache());
    }
  }

  private static Verdict aborts(CrashOptions options) {
    EpochStage stage = new EpochStage(SMALL);
    return stage.explore(
        options,
        life -> {
          life.abort(
              work -> {
                work.write(CART, stage.cart, 0, 128, 1);
                work.write(STOCK, stage.stock, 0, 8, 2);
                work.allocate(192, CART);
                work.putShared(stage.shared, 0, 7);
              });
          Work holdsTheLane = life.work();
          life.commit(work -> work.write(CART, stage.cart, 64, 8, 3));
          life.lanes.giveBack(holdsTheLane.epoch);
        });
  }

  /** Aborts of everything that can be undone; then the bytes change from another lane. */
  public static final class Aborts implements KillSuite {
    @Override
    public Verdict run() {
      return aborts(px86().withRecoveryDepth(1));
    }
  }

  /** R8: the same on a file in the page cache, under a kill. */
  public static final class PageCacheAborts implements KillSuite {
    @Override
    public Verdict run() {
      return aborts(EpochStage.pageCache());
    }
  }

  /** What one owner lets go of the next is given, as zeros. */
  public static final class Reuse implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      return stage.explore(
          px86(),
          life -> {
            Extent[] slots = new Extent[2];
            life.commit(
                work -> {
                  slots[0] = work.filled(192, CART, 0x7E);
                  slots[1] = work.filled(4096, CART, 0x7E);
                });
            life.commit(
                work -> {
                  work.free(slots[0], CART);
                  work.free(slots[1], CART);
                });
            life.commit(
                work -> {
                  work.allocate(192, STOCK);
                  work.allocate(4096, STOCK);
                  work.allocate(2 * 4096, STOCK);
                });
          });
    }
  }

  /** A log that is longer than its lane, with intents behind it. */
  public static final class LongLog implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(LARGE);
      return stage.explore(
          px86().withImages(40, 1),
          life ->
              life.commit(
                  work -> {
                    work.write(CART, stage.run, 0, 2048, 1);
                    work.write(CART, stage.run, 2048, 2000, 2);
                    work.write(STOCK, stage.stock, 0, 8, 3);
                    // As large as the extent in which the log goes on.
                    work.allocate(256 << 10, CART);
                  }));
    }
  }

  /** Bytes that the epoch itself allocated are stored to. */
  public static final class FreshBytes implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(LARGE);
      return stage.explore(
          px86(),
          life ->
              life.commit(
                  work -> {
                    work.write(CART, work.allocate(150, CART), 0, 70, 1);
                    work.write(CART, stage.cart, 0, 8, 2);
                  }));
    }
  }

  /** A range is logged and not sealed, and a store asks whether it may. */
  public static final class LoggedNotSealed implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      return stage.explore(
          px86(),
          life ->
              life.commit(
                  work -> {
                    work.epoch.log(CART, recordOf(CART), stage.cart.offset(), 64);
                    if (!work.epoch.isPrepared(stage.cart.offset(), 8)) {
                      work.epoch.seal();
                    }
                    work.store(stage.cart, 0, 8, 1);
                    work.write(STOCK, stage.stock, 0, 8, 2);
                  }));
    }
  }

  /** The housekeeping lane runs an epoch while every lane that can be leased runs one. */
  public static final class Housekeeping implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      return stage.explore(
          px86(),
          life -> {
            Lanes all = new Lanes(life.pool, SMALL.laneCount());
            Epoch[] leased = new Epoch[all.count()];
            for (int i = 0; i < leased.length; i++) {
              leased[i] = all.lease();
            }
            Work turn = stage.new Work(life, leased[leased.length - 1]);
            turn.write(CART, stage.cart, 0, 64, 1);
            Epoch housekeeping = all.housekeeping();
            Work symbol = stage.new Work(life, housekeeping);
            symbol.putShared(stage.shared, 0, 9);
            symbol.commitKeepingTheLane();
            all.endHousekeeping();
            turn.write(STOCK, stage.stock, 0, 64, 2);
            turn.commitKeepingTheLane();
          });
    }
  }

  /**
   * What a crash left is recovered, a new life begins and goes on in the same lanes: one lane has intents that are due, another
   * an epoch to be undone. The crash comes anywhere in that.
   */
  public static final class NextLife implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      PoolReader left = leftByACrash(stage);
      return stage.explore(
          left,
          px86().withImages(60, 1),
          media -> {
            Pool pool = Pool.open(media, EpochStage.BOOT);
            Recovery.run(pool, EpochStage.NOBODY);
            pool.begin();
            Life life = stage.new Life(media, pool);
            Work inTheFirstLane = life.work();
            life.commit(
                work -> {
                  work.write(STOCK, stage.stock, 64, 8, 5);
                  work.write(CART, stage.cart, 128, 8, 5);
                });
            inTheFirstLane.write(CART, stage.cart, 0, 8, 6);
            inTheFirstLane.putShared(stage.shared, 0, 8);
            inTheFirstLane.commit();
          });
    }

    /** Lane 0 is committed and its done word is not there; the epoch of lane 1 runs. */
    static PoolReader leftByACrash(EpochStage stage) {
      CrashMedia media = stage.media();
      Life life = stage.life(media);
      long doneWord = SMALL.laneTableOffset() + Long.BYTES;
      long done = media.getLong(doneWord);
      Work first = life.work();
      Work second = life.work();
      first.write(CART, stage.cart, 0, 8, 1);
      first.allocate(64, CART);
      first.free(stage.run, CART);
      second.write(STOCK, stage.stock, 0, 136, 2);
      first.epoch.commit();
      media.putLong(doneWord, done);
      return media.processKilled();
    }
  }

  /**
   * R5: a crash left a log whose first record never got out of the cache while the second one did, so that the lane's number
   * stays. In the next life another lane commits, and the old record's turn seems to come again.
   */
  public static final class TornLogOfAFormerLife implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      CrashMedia before = stage.media();
      stage.life(before).work().epoch.log(CART, recordOf(CART), stage.cart.offset(), 64);
      byte[] lost = new byte[64];
      before.write(SMALL.laneTableOffset() + 64, lost, 0, lost.length);
      return stage.explore(
          before.processKilled(),
          px86(),
          media -> {
            Pool pool = Pool.open(media, EpochStage.BOOT);
            Recovery.run(pool, EpochStage.NOBODY);
            pool.begin();
            Life life = stage.new Life(media, pool);
            Work sameLane = life.work();
            life.commit(work -> work.write(CART, stage.cart, 0, 8, 1));
            // One line, where the lost one was: the stock is named. Then the old record would follow.
            sameLane.write(STOCK, stage.stock, 0, 8, 2);
            sameLane.commit();
          });
    }
  }

  /** An epoch with intents, and then, in the same lane, one without. */
  public static final class WritesAfterIntents implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      return stage.explore(
          stage.media().processKilled(),
          px86(),
          media -> {
            Life life = stage.life(media);
            life.commit(work -> work.putShared(stage.shared, 0, 4));
            life.commit(
                work -> {
                  work.write(CART, stage.cart, 0, 8, 3);
                  work.write(STOCK, stage.stock, 0, 8, 3);
                });
          },
          media -> {
            Replacements.use(media);
            EpochStage.recover(media);
          });
    }
  }

  /** R6: a line gets another value and its old one back, in one epoch. */
  public static final class ValueComesBack implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = new EpochStage(SMALL);
      return stage.explore(
          px86(),
          life -> {
            Replacements.keep(life.media);
            life.commit(
                work -> {
                  work.write(CART, stage.cart, 0, 8, 1);
                  work.store(stage.cart, 0, 8, 0x11);
                  work.write(STOCK, stage.stock, 0, 8, 2);
                });
          });
    }
  }
}
