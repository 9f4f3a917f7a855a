package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.PoolRepair;
import dev.dormouse.recovery.Finding;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.RegionLayout;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Crashes a repair at every persist point, and the repair after it too: run again it comes to the same end, byte by byte; until
 * then nobody gets the pool but as it was before (docs/damage.md, steps (g) to (j)).
 */
final class RepairCrashTest {
  private static final int IMAGES = Integer.getInteger("dormouse.images", 120) / 4;
  private static final int RECOVERY_IMAGES = Integer.getInteger("dormouse.recoveryImages", 6) / 2;

  /** A record, a node's word, an owner word, a page's entry, a chunk's word and a header copy at once. */
  private static CrashImage damaged() {
    CrashImage whole = RepairStage.pool(RepairStage::everything);
    ProcessStore store = ProcessStore.open(new CrashMedia(whole), RepairStage.existing());
    Engine engine = store.engine();
    long small = store.component("small").id().recordOffset();
    long annex = engine.media().getLong(store.component("last").id().recordOffset() + ComponentLayout.ANNEX_OFFSET);
    long extent = engine.media().getLong(store.component("long").id().recordOffset() + ComponentLayout.REGION0 + RegionLayout.EXTENT_OFFSET);
    long page = (extent - RepairStage.SMALL.arenaOffset()) / Geometry.PAGE_BYTES;
    CrashMedia media = new CrashMedia(whole);
    media.fill(small + 64, 64, (byte) 0x5a);
    media.fill(annex + 8, 16, (byte) 0x11);
    media.putLong(RepairStage.SMALL.pageTableOffset() + page * 16, 0);
    media.putLong(RepairStage.SMALL.chunkTableOffset(), 0);
    media.putByte(100, (byte) 1);
    return media.processKilled();
  }

  private static void repairTo(Media media, RepairStage.Memory keep) {
    StoreRepair.repair(media, keep, RepairStage.options());
  }

  @ParameterizedTest
  @EnumSource(value = PersistencyModel.class, mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aRepairThatIsCutShortIsRunAgainAndComesToTheSameEnd(PersistencyModel model) {
    CrashImage before = damaged();
    RepairStage.Memory keep = new RepairStage.Memory();
    CrashMedia whole = new CrashMedia(before);
    repairTo(whole, keep);
    byte[] end = arena(whole.processKilled());
    VerifyReport after = StoreVerifier.verify(whole.processKilled(), RepairStage.BOOT);
    assertThat(after.damage()).isNotEmpty().allMatch(finding -> finding.kind() == Finding.Kind.QUARANTINE);
    CrashReport report =
        CrashExplorer.explore(
            before,
            media -> repairTo(media, keep),
            media -> repairTo(media, keep),
            (media, marks) -> {
              assertThat(Arrays.equals(arena(new MediaReader(media)), end)).as("the same end").isTrue();
              assertThat(RepairStage.verify(media).hit()).isEqualTo(after.hit());
            },
            CrashOptions.of(model).withImages(IMAGES, RECOVERY_IMAGES));
    assertThat(report.violations()).isEmpty();
    assertThat(report.points()).isGreaterThan(4);
  }

  /** Who opens a pool whose repair was cut short is told; who opens one whose repair had not begun finds it as it was. */
  @ParameterizedTest
  @EnumSource(value = PersistencyModel.class, mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aPoolThatIsHalfRepairedIsOpenedByNobody(PersistencyModel model) {
    CrashImage before = damaged();
    Map<String, String> others = readable(before);
    RepairStage.Memory keep = new RepairStage.Memory();
    int[] refused = new int[1];
    CrashReport report =
        CrashExplorer.explore(
            before,
            media -> repairTo(media, keep),
            media -> {},
            (media, marks) -> {
              try {
                Pool.open(media, RepairStage.BOOT);
              } catch (Damaged damaged) {
                assertThat(damaged).hasMessageContaining("cut short").hasMessageContaining("--undo");
                refused[0]++;
                return;
              }
              assertThat(readable(new MediaReader(media))).isEqualTo(others);
            },
            CrashOptions.of(model).withImages(IMAGES, RECOVERY_IMAGES));
    assertThat(report.violations()).isEmpty();
    assertThat(refused[0]).isPositive();
  }

  @Test
  void whatWasKeptIsNeededToGoOn() {
    CrashMedia media = new CrashMedia(damaged());
    CrashImage[] half = new CrashImage[1];
    RepairStage.Memory keep = new RepairStage.Memory();
    CrashMedia first = new CrashMedia(damaged());
    StoreRepair.repair(first, keep, RepairStage.options());
    PoolRepair.begin(media, PoolRepair.headerOf(new MediaReader(media)));
    half[0] = media.processKilled();
    assertThatThrownBy(() -> StoreRepair.repair(new CrashMedia(half[0]), new RepairStage.Memory(), RepairStage.options()))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("--keep");
    assertThat(StoreVerifier.verify(half[0], RepairStage.BOOT).findings()).singleElement().asString().contains("cut short");
  }

  /** What those say whom the damage does not hit. */
  private static Map<String, String> readable(PoolReader pool) {
    ProcessStore store = ProcessStore.open(new CrashMedia(pool), RepairStage.existing());
    return Map.of(
        "many", ask(store.component("many"), "sum state; sum more; sum third; sum text"),
        "outcomes", ask(store.component("outcomes"), "sum state; sum text"));
  }

  /** All but the header, whose serial tells how often it was written. */
  private static byte[] arena(PoolReader reader) {
    byte[] bytes = new byte[(int) reader.sizeBytes() - 2 * Geometry.PAGE_BYTES];
    reader.read(2L * Geometry.PAGE_BYTES, bytes, 0, bytes.length);
    return bytes;
  }
}
