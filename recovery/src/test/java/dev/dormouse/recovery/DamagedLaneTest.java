package dev.dormouse.recovery;

import static dev.dormouse.recovery.ModelledPool.BOOT;
import static dev.dormouse.recovery.ModelledPool.CART;
import static dev.dormouse.recovery.ModelledPool.STOCK;
import static dev.dormouse.recovery.ModelledPool.TINY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.CrashedEpochTest.Stage;
import dev.dormouse.recovery.ModelledPool.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R9, R10: what nobody wrote is told from what a crash left, hits those whose it is, and is never restored. */
class DamagedLaneTest {
  private static final Stage STAGE = CrashedEpochTest.STAGE;
  private static final long LANE = TINY.laneTableOffset();
  private static final long LOG = LANE + LaneLayout.BYTES;

  /** What a killed process leaves whose last turn was running. */
  private static CrashImage killed(Stage stage, Consumer<Turn> body) {
    CrashMedia media = new CrashMedia(stage.image);
    body.accept(ModelledPool.goOn(media, new ArrayList<>()).turn());
    return media.processKilled();
  }

  /** What is left if the lane's done word never got there: the epoch is committed, its intents are due. */
  private static CrashMedia committedAndNotDone() {
    CrashMedia media = new CrashMedia(STAGE.image);
    ModelledPool pool = ModelledPool.goOn(media, new ArrayList<>());
    long done = media.getLong(LANE + LaneLayout.DONE_WORD);
    pool.commit(
        turn -> {
          turn.write(CART, STAGE.cart, 0, 8, 1);
          turn.allocate(64, CART);
          turn.free(STAGE.run, CART);
        });
    media.putLong(LANE + LaneLayout.DONE_WORD, done);
    return media;
  }

  private static Map<Long, Long> quarantinedBy(Media media) {
    Map<Long, Long> quarantined = new TreeMap<>();
    Recovery.Report report =
        Recovery.run(
            Pool.open(media, BOOT),
            (birth, recordOffset, reason) -> {
              assertThat(reason).contains("lane 0");
              assertThat(quarantined.put(birth, recordOffset)).as("asked once").isNull();
            });
    assertThat(report.componentsQuarantined()).isEqualTo(quarantined.size());
    return quarantined;
  }

  private static void flip(Media media, long offset) {
    media.putByte(offset, (byte) (media.getByte(offset) ^ 0x10));
  }

  @Test
  void r10EveryFlippedBitOfALanesWordsIsDamage() {
    for (int lane = 0; lane < TINY.laneCount(); lane++) {
      for (int bit = 0; bit < 128; bit++) {
        CrashMedia media = new CrashMedia(STAGE.image);
        long at = LANE + lane * TINY.laneBytes() + bit / 8;
        media.putByte(at, (byte) (media.getByte(at) ^ 1 << bit % 8));
        String named = "lane " + lane;
        assertThatThrownBy(() -> ModelledPool.recover(media)).as("bit %d", bit)
            .isInstanceOf(Damaged.class).hasMessageContaining(named);
      }
    }
  }

  @Test
  void r10AWordFromAnotherPlaceIsDamage() {
    CrashMedia media = new CrashMedia(STAGE.image);
    media.putLong(LANE + LaneLayout.SEQUENCE_WORD, media.getLong(LANE + TINY.laneBytes() + LaneLayout.SEQUENCE_WORD));
    assertThatThrownBy(() -> ModelledPool.recover(media)).isInstanceOf(Damaged.class);
  }

