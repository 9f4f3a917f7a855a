package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.InUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store does to the file that it lies in, and to whoever comes to it by another name (I8). */
final class PoolFileTest {
  @TempDir Path folder;

  @Test
  void aSecondOpenerWhoComesByALinkIsRefused() throws IOException {
    Path pool = folder.resolve("a.pool");
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    Path link = elsewhere.resolve("b.pool");
    Path linkedFolder = folder.resolve("linked");
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(1 << 20))) {
      store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 64));
      Files.createSymbolicLink(link, pool);
      Files.createSymbolicLink(linkedFolder, folder);
      for (Path other : new Path[] {link, linkedFolder.resolve("a.pool"), linkedFolder.resolve("elsewhere").resolve("b.pool")}) {
        assertThatThrownBy(() -> ProcessStore.open(other)).as("%s", other).isInstanceOf(InUse.class);
        assertThatThrownBy(() -> ProcessStore.inspect(other)).as("%s", other).isInstanceOf(InUse.class);
        assertThatThrownBy(() -> StoreVerifier.verify(other)).as("%s", other).isInstanceOf(InUse.class);
      }
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("1");
    }
    try (ProcessStore store = ProcessStore.open(link)) {
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("2");
      assertThatThrownBy(() -> ProcessStore.open(pool)).isInstanceOf(InUse.class);
    }
  }

  @Test
  void inspectingAPoolThatWasNotClosedChangesNoByteOfIt() throws IOException {
    Path left = folder.resolve("a.pool");
    byte[] before;
    try (ProcessStore store = ProcessStore.open(left, StoreOptions.create(1 << 20))) {
      ask(store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 64)), "put state 0 5");
      before = Files.readAllBytes(left);
    }
    KilledPools.leave(left, before);
    FileTime written = Files.getLastModifiedTime(left);
    try (ProcessStore store = ProcessStore.inspect(left)) {
      assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.ROLLED_BACK);
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("6");
      store.create("other", spec -> spec.program(ScriptProgram.class).region("state", 4096));
    }
    assertThat(Files.readAllBytes(left)).isEqualTo(before);
    assertThat(Files.getLastModifiedTime(left)).isEqualTo(written);
  }
}
