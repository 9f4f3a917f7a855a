package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dormouse.cli.child.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The verb {@code torture}: how it goes on, what it keeps, what it prints, and its exit codes. */
@Timeout(180)
final class TortureCommandTest {
  private static final long FIRST_LANE_OFFSET = 8192;

  private Path folder;

  @BeforeEach
  void makeFolderOnADisk() throws IOException {
    folder = Files.createTempDirectory(Path.of("target"), "torture-command-").toRealPath();
  }

  private Shell.Result torture(Object... arguments) {
    return Shell.run(
        Stream.concat(Stream.of("torture", "--dir", folder, "--media", "mapped"), Stream.of(arguments)).toArray());
  }

  private static JsonObject json(Shell.Result result) {
    return JsonParser.parseString(result.out()).getAsJsonObject();
  }

  private void deleteFolder() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Test
  void aRunThatIsKeptCanBeMadeLongerAndOneThatIsNotLeavesNothing() throws IOException {
    Shell.Result first = torture("--kills", "2", "--seed", "0x5eed", "--components", "20", "--keep", "--json");
    assertThat(first.exitCode()).as(first.err() + first.out()).isEqualTo(ExitCode.CLEAN);
    JsonObject json = json(first);
    assertThat(json.keySet())
        .containsExactly(
            "seed", "killsPlanned", "kills", "threads", "components", "resumed", "folder", "pools", "skipped", "violations",
            "nanos", "exitCode");
    assertThat(json.get("pools").getAsJsonArray().get(0).getAsJsonObject().keySet())
        .containsExactly(
            "medium", "pool", "durabilityClass", "killsPlanned", "kills", "whileWorking", "whileOpening", "whileClosing",
            "recoveriesCutShort", "withLanesToFinish", "rolledBack", "redone", "acknowledged", "underWayDone",
            "underWayUndone");
    assertThat(json.get("resumed").getAsBoolean()).isFalse();
    assertThat(folder.resolve("mapped.pool")).exists();

    for (String other : List.of("--seed 1", "--threads 2", "--components 21", "--media mapped,ram")) {
      Shell.Result refused = Shell.run((Object[]) ("torture --dir " + folder + " " + other).split(" ", -1));
      assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
      assertThat(refused.err()).contains("holds a run with", "name another folder");
    }

    Shell.Result longer = torture("--kills", "3");
    assertThat(longer.exitCode()).as(longer.err() + longer.out()).isEqualTo(ExitCode.CLEAN);
    assertThat(longer.out()).contains("--seed 0x5eed", "gone on with", "3 of 3 by SIGKILL", "Nothing was lost");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly("torture.lock");
    }
    deleteFolder();
  }

  @Test
  void aRunThatIsKilledItselfGoesOnWhereItStood() throws Exception {
    Path model = folder.resolve("mapped.pool.model");
    try (ChildJvm run =
        ChildJvm.start(
            Main.class,
            ProcessBuilder.Redirect.DISCARD,
            List.of("torture", "--dir", folder.toString(), "--media", "mapped", "--components", "20", "--kills", "1000000"))) {
      // Saved once when the pool was made, and after each kill.
      Object first = awaitOther(model, null);
      awaitOther(model, awaitOther(model, first));
      run.kill();
      run.exitCode();
    }
    Shell.Result rest = torture("--kills", "4", "--json");
    assertThat(rest.exitCode()).as(rest.err() + rest.out()).isEqualTo(ExitCode.CLEAN);
    assertThat(json(rest).get("resumed").getAsBoolean()).isTrue();
    assertThat(json(rest).get("kills").getAsInt()).isGreaterThanOrEqualTo(4);
    deleteFolder();
  }

  /** The file's identity, once it is another than that. */
  private static Object awaitOther(Path file, Object former) throws IOException, InterruptedException {
    while (true) {
      if (Files.exists(file)) {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).lastModifiedTime();
        if (!key.equals(former)) {
          return key;
        }
      }
      Thread.sleep(10);
    }
  }

  @Test
  void aDamagedPoolIs3AndIsKept() throws IOException {
    assertThat(torture("--kills", "1", "--components", "20", "--keep").exitCode()).isEqualTo(ExitCode.CLEAN);
    try (FileChannel pool = FileChannel.open(folder.resolve("mapped.pool"), StandardOpenOption.WRITE)) {
      pool.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}), FIRST_LANE_OFFSET);
    }
    for (int i = 0; i < 2; i++) {
      Shell.Result result = torture();
      assertThat(result.exitCode()).as(result.out()).isEqualTo(ExitCode.DAMAGED);
      assertThat(result.out()).contains("VIOLATION after kill 2 ", "checks the same pool", "--dir " + folder, "--seed 0x");
    }
    deleteFolder();
  }

  @Test
  void aLedgerThatSaysMoreThanThePoolIs5() throws IOException {
    assertThat(torture("--kills", "1", "--components", "20", "--keep").exitCode()).isEqualTo(ExitCode.CLEAN);
    // A life that acknowledged a turn of which the pool knows nothing.
    long life = 1;
    String text = "I 1 TURN 0 4711\nA 1 1000000 4711\n";
    Files.writeString(folder.resolve("mapped.pool.ledger-" + (life + 1) + "-0"), text);
    Shell.Result result = torture();
    assertThat(result.exitCode()).as(result.out()).isEqualTo(ExitCode.STOPPED);
    assertThat(result.out()).contains("component c0 has ", "answered as number 1000000");
    deleteFolder();
  }
}
