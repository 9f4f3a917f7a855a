package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolArchive;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.RestorePoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cuts the power of a store with an archive at every sync, and inside the recoveries from that: every mark that was said to be made can be
 * restored, with what there was then; the life that follows goes on without a gap; and what is restored last is what the store has.
 */
final class ArchiveCrashTest {
  private static final int IMAGES = Integer.getInteger("dormouse.images", 120) / 60;

  @TempDir Path folder;

  private static PoolReader prepared() {
    CrashMedia made = CrashMedia.zeroed(ArchiveStage.mediaBytes());
    ArchiveStage.make(made);
    CrashMedia media = new CrashMedia(made.processKilled());
    try (ProcessStore store = ArchiveStage.open(media)) {
      store.archiveBase(bytes -> {});
    }
    return media.processKilled();
  }

  /** Two lives, each with a turn before and one behind a mark. */
  private static void run(CrashMedia media, List<Map<String, String>> states) {
    for (int life = 0; life < 2; life++) {
      try (ProcessStore store = ArchiveStage.open(media)) {
        ask(store.component("cart"), "add state 0 5; fill more " + (life + 1) + "; attach extra" + life + " 200");
        store.mark("mark " + life);
        states.add(Snapshot.of(store));
        media.mark(life + 1);
        ask(store.component("cart"), "add state 8 1");
      }
    }
  }

  @Test
  void everyMarkIsThereAfterEveryLossOfPower() {
    PoolReader initial = prepared();
    List<Map<String, String>> states = new ArrayList<>();
    run(new CrashMedia(initial), states);
    CrashReport report =
        CrashExplorer.explore(
            initial,
            media -> run(media, new ArrayList<>()),
            media -> ArchiveStage.open(media).close(),
            (media, marks) -> holds(media, marks.size(), states),
            CrashOptions.of(PersistencyModel.SECTORS).withImages(IMAGES, 1));
    report.requireClean();
    assertThat(report.points()).isGreaterThan(40);
    assertThat(report.recoveryStates()).isGreaterThan(500);
  }

  private void holds(Media media, int acknowledged, List<Map<String, String>> states) throws IOException {
    try (ProcessStore store = ArchiveStage.open(media)) {
      assertThat(store.opening().notes()).as("goes on").noneMatch(note -> note.contains("no base"));
      store.mark("last");
      Path files = ArchiveStage.copied(ArchiveStage.archive(media), folder);
      List<RestorePoint> points = PoolArchive.in(files).points();
      for (int i = 0; i < acknowledged; i++) {
        String name = "mark " + i;
        RestorePoint point = points.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow(() -> new AssertionError(name + " is lost"));
        if (i == acknowledged - 1) {
          assertThat(ArchiveStage.restored(files, point)).as(name).isEqualTo(states.get(i));
        }
      }
      assertThat(ArchiveStage.restored(files, null)).as("the last point").isEqualTo(Snapshot.of(store));
      ArchiveStage.delete(files);
    }
  }
}
