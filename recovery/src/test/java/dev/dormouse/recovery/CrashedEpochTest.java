package dev.dormouse.recovery;

import static dev.dormouse.recovery.ModelledPool.CART;
import static dev.dormouse.recovery.ModelledPool.STOCK;
import static dev.dormouse.recovery.ModelledPool.TINY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.ModelledPool.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Crashes epochs at every persist point of every protocol step, and recoveries inside of them twice in a row. After each:
 * the last acknowledged epoch or the one whose commit was under way, whole (I1, I2); every page owned once or free (I3); what
 * is given out reads as zeros (I4); recovery may be cut short anywhere (I6).
 */
class CrashedEpochTest {
  /** Two components with an extent of three lines each, a page of a run, a shared word, and a free slot with old bytes. */
  static final class Stage {
    Extent cart;
    Extent stock;
    Extent run;
    Extent shared;
    PoolReader image;

    Stage(Geometry geometry) {
      image = ModelledPool.image(geometry, this::furnish);
    }

    private void furnish(ModelledPool pool) {
      pool.commit(
          turn -> {
            cart = filled(turn, 192, CART, 0x11);
            stock = filled(turn, 192, STOCK, 0x22);
            run = filled(turn, 5000, CART, 0x33);
            shared = filled(turn, 64, Owner.SYMBOLS, 0x44);
          });
      Extent[] left = new Extent[2];
      pool.commit(
          turn -> {
            left[0] = filled(turn, 192, STOCK, 0x7E);
            left[1] = filled(turn, 4096, STOCK, 0x7E);
          });
      pool.commit(
          turn -> {
            turn.free(left[0], STOCK);
            turn.free(left[1], STOCK);
          });
    }

    private static Extent filled(Turn turn, int sizeBytes, long owner, int value) {
      Extent extent = turn.allocate(sizeBytes, owner);
      turn.write(owner, extent, 0, sizeBytes, value);
      return extent;
    }
  }

  static final Stage STAGE = new Stage(TINY);

  private static final int IMAGES = Integer.getInteger("dormouse.images", 120);
  private static final int RECOVERY_IMAGES = Integer.getInteger("dormouse.recoveryImages", 6);

  private final TestReporter reporter;

  CrashedEpochTest(TestReporter reporter) {
    this.reporter = reporter;
  }

  /**
   * Bulk stores in any order, which no bound of a test's length exhausts, to two crashes inside recoveries; and from the
   * lowest address up, with bounds that most scenarios stay below.
   */
  private CrashReport explore(PersistencyModel model, Consumer<ModelledPool> scenario) {
    if (model == PersistencyModel.PX86) {
      explore(STAGE, CrashOptions.of(model).withBulkAscending().withImages(25 * IMAGES, 25 * RECOVERY_IMAGES), scenario);
    }
    return explore(STAGE, CrashOptions.of(model).withImages(IMAGES, RECOVERY_IMAGES).withRecoveryDepth(2), scenario);
  }