  /** Every byte of every record but the last batch's, one at a time: cart and stock are quarantined, whichever it hits. */
  @Test
  void r9ADamagedRecordBeforeALaterFenceQuarantinesAllThatTheLogNames() {
    CrashImage image =
        killed(
            STAGE,
            turn -> {
              turn.write(CART, STAGE.cart, 0, 8, 1);
              turn.write(STOCK, STAGE.stock, 0, 8, 2);
              turn.write(STOCK, STAGE.stock, 64, 8, 3);
            });
    // OWNER, UNDO with a line | OWNER, UNDO with a line | UNDO with a line.
    for (long at = LOG; at < LOG + 6 * 64; at++) {
      CrashMedia media = new CrashMedia(image);
      flip(media, at);
      byte[] before = bytes(media, TINY.arenaOffset());
      assertThat(quarantinedBy(media)).as("byte %d", at - LOG)
          .isEqualTo(Map.of(CART, ModelledPool.recordOf(CART), STOCK, ModelledPool.recordOf(STOCK)));
      // Nothing of it is believed, and the lane is free again.
      assertThat(bytes(media, TINY.arenaOffset())).isEqualTo(before);
      assertThat(quarantinedBy(media)).isEmpty();
    }
  }

  /** The others in the pool, also in other lanes, are rolled back as if nothing were damaged. */
  @Test
  void r9DamageInOneLaneLeavesTheOthersAlone() {
    CrashMedia used = new CrashMedia(STAGE.image);
    ModelledPool pool = ModelledPool.goOn(used, new ArrayList<>());
    Turn damaged = pool.turn();
    damaged.write(CART, STAGE.cart, 0, 8, 1);
    damaged.write(CART, STAGE.cart, 64, 8, 1);
    pool.turn().write(STOCK, STAGE.stock, 0, 192, 2);
    CrashMedia media = new CrashMedia(used.processKilled());
    flip(media, LOG + 64);
    assertThat(quarantinedBy(media)).containsOnlyKeys(CART);
    byte[] stock = new byte[192];
    media.read(STAGE.stock.offset(), stock, 0, 192);
    assertThat(stock).containsOnly(0x22);
  }

