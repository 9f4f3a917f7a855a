package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.BOOT;
import static dev.dormouse.component.mutants.EpochStage.CART;
import static dev.dormouse.component.mutants.EpochStage.STOCK;
import static dev.dormouse.component.mutants.JournalStage.RING_AT;
import static dev.dormouse.component.mutants.JournalStage.SMALLEST;
import static dev.dormouse.component.mutants.JournalStage.sectors;

import dev.dormouse.component.mutants.EpochStage.Life;
import dev.dormouse.component.mutants.EpochStage.Work;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;

/** Epochs on a journaled file whose machine loses power. */
public final class JournalSuites {
  private JournalSuites() {}

  /** Bytes, shared words, extents that come and go; each epoch is longer than a sector. */
  public static final class Commits implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = JournalStage.stage(SMALLEST);
      return stage.explore(
          sectors(),
          life -> {
            life.commit(
                work -> {
                  work.write(CART, stage.cart, 0, 192, 1);
                  work.write(STOCK, stage.stock, 0, 8, 2);
                  work.write(CART, stage.run, 640, 512, 3);
                });
            life.commit(
                work -> {
                  work.write(CART, stage.cart, 0, 8, 4);
                  work.write(CART, stage.run, 0, 1024, 5);
                  work.allocateRecord(CART);
                  work.allocate(3 * 4096, CART);
                  work.free(stage.stock, STOCK);
                  work.putShared(stage.shared, 0, 4);
                });
            life.commit(
                work -> {
                  work.write(CART, stage.cart, 64, 8, 6);
                  work.putShared(stage.shared, 0, 5);
                  work.free(stage.run, CART);
                  work.write(CART, work.allocateRecord(CART), 0, 8, 7);
                });
            life.acknowledge();
          });
    }
  }

  /** What one owner lets go of the next is given, as zeros, and stores to in part. */
  public static final class Reuse implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = JournalStage.stage(SMALLEST);
      return stage.explore(
          sectors(),
          life -> {
            Extent[] gone = new Extent[2];
            life.commit(
                work -> {
                  gone[0] = work.filled(192, CART, 0x7E);
                  gone[1] = work.filled(4096, CART, 0x7E);
                });
            life.commit(
                work -> {
                  work.free(gone[0], CART);
                  work.free(gone[1], CART);
                });
            life.commit(
                work -> {
                  work.write(STOCK, work.allocate(192, STOCK), 64, 8, 1);
                  work.write(STOCK, work.allocate(4096, STOCK), 640, 8, 2);
                  work.allocate(2 * 4096, STOCK);
                });
          });
    }
  }

  /** Intents of two lanes for the same word, one after the other. */
  public static final class TwoLanes implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = JournalStage.stage(SMALLEST);
      return stage.explore(
          sectors(),
          life -> {
            life.commit(work -> work.putShared(stage.shared, 0, 4));
            Work holdsTheLane = life.work();
            life.commit(work -> work.putShared(stage.shared, 0, 5));
            life.lanes.giveBack(holdsTheLane.epoch);
            life.commit(work -> work.putShared(stage.shared, 0, 6));
            life.commit(
                work -> {
                  work.write(CART, stage.run, 0, 700, 1);
                  work.putShared(stage.shared, 0, 7);
                });
          });
    }
  }

  /** A journal that is written over several times, and moved away meanwhile; the same words again and again. */
  public static final class ManyRounds implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = JournalStage.stage(SMALLEST);
      return stage.explore(
          sectors().withImages(6, 1).withRecoveryDepth(0),
          life -> {
            for (int i = 0; i < 24; i++) {
              int value = i + 1;
              life.commit(
                  work -> {
                    work.write(CART, stage.run, 64 * (value % 7), 3000, value);
                    work.write(CART, stage.cart, 8 * (value % 9), 64, value);
                  });
            }
          });
    }
  }

  /** R7: epochs that are longer than a record may be, and what they stored to is stored to again. */
  public static final class LongGroups implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = JournalStage.stage(SMALLEST);
      return stage.explore(
          sectors().withImages(16, 1).withRecoveryDepth(0),
          life -> {
            Extent[] made = new Extent[2];
            for (int i = 0; i < 2; i++) {
              int value = i + 1;
              life.commit(
                  work -> {
                    work.write(CART, stage.cart, 0, 64, value);
                    made[0] = work.filled(4096, CART, value);
                    made[1] = work.filled(7000, CART, value);
                    work.putShared(stage.shared, 0, value);
                  });
              life.commit(
                  work -> {
                    work.free(made[0], CART);
                    work.free(made[1], CART);
                  });
            }
          });
    }
  }

  /** Migration while the leader has written, and the disk has not said yet that it is there. */
  public static final class MigrationInTheMiddle implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = JournalStage.stage(SMALLEST);
      return stage.explore(
          stage.media().processKilled(),
          sectors().withImages(30, 1).withRecoveryDepth(0),
          media -> {
            JournaledMedia[] on = new JournaledMedia[1];
            UnaryOperator<DiskFile> slow =
                disk ->
                    new HookedDisk(disk) {
                      @Override
                      public void writeThrough(long position, ByteBuffer source) throws IOException {
                        if (position < RING_AT) {
                          super.writeThrough(position, source);
                        } else {
                          super.write(position, source);
                          JournalStage.migrate(on[0]);
                          super.sync();
                        }
                      }
                    };
            on[0] = JournalStage.on(media, SMALLEST, UnaryOperator.identity(), slow);
            try (JournaledMedia closed = on[0]) {
              Life life = JournalStage.life(stage, media, closed);
              for (int i = 1; i < 5; i++) {
                int value = i;
                life.commit(work -> work.write(CART, stage.run, 0, 700, value));
              }
            }
          });
    }
  }

  /** Whoever finds room while the journal's header is being written takes it. */
  public static final class RoomTooEarly implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = JournalStage.stage(SMALLEST);
      return stage.explore(
          stage.media().processKilled(),
          sectors().withImages(8, 1).withRecoveryDepth(0),
          media -> {
            Runnable[] beforeTheCut = new Runnable[1];
            UnaryOperator<DiskFile> hooked =
                disk ->
                    new HookedDisk(disk) {
                      @Override
                      public void writeThrough(long position, ByteBuffer source) throws IOException {
                        if (position < RING_AT && beforeTheCut[0] != null) {
                          beforeTheCut[0].run();
                        }
                        super.writeThrough(position, source);
                      }
                    };
            try (JournaledMedia on = JournalStage.on(media, SMALLEST, UnaryOperator.identity(), hooked)) {
              Life life = JournalStage.life(stage, media, on);
              Work waiting = life.work();
              // Up to where the record of the one that waits would begin the ring again.
              for (int i = 1; on.journal().tail() + 4096 <= SMALLEST.journalBytes(); i++) {
                int value = i;
                life.commit(work -> work.write(CART, stage.run, 0, 31 * 64, value));
              }
              beforeTheCut[0] =
                  () -> {
                    beforeTheCut[0] = null;
                    if (on.journal().tail() + 6000 <= on.journal().cut() + SMALLEST.journalBytes()) {
                      waiting.write(CART, stage.run, 0, 3500, 0x77);
                      waiting.commit();
                    }
                  };
              JournalStage.migrate(on);
              life.commit(work -> work.write(CART, stage.cart, 0, 8, 1));
            }
          });
    }
  }

  /** A pool is closed: home is whole then without its journal, and not before it says so. */
  public static final class Closing implements KillSuite {
    @Override
    public Verdict run() {
      EpochStage stage = JournalStage.stage(SMALLEST);
      CrashMedia[] closed = new CrashMedia[1];
      Verdict verdict =
          stage.explore(
              stage.media().processKilled(),
              sectors().withImages(30, 1).withRecoveryDepth(0),
              media -> {
                closed[0] = media;
                JournaledMedia on = JournalStage.on(media, SMALLEST);
                Pool pool = Pool.open(on, BOOT);
                pool.begin();
                Life life = stage.new Life(media, pool);
                life.commit(work -> work.write(CART, stage.run, 0, 3000, 1));
                life.commit(work -> work.putShared(stage.shared, 0, 5));
                life.lanes.close();
                pool.close();
              });
      if (verdict.killed()) {
        return verdict;
      }
      Pool alone = Pool.open(new CrashMedia(closed[0].processKilled()), BOOT);
      boolean whole = !alone.header().open() && alone.header().journal() == 0 && Contents.of(alone).equals(stage.states.getLast());
      return whole ? verdict : Verdict.killed("a pool that was closed is not whole without its journal", verdict.states());
    }
  }

  /** (a) An epoch that is undone leaves nothing, in memory or behind a crash. */
  public static final class Aborts implements KillSuite {
    @Override
    public Verdict run() {
      return JournalStage.afterAKill(
          SMALLEST,
          (stage, life) -> {
            life.abort(
                work -> {
                  work.write(CART, stage.cart, 0, 128, 1);
                  work.write(STOCK, stage.stock, 0, 8, 2);
                  work.filled(192, CART, 3);
                  work.putShared(stage.shared, 0, 7);
                });
            Contents found = Contents.of(life.pool);
            if (!found.equals(stage.states.getLast())) {
              throw new AssertionError("in memory " + found.differenceFrom(stage.states.getLast()));
            }
            life.commit(work -> work.write(CART, stage.cart, 64, 8, 3));
          });
    }
  }

  /** An epoch has more intents than its lane can log, and is undone; what it stored to is stored to by another, which does not commit. */
  public static final class TooManyIntents implements KillSuite {
    private static final int MORE_THAN_A_LANE_HOLDS = 80;

    @Override
    public Verdict run() {
      return JournalStage.afterAKill(
          SMALLEST,
          (stage, life) -> {
            Work another = life.work();
            Work work = life.work();
            work.write(CART, stage.cart, 0, 64, 1);
            for (int i = 0; i < MORE_THAN_A_LANE_HOLDS; i++) {
              work.putShared(stage.shared, 8 * (i % 8), i);
            }
            try {
              work.epoch.commit();
              throw new AssertionError("more intents than a lane can log were committed");
            } catch (PoolFull expected) {
              work.epoch.abort();
              life.lanes.giveBack(work.epoch);
            }
            another.write(CART, stage.cart, 0, 64, 2);
            life.commit(next -> next.write(STOCK, stage.stock, 0, 8, 3));
          });
    }
  }
}
