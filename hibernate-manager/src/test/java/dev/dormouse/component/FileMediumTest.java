package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.Prefault;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The medium that a store is opened on is the one that the options name, and no other is taken in its place. */
class FileMediumTest {
  @TempDir Path folder;

  @Test
  void whereThereIsNoPersistentMemoryTheStoreSaysSoAndIsNotMadeOnSomethingElse() {
    Path pool = folder.resolve("a.pool");
    assertThatThrownBy(() -> ProcessStore.open(pool, StoreOptions.openOrCreate(1 << 20).medium(FileMedium.DAX)))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("READ_WRITE_SYNC");
    assertThat(pool).doesNotExist();
  }

  @Test
  void aStoreThatIsThereIsNotOpenedOnSomethingElseEither() {
    Path pool = folder.resolve("b.pool");
    ProcessStore.open(pool, StoreOptions.create(1 << 20)).close();
    assertThatThrownBy(() -> ProcessStore.open(pool, StoreOptions.existing().medium(FileMedium.DAX).awake(3)))
        .isInstanceOf(MediaUnavailable.class);
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing().medium(FileMedium.DAX).medium(FileMedium.MAPPED))) {
      assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.CLEAN);
    }
  }

  @Test
  void anEmulatedDaxFileIsAMappedFileTheNextTimeAndTheReportSaysWhatItIs() {
    Path pool = folder.resolve("c.pool");
    StoreOptions emulated = StoreOptions.existing().medium(FileMedium.EMULATED_DAX);
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(1 << 20).medium(FileMedium.EMULATED_DAX))) {
      store.create("c", spec -> spec.program(Nothing.class).region("state", 64));
      assertThat(store.opening().notes()).anyMatch(note -> note.startsWith("lines are written back by "));
    }
    try (ProcessStore store = ProcessStore.open(pool)) {
      assertThat(store.find("c")).isPresent();
      assertThat(store.opening().notes()).noneMatch(note -> note.contains("written back"));
    }
    try (ProcessStore store = ProcessStore.open(pool, emulated)) {
      assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.CLEAN);
      assertThat(store.opening().durabilityClass()).isNotEqualTo(DurabilityClass.POWER_LOSS);
      assertThat(store.find("c")).isPresent();
    }
  }

  @Test
  void thePagesAreThereAtTheOpeningIfTheOptionsSaySo() {
    Path pool = folder.resolve("d.pool");
    ProcessStore.open(pool, StoreOptions.create(1 << 20)).close();
    assertThat(notesOf(pool, StoreOptions.existing())).noneMatch(note -> note.contains("prefaulted"));
    assertThat(notesOf(pool, StoreOptions.existing().prefault(Prefault.BEFORE_OPEN).awake(3)))
        .anyMatch(note -> note.startsWith("1,048,576 bytes were prefaulted in "));
    assertThat(notesOf(pool, StoreOptions.existing().prefault(Prefault.BACKGROUND))).contains("it is being prefaulted in the background");
  }

  private static List<String> notesOf(Path pool, StoreOptions options) {
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      return store.opening().notes();
    }
  }

  /** A program for components that are not called. */
  public static final class Nothing implements Program {
    @Override
    public void turn(Turn turn) {
      // There is nothing to do.
    }
  }
}
