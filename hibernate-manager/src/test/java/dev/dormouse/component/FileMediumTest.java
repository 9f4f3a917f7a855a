package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.MediaUnavailable;
import java.nio.file.Path;
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
}
