package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Media;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration with real child JVMs and real kills. */
@Timeout(180)
class DemoCommandTest {
  @TempDir private Path folder;

  @Test
  void everythingIsThereAfterThreeKillsAndStaysThere() throws IOException {
    Path input = writeInput();
    Path pool = folder.resolve("demo.pool");

    Shell.Result first =
        Shell.run("demo", input, "--pool", pool, "--kills", "3", "--seed", "0x5eed", "--awake", "8", "--json");
    assertThat(first.exitCode()).as(first.err() + first.out()).isEqualTo(ExitCode.CLEAN);
    JsonObject json = JsonParser.parseString(first.out()).getAsJsonObject();
    assertThat(json.keySet())
        .containsExactly(
            "input", "inputBytes", "pool", "media", "durabilityClass", "notes", "begun", "seed", "killsPlanned", "kills", "awake",
            "tokens", "distinctTokens", "turns", "repeats", "resumes", "hibernations", "rolledBack", "redone", "recovery",
            "opening", "resume", "hibernate", "finished", "compared", "identical", "differsAt", "verdict", "findings", "nanos",
            "exitCode");
    assertThat(json.get("kills").getAsInt()).isEqualTo(3);
    assertThat(json.get("identical").getAsBoolean()).isTrue();
    assertThat(json.get("begun").getAsString()).isEqualTo("ANEW");
    assertThat(json.get("recovery").getAsJsonObject().get("count").getAsInt()).isEqualTo(3);

    Shell.Result again = Shell.run("demo", "--pool", pool);
    assertThat(again.exitCode()).as(again.err() + again.out()).isEqualTo(ExitCode.CLEAN);
    assertThat(again.out()).contains("finished before").contains("byte by byte, identical");

    Shell.Result other = Shell.run("demo", Files.writeString(folder.resolve("other.txt"), "other"), "--pool", pool);
    assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(other.err()).contains(input.toString()).contains("name another pool");

    Path rebuilt = folder.resolve("rebuilt.txt");
    assertThat(Shell.run("rebuild", "--pool", pool, "--out", rebuilt).exitCode()).isEqualTo(ExitCode.CLEAN);
    assertThat(rebuilt).hasSameBinaryContentAs(input);
  }

  @Test
  void whatWasBegunIsGoneOnWith() throws IOException {
    Path input = writeInput();
    Path pool = folder.resolve("demo.pool");
    StoreOptions options = StoreOptions.create(4 << 20).fileRoot(Concordance.INPUT_ROOT, input.getParent());
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      Concordance concordance = Concordance.beginOrGoOn(store, input, 8, SleepWatch.NONE);
      for (int i = 0; i < 100; i++) {
        concordance.step();
      }
    }
    Shell.Result unfinished = Shell.run("rebuild", "--pool", pool);
    assertThat(unfinished.exitCode()).isEqualTo(ExitCode.STOPPED);
    assertThat(unfinished.err()).contains("not finished");
    assertThat(Files.readString(input)).startsWith(unfinished.out()).isNotEqualTo(unfinished.out());