  private CrashReport explore(Stage stage, CrashOptions options, Consumer<ModelledPool> scenario) {
    List<PoolState> states = new ArrayList<>();
    long start = System.nanoTime();
    CrashReport report =
        CrashExplorer.explore(
            stage.image,
            media -> scenario.accept(ModelledPool.goOn(media, states)),
            ModelledPool::recover,
            ModelledPool.lastMarkedOrUnderWay(states),
            options);
    reporter.publishEntry(
        "explored",
        options.model() + ": " + report.summary() + ", " + (System.nanoTime() - start) / 1_000_000 + " ms");
    report.requireClean();
    return report;
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void severalPreparesAreCommittedTogether(PersistencyModel model) {
    explore(
        model,
        pool ->
            pool.commit(
                turn -> {
                  turn.write(CART, STAGE.cart, 0, 64, 1);
                  turn.write(CART, STAGE.cart, 120, 20, 2);
                  turn.write(CART, STAGE.cart, 8, 8, 3);
                  turn.write(STOCK, STAGE.stock, 64, 8, 4);
                }));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void rangesDeclaredTogetherCostOneFence(PersistencyModel model) {
    explore(
        model,
        pool ->
            pool.commit(
                turn -> {
                  long before = fences(pool);
                  turn.epoch().log(CART, ModelledPool.recordOf(CART), STAGE.cart.offset(), 8);
                  turn.epoch().log(STOCK, ModelledPool.recordOf(STOCK), STAGE.stock.offset() + 128, 8);
                  turn.epoch().seal();
                  assertThat(fences(pool) - before).isEqualTo(1);
                  turn.store(STAGE.cart, 0, 8, 1);
                  turn.store(STAGE.stock, 128, 8, 2);
                }));
  }

  private static long fences(ModelledPool pool) {
    return ((CrashMedia) pool.pool().media()).fences();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void anAbortLeavesNothingBehind(PersistencyModel model) {
    explore(
        model,
        pool -> {
          pool.abort(
              turn -> {
                turn.write(CART, STAGE.cart, 0, 128, 1);
                turn.write(STOCK, STAGE.stock, 0, 8, 2);
                turn.allocate(192, CART);
              });
          pool.acknowledge();
          pool.commit(turn -> turn.write(CART, STAGE.cart, 64, 8, 3));
        });
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void anAllocationAndWhatIsWrittenToItAppearTogether(PersistencyModel model) {
    explore(
        model,
        pool ->
            pool.commit(
                turn -> {
                  Extent fresh = turn.allocate(150, CART);
                  turn.write(CART, fresh, 0, 70, 1);
                  turn.write(CART, STAGE.cart, 0, 8, 2);
                }));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aRunOfPagesAppearsAsAWhole(PersistencyModel model) {
    explore(
        model,
        pool ->
            pool.commit(
                turn -> {
                  Extent fresh = turn.allocate(2 * 4096 + 1, CART);
                  turn.write(CART, fresh, 4090, 10, 1);
                }));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aSlabAppearsWithItsFirstSlotAndGoesWithItsLast(PersistencyModel model) {
    explore(
        model,
        pool -> {
          Extent[] record = new Extent[1];
          pool.commit(turn -> record[0] = turn.allocateRecord(CART));
          pool.commit(turn -> turn.free(record[0], CART));
          pool.commit(turn -> turn.allocate(4096, STOCK));
        });
  }

  /** R4: what is released inside an epoch is released after its commit, and nobody is given it before. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void r4WhatIsReleasedIsReusedOnlyWhenItsLaneIsDone(PersistencyModel model) {
    explore(
        model,
        pool -> {
          pool.commit(turn -> turn.free(STAGE.run, CART));
          pool.commit(turn -> turn.write(STOCK, turn.allocate(2 * 4096, STOCK), 0, 8, 1));
        });
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void r4ASlotThatIsReleasedAndGivenOutAgainReadsAsZeros(PersistencyModel model) {
    explore(
        model,
        pool -> {
          Extent[] slot = new Extent[1];
          pool.commit(
              turn -> {
                slot[0] = Stage.filled(turn, 192, CART, 0x7E);
                turn.allocate(192, CART);
              });
          pool.commit(turn -> turn.free(slot[0], CART));
          pool.commit(turn -> assertThat(turn.allocate(192, STOCK)).isEqualTo(slot[0]));
        });
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void anExtentMayBeAllocatedAndReleasedInOneEpoch(PersistencyModel model) {
    explore(
        model,
        pool ->
            pool.commit(
                turn -> {
                  Extent slot = turn.allocate(300, CART);
                  turn.write(CART, slot, 0, 8, 1);
                  turn.free(slot, CART);
                  turn.write(CART, STAGE.cart, 0, 8, 2);
                }));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aResizeMovesTheBytesAtOnce(PersistencyModel model) {
    explore(
        model,
        pool ->
            pool.commit(
                turn -> {
                  turn.resize(STAGE.cart, 400, CART);
                  turn.write(STOCK, STAGE.stock, 0, 8, 2);
                }));
  }

  /** R3: a word that others share changes only by an intent, after the commit. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void r3SharedWordsChangeWithTheCommit(PersistencyModel model) {
    explore(
        model,
        pool -> {
          pool.commit(
              turn -> {
                turn.write(CART, STAGE.cart, 0, 8, 1);
                turn.putShared(STAGE.shared, 8, 0x1234567890ABCDEFL);
                turn.putShared(STAGE.shared, 16, -1);
              });
          pool.abort(turn -> turn.putShared(STAGE.shared, 8, 7));
        });
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void oneLaneCommitsWhileAnotherRunsAndIsLostOrCommitsLater(PersistencyModel model) {
    explore(
        model,
        pool -> {
          Turn slow = pool.turn();
          slow.write(STOCK, STAGE.stock, 0, 8, 1);
          slow.allocate(192, STOCK);
          pool.commit(
              turn -> {
                turn.write(CART, STAGE.cart, 0, 8, 2);
                turn.allocate(192, CART);
                turn.free(STAGE.run, CART);
              });
          slow.write(STOCK, STAGE.stock, 64, 8, 3);
          slow.commit();
        });
  }

  /** R5: no record of an epoch before passes for one of the epoch that runs, whatever is left of it behind the tail. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void r5OldRecordsNeverPassForNewOnes(PersistencyModel model) {
    explore(
        model,
        pool -> {
          pool.commit(turn -> turn.write(CART, STAGE.cart, 0, 192, 1));
          pool.commit(turn -> turn.write(CART, STAGE.cart, 0, 8, 2));
          pool.abort(turn -> turn.write(STOCK, STAGE.stock, 0, 128, 3));
          pool.commit(turn -> turn.putShared(STAGE.shared, 0, 4));
          pool.commit(turn -> turn.write(CART, STAGE.cart, 128, 8, 5));
        });
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aComponentIsCreatedAndDestroyed(PersistencyModel model) {
    long birth = Owner.FIRST_BIRTH + 9;
    explore(
        model,
        pool -> {
          Extent[] made = new Extent[2];
          pool.commit(
              turn -> {
                made[0] = turn.allocateRecord(birth);
                made[1] = turn.allocate(64, birth);
                turn.write(birth, made[0], 0, 128, 1);
                turn.putShared(STAGE.shared, 0, made[0].offset());
              });
          pool.commit(
              turn -> {
                turn.free(made[1], birth);
                turn.free(made[0], birth);
                turn.putShared(STAGE.shared, 0, 0);
              });
        });
  }

  /**
   * A log that is longer than its lane goes on in an extent that nobody owns. What EADR can leave, PX86 can leave too; its
   * thirty thousand points, most of them in the extent's zeros, would say nothing more.
   */
  @Test
  void aLogThatRunsFullGoesOnInAnExtent() {
    Stage stage = new Stage(Geometry.of(1 << 20, 2, 4096, 2));
    CrashReport report =
        explore(
            stage,
            CrashOptions.of(PersistencyModel.PX86).withImages(40, 3),
            pool ->
                pool.commit(
                    turn -> {
                      turn.write(CART, stage.run, 0, 2048, 1);
                      turn.write(CART, stage.run, 2048, 2000, 2);
                      turn.write(STOCK, stage.stock, 0, 8, 3);
                      turn.allocate(64, CART);
                      assertThat(turn.epoch().logBytes()).isGreaterThan(4096);
                    }));
    assertThat(report.distinctStates()).isGreaterThan(100);
  }

  /** With all that an opening does: the crash may come in the middle of a begin, and every recovery begins again. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aPoolIsBegunUsedAndClosed(PersistencyModel model) {
    List<PoolState> states = new ArrayList<>();
    CrashExplorer.explore(
            STAGE.image,
            media -> {
              ModelledPool pool = ModelledPool.begin(media, states);
              pool.commit(turn -> turn.write(CART, STAGE.cart, 0, 8, 1));
              pool.commit(turn -> turn.free(STAGE.stock, STOCK));
              pool.pool().close();
            },
            media -> {
              Pool pool = Pool.open(media, ModelledPool.BOOT);
              Recovery.run(pool, ModelledPool.NOBODY);
              pool.begin(opening -> opening);
            },
            ModelledPool.lastMarkedOrUnderWay(states),
            CrashOptions.of(model).withImages(60, 6))
        .requireClean();
  }

  @Test
  void anEpochThatChangesNothingStoresNothing() {
    List<PoolState> states = new ArrayList<>();
    CrashMedia media = new CrashMedia(STAGE.image);
    ModelledPool pool = ModelledPool.goOn(media, states);
    long fences = media.fences();
    byte[] before = bytes(media);
    pool.turn().epoch().commit();
    Turn aborted = pool.turn();
    aborted.abort();
    Turn abandoned = pool.turn();
    pool.lanes().giveBack(abandoned.epoch());
    assertThat(media.fences()).isEqualTo(fences);
    assertThat(bytes(media)).isEqualTo(before);
  }

  private static byte[] bytes(CrashMedia media) {
    byte[] bytes = new byte[(int) media.sizeBytes()];
    media.read(0, bytes, 0, bytes.length);
    return bytes;
  }
}
