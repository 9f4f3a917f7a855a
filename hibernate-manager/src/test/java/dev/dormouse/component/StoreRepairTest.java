package dev.dormouse.component;

import static dev.dormouse.component.RepairStage.everything;
import static dev.dormouse.component.RepairStage.requireRepaired;
import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.Finding;
import dev.dormouse.recovery.VerifyReport;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** A repair makes a damaged pool sound again: whoever is not hit is as before, and who cannot be mended is kept and named. */
final class StoreRepairTest {
  private static final CrashImage POOL = RepairStage.pool(RepairStage::everything);
  private static final Map<String, String> BEFORE = RepairStage.look(POOL);
  private static final List<Long> LINES = RepairStage.metadataLines(POOL);

  private static CrashMedia damaged(BiConsumer<CrashMedia, Long> damage, long line) {
    CrashMedia media = new CrashMedia(POOL);
    damage.accept(media, line);
    return media;
  }

  private static byte[] bytes(PoolReader reader) {
    byte[] bytes = new byte[(int) reader.sizeBytes()];
    reader.read(0, bytes, 0, bytes.length);
    return bytes;
  }

  private static void onEveryLine(String what, BiConsumer<CrashMedia, Long> damage) {
    for (long line : LINES) {
      requireRepaired(damaged(damage, line).processKilled(), BEFORE, what + " at " + line);
    }
  }

  @Test
  void aCleanPoolIsNotChangedAtAll() {
    CrashMedia media = new CrashMedia(POOL);
    RepairReport report = StoreRepair.repair(media, new RepairStage.Memory(), RepairStage.options());
    assertThat(report.written()).isFalse();
    assertThat(report.changes()).isEmpty();
    assertThat(report.before().verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
    assertThat(bytes(media.processKilled())).isEqualTo(bytes(POOL));
  }

  @Test
  void aFlippedBitOnAnyLine() {
    onEveryLine(
        "a flipped bit",
        (media, line) -> {
          SplittableRandom random = new SplittableRandom(line);
          long at = line + random.nextInt(Media.LINE_BYTES);
          media.putByte(at, (byte) (media.getByte(at) ^ 1 << random.nextInt(8)));
        });
  }

  @Test
  void aLineOfZeros() {
    onEveryLine("zeros", (media, line) -> media.fill(line, Media.LINE_BYTES, (byte) 0));
  }

  @Test
  void aLineOfOnes() {
    onEveryLine("ones", (media, line) -> media.fill(line, Media.LINE_BYTES, (byte) -1));
  }

  @Test
  void aLineOfAnything() {
    onEveryLine(
        "anything",
        (media, line) -> {
          byte[] bytes = new byte[Media.LINE_BYTES];
          new SplittableRandom(~line).nextBytes(bytes);
          media.write(line, bytes, 0, bytes.length);
        });
  }

  @Test
  void aDryRunWritesNothing() {
    CrashMedia media = damaged((hit, line) -> hit.fill(line, Media.LINE_BYTES, (byte) 0), LINES.get(LINES.size() - 1));
    byte[] before = bytes(media.processKilled());
    RepairReport report = StoreRepair.repair(media, new RepairStage.Memory(), RepairStage.options().dryRun(true));
    assertThat(report.written()).isFalse();
    assertThat(report.changes()).isNotEmpty();
    assertThat(bytes(media.processKilled())).isEqualTo(before);
  }

  @Test
  void whoIsQuarantinedCanBeDestroyedAndLeavesACleanPool() {
    for (String name : List.of("small", "many", "outcomes", "long")) {
      ProcessStore store = ProcessStore.open(new CrashMedia(POOL), RepairStage.existing());
      long record = store.component(name).id().recordOffset();
      CrashMedia media = damaged((hit, line) -> hit.fill(line, Media.LINE_BYTES, (byte) 0x5a), record + Media.LINE_BYTES);
      CrashMedia repaired = requireRepaired(media.processKilled(), BEFORE, name);
      VerifyReport report = StoreVerifier.verify(repaired.processKilled(), RepairStage.BOOT);
      assertThat(report.damage()).as(name).extracting(Finding::kind).containsExactly(Finding.Kind.QUARANTINE);
      assertThat(report.hit()).containsExactly("component " + name);
      assertThat(report.unharmedComponents()).isEqualTo(BEFORE.size() - 1L);
      CrashMedia opened = new CrashMedia(repaired.processKilled());
      try (ProcessStore after = ProcessStore.open(opened, RepairStage.existing())) {
        assertThatThrownBy(() -> ask(after.component(name), "get state 0")).isInstanceOf(Quarantined.class);
        after.component(name).destroy();
        assertThat(after.find(name)).isEmpty();
        after.create(name, spec -> spec.program(ScriptProgram.class).region("state", 64));
      }
      // What it had attached could not be read: the counts are right after another repair.
      CrashMedia again = new CrashMedia(opened.processKilled());
      RepairReport last = StoreRepair.repair(again, new RepairStage.Memory(), RepairStage.options());
      assertThat(last.after().verdict()).as("%s: %s", name, last).isEqualTo(VerifyReport.Verdict.CLEAN);
    }
  }
}