    Shell.Result result = Shell.run("demo", "--pool", pool, "--kills", "1");
    assertThat(result.exitCode()).as(result.err() + result.out()).isEqualTo(ExitCode.CLEAN);
    assertThat(result.out()).contains("gone on with").contains("1 of 1 by SIGKILL").contains("Nothing was lost");
  }

  @Test
  void anEmptyFileHasNothingToKillAndNothingToLose() throws IOException {
    Path input = Files.createFile(folder.resolve("empty"));
    Shell.Result result = Shell.run("demo", input, "--kills", "2");
    assertThat(result.exitCode()).as(result.err() + result.out()).isEqualTo(ExitCode.CLEAN);
    assertThat(result.out()).contains("0 bytes").contains("Nothing was lost");
  }

  @Test
  void aPoolThatIsTooSmallIsASentence() throws IOException {
    Shell.Result result = Shell.run("demo", writeInput(), "--kills", "0", "--pool-size", "128K");
    assertThat(result.exitCode()).isEqualTo(ExitCode.STOPPED);
    assertThat(result.err()).contains("larger --pool-size").doesNotContain("\tat ");
    // A slow machine shows progress as well.
    assertThat(result.err().lines().filter(line -> line.startsWith("dormouse: "))).hasSize(1);
  }

  @Test
  void aFileSystemWithoutPersistentMemoryIsASentence() throws IOException {
    Path pool = folder.resolve("demo.pool");
    Shell.Result result = Shell.run("demo", writeInput(), "--pool", pool, "--media", "dax");
    assertThat(result.exitCode()).isEqualTo(ExitCode.STOPPED);
    assertThat(result.err()).contains("READ_WRITE_SYNC", "the system said", "mounted with dax").doesNotContain("\tat ");
    assertThat(pool).doesNotExist();
  }

  @Test
  void whatAnEmulatedMediumIsAndCostsIsSaid() throws IOException {
    Path input = writeInput();
    Path pool = folder.resolve("demo.pool");
    Shell.Result result = Shell.run("demo", input, "--pool", pool, "--media", "emulated_dax", "--kills", "1");
    assertThat(result.exitCode()).as(result.err() + result.out()).isEqualTo(ExitCode.CLEAN);
    assertThat(result.out())
        .contains("on an emulated DAX file", "note: DAX is emulated", "note: lines are written back by", "Nothing was lost");

    Shell.Result rebuilt = Shell.run("rebuild", "--pool", pool, "--media", "emulated_dax", "--out", folder.resolve("r"), "--json");
    assertThat(rebuilt.exitCode()).as(rebuilt.err() + rebuilt.out()).isEqualTo(ExitCode.CLEAN);
    JsonObject json = JsonParser.parseString(rebuilt.out()).getAsJsonObject();
    assertThat(json.get("media").getAsString()).isEqualTo("emulated_dax");
    assertThat(json.get("notes").getAsJsonArray().toString()).contains("lines are written back by");
    assertThat(folder.resolve("r")).hasSameBinaryContentAs(input);
  }

  /** Opening it as a mapped file would make it promise less, without anybody having asked for that. */
  @Test
  void aPoolFromPersistentMemoryIsNotMadeToPromiseLessUnasked() throws IOException {
    Path input = writeInput();
    Path pool = folder.resolve("kept.pool");
    Media promising = onPersistentMemory(MappedMedia.create(pool, 4 << 20));
    StoreOptions options = StoreOptions.create(4 << 20).fileRoot(Concordance.INPUT_ROOT, input.getParent());
    try (ProcessStore store = ProcessStore.open(promising, options)) {
      Concordance concordance = Concordance.beginOrGoOn(store, input, 8, SleepWatch.NONE);
      while (concordance.step()) {
        assertThat(concordance.position()).isPositive();
      }
    }
    for (Object[] verb :
        new Object[][] {{"rebuild", "--pool", pool, "--out", folder.resolve("s")}, {"shrink", "--pool", pool, "--to", "3M"}}) {
      Shell.Result refused = Shell.run(verb);
      assertThat(refused.exitCode()).isEqualTo(ExitCode.STOPPED);
      assertThat(refused.err()).contains("READ_WRITE_SYNC");
      assertThat(InspectedClass.of(pool)).isEqualTo("POWER_LOSS");
    }

    Shell.Result asked = Shell.run("rebuild", "--pool", pool, "--media", "mapped", "--out", folder.resolve("s"));
    assertThat(asked.exitCode()).as(asked.err()).isEqualTo(ExitCode.CLEAN);
    assertThat(InspectedClass.of(pool)).isNotEqualTo("POWER_LOSS");
  }

  private static final class InspectedClass {
    static String of(Path pool) {
      String json = Shell.run("inspect", "--pool", pool, "--json").out();
      return JsonParser.parseString(json).getAsJsonObject().get("durabilityClass").getAsString();
    }
  }

  /** A medium that says that it survives the loss of power. */
  private static Media onPersistentMemory(Media below) {
    return (Media)
        Proxy.newProxyInstance(
            Media.class.getClassLoader(),
            new Class<?>[] {Media.class},
            (_, method, arguments) -> {
              try {
                return method.getName().equals("durabilityClass") ? DurabilityClass.POWER_LOSS : method.invoke(below, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Path writeInput() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < 400; line++) {
      text.append("line ").append(line).append(" of ").append(line % 7).append("; ").append("x".repeat(line % 70)).append('\n');
    }
    return Files.write(folder.resolve("input.txt"), text.toString().getBytes(StandardCharsets.UTF_8)).toRealPath();
  }
}
