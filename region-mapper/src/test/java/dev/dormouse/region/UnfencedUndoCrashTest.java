package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.Epoch;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A program that catches the {@link PoolFull} of a bulk write, whose old bytes were logged in part and not fenced, and goes
 * on with single stores: none passes the barrier before its undo record is durable (step (a), I2).
 */
class UnfencedUndoCrashTest {
  private static final int REGION_BYTES = 6000;

  private final CrashMedia first = CrashMedia.zeroed(256 << 10);
  private final RegionStage stage = RegionStage.create(first);

  private static byte[] bytesOf(RegionStage stage) {
    RegionEntry entry = stage.table(null).get(0);
    byte[] bytes = new byte[REGION_BYTES];
    stage.media.read(entry.extentOffset(), bytes, 0, bytes.length);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aStoreAfterABulkWriteThatFoundNoRoomIsUndoneLikeAnyOther(PersistencyModel model) {
    Epoch setup = stage.lanes.lease();
    stage.map(setup).attach("a", REGION_BYTES, 0, RegionRights.READ_WRITE);
    stage.view(setup, stage.table(setup).get(0)).fill(0, REGION_BYTES, (byte) 1);
    setup.commit();
    stage.lanes.giveBack(setup);
    byte[] before = bytesOf(stage);
    byte[][] after = new byte[1][];
    Extent table = stage.table;
    CrashReport report =
        CrashExplorer.explore(
            first.processKilled(),
            media -> {
              RegionStage running = RegionStage.open(media, table);
              Epoch epoch = running.lanes.lease();
              Region view = running.view(epoch, running.table(epoch).get(0));
              // A line in the middle, so that the bulk write falls into two runs: one fits into the lane's log, one does not.
              view.putLong(640, 7);
              assertThat(fails(() -> view.put(0, new byte[REGION_BYTES], 0, REGION_BYTES))).isTrue();
              for (int at = 0; at < 640; at += 64) {
                view.putLong(at, 9);
                view.putLong(at + 8, 9);
              }
              assertThat(fails(() -> view.fill(0, REGION_BYTES, (byte) 3))).isTrue();
              view.putLong(128, 10);
              after[0] = bytesOf(running);
              epoch.commit();
              media.mark("committed");
              running.lanes.giveBack(epoch);
            },
            media -> RegionStage.open(media, table),
            (media, marks) -> {
              byte[] found = bytesOf(RegionStage.open(media, table));
              if (!marks.isEmpty() || !Arrays.equals(found, before)) {
                assertThat(found).isEqualTo(after[0]);
              }
            },
            CrashOptions.of(model).withImages(200, 4));
    report.requireClean();
    assertThat(report.distinctStates()).isGreaterThan(20);
  }

  private static boolean fails(Runnable write) {
    try {
      write.run();
      return false;
    } catch (PoolFull full) {
      return true;
    }
  }
}
