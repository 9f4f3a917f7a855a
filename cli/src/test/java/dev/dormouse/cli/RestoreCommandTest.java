package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournalOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exit codes, sentences and keys of the verbs that copy a pool and restore one. */
final class RestoreCommandTest {
  @TempDir private Path folder;
  private Path pool;
  private Path archive;
  private Path target;

  @BeforeEach
  void makePool() {
    pool = folder.resolve("a.pool");
    archive = folder.resolve("archive");
    target = folder.resolve("b.pool");
    JournalOptions journal = JournalOptions.STANDARD.withJournalBytes(1 << 20).withArchive(archive);
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(1 << 20).medium(FileMedium.JOURNALED).journal(journal))) {
      Component one = store.create("one", spec -> spec.program(RepairCommandTest.CounterProgram.class).region("state", 64));
      store.archiveBase(bytes -> {});
      one.invoke(ByteBuffer.allocate(0));
      store.mark("first turn");
      one.invoke(ByteBuffer.allocate(0));
    }
  }

  /** Counts on from there. */
  private static long next(Path pool) {
    try (ProcessStore store = ProcessStore.open(pool)) {
      return store.component("one").invoke(ByteBuffer.allocate(0)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
  }

  @Test
  void aPoolIsRestoredToAMarkAndToItsEnd() {
    Shell.Result list = Shell.run("restore", "--archive", archive);
    assertThat(list.exitCode()).as(list.err()).isEqualTo(ExitCode.CLEAN);
    assertThat(list.out()).contains(", first turn").contains("points in " + archive);
    Shell.Result result = Shell.run("restore", "--archive", archive, "--pool", target, "--point", "first turn");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.CLEAN);
    assertThat(result.out()).contains("restored to 1@").contains("verified");
    assertThat(next(target)).isEqualTo(2);
    Path whole = folder.resolve("whole.pool");
    Shell.Result json = Shell.run("restore", "--archive", archive, "--pool", whole, "--json");
    JsonObject keys = JsonParser.parseString(json.out()).getAsJsonObject();
    assertThat(keys.keySet()).containsExactly("archive", "pool", "uuid", "point", "base", "livesBehind", "sizeBytes", "nanos", "exitCode");
    assertThat(next(whole)).isEqualTo(3);
    String point = keys.getAsJsonObject("point").get("point").getAsString();
    assertThat(Shell.run("restore", "--archive", archive, "--pool", folder.resolve("c"), "--point", point).exitCode()).isEqualTo(ExitCode.CLEAN);
    assertThat(Shell.run("restore", "--archive", archive, "--pool", folder.resolve("d"), "--before", "2100-01-01T00:00:00Z").exitCode()).isEqualTo(ExitCode.CLEAN);
    assertThat(JsonParser.parseString(Shell.run("restore", "--archive", archive, "--json").out()).getAsJsonObject().keySet())
        .containsExactly("archive", "points", "exitCode");
  }

  @Test
  void whatCannotBeRestoredIsASentence() {
    assertThat(Shell.run("restore", "--archive", archive, "--pool", target, "--point", "nothing").err()).contains("has no point nothing").doesNotContain("\tat ");
    assertThat(Shell.run("restore", "--archive", archive, "--pool", target, "--before", "1999-01-01T00:00:00Z").exitCode()).isEqualTo(ExitCode.STOPPED);
    assertThat(Shell.run("restore", "--archive", archive, "--pool", target, "--before", "yesterday").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(Shell.run("restore", "--archive", archive, "--point", "nothing").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(Shell.run("restore", "--archive", folder.resolve("nowhere")).exitCode()).isEqualTo(ExitCode.STOPPED);
    assertThat(Shell.run("restore", "--archive", archive, "--pool", pool).err()).contains("already");
    assertThat(target).doesNotExist();
  }

  @Test
  void aPoolIsCopiedAndStaysAsItIs() throws IOException {
    byte[] before = Files.readAllBytes(pool);
    Shell.Result result = Shell.run("snapshot", "--pool", pool, "--to", target);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.CLEAN);
    assertThat(result.out()).contains("verified");
    assertThat(pool).hasBinaryContent(before);
    assertThat(next(target)).isEqualTo(3);
    Shell.Result json = Shell.run("snapshot", "--pool", pool, "--to", folder.resolve("c.pool"), "--json");
    assertThat(JsonParser.parseString(json.out()).getAsJsonObject().keySet()).containsExactly("pool", "copy", "uuid", "sizeBytes", "nanos", "exitCode");
    assertThat(Shell.run("snapshot", "--pool", pool, "--to", target).err()).contains("already");
  }
}