  @Test
  void r9ATornTailIsNotDamage() {
    CrashImage image =
        killed(
            STAGE,
            turn -> {
              turn.write(CART, STAGE.cart, 0, 8, 1);
              // Appended, not fenced: nothing was stored to the range yet.
              turn.epoch().log(STOCK, ModelledPool.recordOf(STOCK), STAGE.stock.offset(), 128);
            });
    PoolState wanted = PoolState.of(Pool.open(new CrashMedia(STAGE.image), BOOT));
    for (long at = LOG + 3 * 64; at < LOG + 7 * 64; at += 8) {
      CrashMedia media = new CrashMedia(image);
      media.putLong(at, media.getLong(at) ^ 0x5555);
      ModelledPool.recover(media);
      assertThat(PoolState.of(Pool.open(media, BOOT))).as("word %d", at - LOG).isEqualTo(wanted);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void r9AnUndoRecordWhoseTargetIsNotItsOwnersIsRefused(int which) {
    CrashImage image =
        killed(
            STAGE,
            turn -> {
              long offset = which == 0 ? STAGE.stock.offset() : which == 1 ? STAGE.cart.offset() + 128 : TINY.pageTableOffset();
              // Stock's bytes in cart's name; beyond the end of the extent; not in the arena at all.
              turn.epoch().prepare(CART, ModelledPool.recordOf(CART), offset, which == 1 ? 128 : 64);
            });
    CrashMedia media = new CrashMedia(image);
    byte[] before = bytes(media, TINY.arenaOffset());
    assertThat(quarantinedBy(media)).containsOnlyKeys(CART);
    assertThat(bytes(media, TINY.arenaOffset())).isEqualTo(before);
  }

  @Test
  void r9ARunningEpochOnAPageWhoseEntryIsDamagedIsQuarantinedAndThePoolGoesOn() {
    CrashImage image = killed(STAGE, turn -> turn.write(CART, STAGE.run, 0, 8, 1));
    CrashMedia media = new CrashMedia(image);
    flip(media, TINY.pageTableOffset() + (STAGE.run.offset() - TINY.arenaOffset()) / Geometry.PAGE_BYTES * 16);
    assertThat(quarantinedBy(media)).containsOnlyKeys(CART);
  }

  @Test
  void aCommittedLogWithARecordThatIsNotWhatWasWrittenIsDamaged() {
    CrashMedia sound = committedAndNotDone();
    CrashImage image = sound.processKilled();
    Recovery.Report report = Recovery.run(Pool.open(new CrashMedia(image), BOOT), ModelledPool.NOBODY);
    assertThat(report.lanesRedone()).isEqualTo(1);
    // OWNER, UNDO with a line, ALLOC, FREE, END.
    for (long at = LOG; at < LOG + 6 * 64; at++) {
      CrashMedia media = new CrashMedia(image);
      flip(media, at);
      byte[] before = bytes(media, TINY.pageTableOffset());
      assertThatThrownBy(() -> ModelledPool.recover(media)).as("byte %d", at - LOG)
          .isInstanceOf(Damaged.class).hasMessageContaining("committed log");
      assertThat(bytes(media, TINY.pageTableOffset())).isEqualTo(before);
    }
  }

  /** The batches lie in the lane and in an extent; the end of the lane's part says twice where it goes on. */
  @Test
  void r9DamageInALogThatGoesOnInAnExtentIsFound() {
    Stage stage = new Stage(Geometry.of(1 << 20, 2, 4096, 2));
    CrashImage image =
        killed(
            stage,
            turn -> {
              turn.write(CART, stage.run, 0, 4096 + 904, 1);
              turn.write(STOCK, stage.stock, 0, 8, 2);
            });
    PoolState wanted = PoolState.of(Pool.open(new CrashMedia(stage.image), BOOT));
    int harmless = 0;
    for (long line = 0; line < 63; line++) {
      CrashMedia media = new CrashMedia(image);
      flip(media, LOG + line * 64 + 20);
      Map<Long, Long> quarantined = quarantinedBy(media);
      if (quarantined.isEmpty()) {
        assertThat(PoolState.of(Pool.open(media, BOOT))).as("line %d", line).isEqualTo(wanted);
        harmless++;
      } else {
        assertThat(quarantined).as("line %d", line).containsOnlyKeys(CART, STOCK);
      }
    }
    // Either copy of the record that says where the log goes on.
    assertThat(harmless).isEqualTo(2);
  }

  private static byte[] bytes(Media media, long from) {
    byte[] bytes = new byte[(int) (media.sizeBytes() - from)];
    media.read(from, bytes, 0, bytes.length);
    return bytes;
  }

  /** R5: what other openings left in a log is not believed, even with the right stamp. */
  @Test
  void r5ARecordWithAnotherSaltIsNotBelieved() {
    CrashImage image = killed(STAGE, turn -> turn.write(CART, STAGE.cart, 0, 8, 1));
    CrashMedia media = new CrashMedia(image);
    // The salt comes into force before the lanes are finished, which is what the order of an opening forbids.
    Pool.open(media, BOOT).begin();
    assertThat(Recovery.run(Pool.open(media, BOOT), ModelledPool.NOBODY).isClean()).isTrue();
    assertThat(media.getByte(STAGE.cart.offset())).isEqualTo((byte) 1);
  }

  @Test
  void theReportCountsWhatWasDone() {
    CrashMedia media = new CrashMedia(killed(STAGE, turn -> turn.write(CART, STAGE.cart, 0, 192, 1)));
    Recovery.Report report = Recovery.run(Pool.open(media, BOOT), ModelledPool.NOBODY);
    assertThat(report.lanesRolledBack()).isEqualTo(1);
    assertThat(report.lanesRedone()).isZero();
    assertThat(report.recordsRestored()).isEqualTo(1);
    assertThat(report.isClean()).isFalse();
    List<PoolState> states = new ArrayList<>();
    ModelledPool.goOn(media, states);
    assertThat(states.getFirst()).isEqualTo(PoolState.of(Pool.open(new CrashMedia(STAGE.image), BOOT)));
  }
}
