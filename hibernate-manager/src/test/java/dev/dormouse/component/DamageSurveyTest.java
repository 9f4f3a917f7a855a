package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.component.SurveyJudge.Outcome;
import dev.dormouse.component.SurveySpan.Kind;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.OverlayMedia;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.Recovery;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every bit, every record and every line of a small pool is damaged, one at a time: it is refused, or hits those whose bytes
 * they are, or nobody; and verify says so (I8). What is expected is read off the format: {@link SurveyMap}.
 */
@Timeout(value = 3600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DamageSurveyTest {
  private static final boolean ALL = Boolean.getBoolean("dormouse.wholeSurvey");
  private static final int STRIDE = Integer.getInteger("dormouse.damageStride", 1);
  // Bits of what nobody reads or nobody can check, between two that are flipped.
  private static final int SAMPLE = 977;
  private static final int FILE_STRIDE = 211;

  @TempDir Path folder;

  /** A pool to be damaged, with what is expected. */
  private static final class Subject {
    final byte[] pool;
    final SurveyTruth truth;
    final List<SurveySpan> spans;
    final BitSet written;
    final SurveyLanes lanes;

    Subject(SurveyPools pools, byte[] pool) {
      this.pool = pool;
      byte[] recovered = recovered(pool);
      SurveyMap map = SurveyMap.of(recovered);
      lanes = SurveyLanes.of(pool, map);
      List<SurveySpan> some = new ArrayList<>(map.spans());
      some.addAll(lanes.spans());
      spans = SurveyMap.complete(some);
      written = lanes.written(recovered);
      truth = SurveyTruth.of(ProcessStore.open(new OverlayMedia(new SurveyImage(pool)), pools.existing()), map);
    }

    /** Whether recovery looks at it, or writes it. */
    boolean concernsRecovery(SurveySpan span) {
      return switch (span.kind()) {
        case LANE_WORD, COMMITTED_LOG, RUNNING_LOG, LAST_FENCE, PAGE_STATE, PAGE_OWNER, CHUNK_WORD, RECORD -> true;
        case SLAB_OWNER -> !span.may().isEmpty();
        default -> !written.get(span.offset(), span.end()).isEmpty();
      };
    }

    SurveyRun on(SurveyMedium medium) {
      return new SurveyRun(pool, spans, new SurveyJudge(truth, written, medium));
    }
  }

  /** What recovery leaves of a pool. */
  private static byte[] recovered(byte[] bytes) {
    OverlayMedia media = new OverlayMedia(new SurveyImage(bytes));
    Pool pool = Pool.open(media, SurveyPools.BOOT);
    Recovery.run(pool, new ComponentQuarantine(media, pool.heap()));
    byte[] recovered = new byte[bytes.length];
    media.read(0, recovered, 0, recovered.length);
    return recovered;
  }

  private static void requireSound(SurveyRun run, Kind... refused) {
    assertThat(run.failures()).isEmpty();
    for (Kind kind : refused) {
      assertThat(run.count(kind, Outcome.REFUSED)).as("cases of %s that were refused", kind).isPositive();
    }
    for (Kind kind : List.of(Kind.RECORD, Kind.TABLE, Kind.ANNEX, Kind.RECIPE, Kind.SYMBOL, Kind.DIRECTORY_WORD, Kind.DATASPACE_HEAD)) {
      assertThat(run.count(kind, Outcome.QUARANTINED)).as("cases of %s that hit somebody", kind).isPositive();
    }
  }

  @Test
  void onTheEmulatorEveryBitOfAPoolThatWasClosed() {
    SurveyPools pools = new SurveyPools(folder);
    SurveyRun run = new Subject(pools, pools.closed()).on(SurveyMedium.memory(pools.existing()));
    run.flipBits(span -> span.kind().isMetadata() ? STRIDE : SAMPLE);
    requireSound(run, Kind.LANE_WORD, Kind.TABLE_HEAD);
  }

  private Subject killed(SurveyPools pools) {
    Subject killed = new Subject(pools, pools.killed(pools.closed()));
    assertThat(killed.lanes.redoLanes()).as("lanes to redo").isEqualTo(1);
    assertThat(killed.lanes.undoLanes()).as("lanes to roll back").isEqualTo(1);
    return killed;
  }

  @Test
  void onTheEmulatorEveryBitOfAPoolThatWasKilled() {
    SurveyPools pools = new SurveyPools(folder);
    Subject killed = killed(pools);
    SurveyRun run = killed.on(SurveyMedium.memory(pools.existing()));
    // What recovery neither reads nor writes is as in the pool that was closed.
    run.flipBits(span -> !span.kind().isMetadata() ? SAMPLE : ALL || killed.concernsRecovery(span) ? STRIDE : 11 * STRIDE);
    requireSound(run, Kind.LANE_WORD, Kind.TABLE_HEAD, Kind.COMMITTED_LOG);
    assertThat(run.count(Kind.RUNNING_LOG, Outcome.QUARANTINED)).isPositive();
    assertThat(run.count(Kind.LAST_FENCE, Outcome.KNOWN_LIMIT)).as("what docs/damage.md says cannot be told").isPositive();
  }

  @Test
  void onTheEmulatorEveryRecordAndEveryLine() {
    SurveyPools pools = new SurveyPools(folder);
    SurveyRun closed = new Subject(pools, pools.closed()).on(SurveyMedium.emulator(pools.existing()));
    closed.zeroRecords();
    closed.swapLines();
    requireSound(closed, Kind.LANE_WORD, Kind.TABLE_HEAD);
    SurveyRun killed = killed(pools).on(SurveyMedium.emulator(pools.existing()));
    killed.zeroRecords();
    killed.swapLines();
    requireSound(killed, Kind.LANE_WORD, Kind.TABLE_HEAD, Kind.COMMITTED_LOG);
    assertThat(killed.count(Kind.LAST_FENCE, Outcome.KNOWN_LIMIT)).as("what docs/damage.md says cannot be told").isPositive();
  }

  @Test
  void inAFileEveryRecordAndEveryLineAndSomeBits() {
    for (String medium : System.getProperty("dormouse.damageMedia", "MAPPED").split(",", -1)) {
      SurveyPools pools = new SurveyPools(folder);
      SurveyMedium files =
          SurveyMedium.files(folder, pools.fresh().medium(FileMedium.valueOf(medium)), pools.existing().medium(FileMedium.valueOf(medium)));
      for (Subject subject : List.of(new Subject(pools, pools.closed()), killed(pools))) {
        SurveyRun run = subject.on(files);
        run.zeroRecords();
        run.swapLines();
        run.flipBits(span -> span.kind().isMetadata() ? (ALL ? STRIDE : FILE_STRIDE) : SAMPLE * FILE_STRIDE);
        requireSound(run, Kind.TABLE_HEAD);
      }
    }
  }
}
