package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.DiskFault;
import dev.dormouse.emulation.DiskFault.Unsynced;
import dev.dormouse.emulation.DiskFaults;
import dev.dormouse.emulation.FaultyDisk;
import dev.dormouse.heap.ArchiveFolder;
import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.PoolArchive;
import dev.dormouse.heap.RestorePoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An archive that cannot be written to, at every write: commits go on and none is lost, who asks for a mark is told, and what the archive
 * says that it has can be restored. Whether it has a gap then is said when the pool is opened again.
 */
final class ArchiveFaultsTest {
  @TempDir Path folder;

  /** How the archive's disk fails. */
  enum Failure {
    NOTHING_WRITTEN,
    A_PART_WRITTEN,
    WRITTEN_ALL_THE_SAME,
    FULL;

    DiskFaults at(long call) {
      return switch (this) {
        case NOTHING_WRITTEN -> DiskFaults.at(call, DiskFault.io());
        case A_PART_WRITTEN -> DiskFaults.at(call, DiskFault.io().after(700).leaving(Unsynced.WRITTEN));
        case WRITTEN_ALL_THE_SAME -> DiskFaults.at(call, DiskFault.io().after(Integer.MAX_VALUE).leaving(Unsynced.WRITTEN));
        case FULL -> DiskFaults.from(call, DiskFault.noSpace().after(40));
      };
    }
  }

  private record FaultyFolder(ArchiveFolder folder, DiskFaults faults) implements ArchiveFolder {
    @Override
    public String describe() {
      return folder.describe();
    }

    @Override
    public List<String> names() throws IOException {
      return folder.names();
    }

    @Override
    public DiskFile open(String name) throws IOException {
      return new FaultyDisk(folder.open(name), faults);
    }

    @Override
    public DiskFile create(String name) throws IOException {
      return new FaultyDisk(folder.create(name), faults);
    }

    @Override
    public void delete(String name) throws IOException {
      folder.delete(name);
    }

    @Override
    public void close() throws IOException {
      folder.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whereverTheArchiveFailsThePoolGoesOn(Failure failure) throws IOException {
    CrashMedia made = CrashMedia.zeroed(ArchiveStage.mediaBytes());
    ArchiveStage.make(made);
    int gaps = 0;
    long call = 0;
    for (boolean failed = true; failed; call++) {
      CrashMedia media = new CrashMedia(made.processKilled());
      Map<RestorePoint, Map<String, String>> marks = new LinkedHashMap<>();
      DiskFaults faults = failure.at(call);
      run(media, faults, marks);
      failed = faults.calls() > call;
      gaps += check(media, marks) ? 1 : 0;
    }
    assertThat(call).as("writes").isGreaterThan(10);
    assertThat(gaps).isGreaterThan(3);
  }

  private static void run(CrashMedia media, DiskFaults faults, Map<RestorePoint, Map<String, String>> marks) {
    try (ProcessStore store = ArchiveStage.open(media, new FaultyFolder(ArchiveStage.archive(media), faults), ArchiveStage.existing())) {
      for (int i = 0; i < 3; i++) {
        assertThat(ask(store.component("cart"), "add state 0 1; fill more " + (i + 1))).isEqualTo(Integer.toString(i + 1));
        try {
          RestorePoint point = i == 0 ? store.archiveBase(bytes -> {}) : store.mark("mark " + i);
          marks.put(point, Snapshot.of(store));
        } catch (MediaUnavailable refused) {
          assertThat(refused).hasMessageContaining("archive");
          // A base that could not be copied does not end the archive by itself.
          boolean hasEnded = !refused.getMessage().matches(".*(earlier ones are as they were|has no base).*");
          assertThat(hasEnded && store.journal().orElseThrow().archiveFailure().isEmpty()).isFalse();
        }
      }
    } catch (MediaUnavailable notBegun) {
      // Where not even a life can be begun, the pool is not opened, and has not changed.
      assertThat(notBegun).hasMessageContaining("the system said");
      assertThat(faults.calls()).isLessThan(3);
    }
  }

  private boolean hasNoPoints(CrashMedia media) throws IOException {
    Path files = ArchiveStage.copied(ArchiveStage.archive(media), folder);
    boolean none = PoolArchive.in(files).points().isEmpty();
    ArchiveStage.delete(files);
    return none;
  }

  private boolean check(CrashMedia media, Map<RestorePoint, Map<String, String>> marks) throws IOException {
    try (ProcessStore store = ArchiveStage.open(media)) {
      boolean gap = store.opening().notes().stream().anyMatch(note -> note.contains("no base"));
      String before = ask(store.component("cart"), "get state 0");
      assertThat(before).isIn("0", "3");
      if (gap || hasNoPoints(media)) {
        store.archiveBase(bytes -> {});
      }
      marks.put(store.mark("last"), Snapshot.of(store));
      Path files = ArchiveStage.copied(ArchiveStage.archive(media), folder);
      List<RestorePoint> points = PoolArchive.in(files).points();
      boolean hasBase = false;
      for (Map.Entry<RestorePoint, Map<String, String>> mark : marks.entrySet()) {
        hasBase |= points.stream().anyMatch(point -> point.compareTo(mark.getKey()) == 0);
        if (hasBase) {
          assertThat(ArchiveStage.restored(files, mark.getKey())).isEqualTo(mark.getValue());
        }
      }
      assertThat(hasBase).isTrue();
      ArchiveStage.delete(files);
      return gap;
    }
  }
}
