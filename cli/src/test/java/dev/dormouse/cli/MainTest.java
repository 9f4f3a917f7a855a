package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.Program;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.Turn;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit codes and sentences of the verbs that look at a pool. */
class MainTest {
  @TempDir private Path folder;
  private Path pool;
  private Path notClosed;

  @BeforeEach
  void makePools() throws IOException {
    Path input = Files.writeString(folder.resolve("input.txt"), "to be, or not to be").toRealPath();
    pool = folder.resolve("a.pool");
    notClosed = folder.resolve("not-closed.pool");
    byte[] killed;
    StoreOptions options = StoreOptions.create(1 << 20).fileRoot(Concordance.INPUT_ROOT, input.getParent());
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      Concordance concordance = Concordance.beginOrGoOn(store, input, 4, SleepWatch.NONE);
      while (concordance.step()) {
        // To its end.
      }
      killed = Files.readAllBytes(pool);
    }
    // What a process leaves that is killed, in the file in which it worked: a copy would be told from it.
    byte[] closed = Files.readAllBytes(pool);
    Files.write(pool, killed);
    Files.move(pool, notClosed);
    Files.write(pool, closed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "verify", "rebuild"})
  void aCleanPoolIs0(String verb) {
    Shell.Result result = Shell.run(verb, "--pool", pool);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.CLEAN);
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "verify", "rebuild"})
  void onePoolThatWasNotClosedIs1(String verb) throws IOException {
    byte[] before = Files.readAllBytes(notClosed);
    Shell.Result result = Shell.run(verb, "--pool", notClosed);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.NOT_CLOSED);
    assertThat(result.out() + result.err()).contains("not closed");
    if (!verb.equals("rebuild")) {
      assertThat(Files.readAllBytes(notClosed)).as("what looks changes nothing").isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "verify", "rebuild"})
  void aTruncatedPoolIs3(String verb) throws IOException {
    try (FileChannel file = FileChannel.open(pool, StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 4096);
    }
    Shell.Result result = Shell.run(verb, "--pool", pool);
    assertThat(result.exitCode()).as(result.out()).isEqualTo(ExitCode.DAMAGED);
    assertThat(result.out() + result.err()).contains("truncated");
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "verify", "rebuild", "demo"})
  void aPoolThatSomebodyHasOpenIs4(String verb) {
    try (ProcessStore _ = ProcessStore.open(pool)) {
      Shell.Result result = Shell.run(verb, "--pool", pool);
      assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.IN_USE);
      assertOneSentence(result, "in use by process " + ProcessHandle.current().pid());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "verify", "rebuild"})
  void aFileThatIsNoPoolIs5(String verb) {
    Shell.Result result = Shell.run(verb, "--pool", folder.resolve("input.txt"));
    assertThat(result.exitCode()).isEqualTo(ExitCode.STOPPED);
    assertOneSentence(result, "DORMOUSE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "verify", "rebuild"})
  void aFileThatIsNotThereIs5(String verb) {
    Shell.Result result = Shell.run(verb, "--pool", folder.resolve("nowhere.pool"));
    assertThat(result.exitCode()).isEqualTo(ExitCode.STOPPED);
    assertOneSentence(result, "no such file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "frobnicate", "verify", "inspect --pool", "demo --kills -1", "demo --awake 1", "demo --pool-size 3",
        "demo --media floppy", "demo --seed x", "rebuild --pool p --json", "demo a b", "torture --kills -1", "torture --threads 0",
        "shrink --pool p", "shrink --pool p --to 3", "torture --components 7", "torture --media floppy", "torture --seed x"})
  void whatCannotBeMeantIs2(String line) {
    Shell.Result result = Shell.run((Object[]) (line.isEmpty() ? new String[0] : line.split(" ", -1)));
    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.USAGE);
    assertOneSentence(result, "--help");
  }

  @Test
  void aPoolWithoutAConcordanceIsNotRebuiltAndNothingIsOverwritten() throws IOException {
    Path empty = folder.resolve("empty.pool");
    ProcessStore.open(empty, StoreOptions.create(1 << 20)).close();
    Path kept = Files.writeString(folder.resolve("kept.txt"), "kept");
    Shell.Result result = Shell.run("rebuild", "--pool", empty, "--out", kept);
    assertThat(result.exitCode()).isEqualTo(ExitCode.STOPPED);
    assertOneSentence(result, "holds no concordance");
    assertThat(kept).hasContent("kept");
  }

  @Test
  void rebuildWritesTheFileToStandardOutput() {
    assertThat(Shell.run("rebuild", "--pool", pool).out()).isEqualTo("to be, or not to be");
  }

  @Test
  void inspectSaysWhatAComponentIs() {
    Shell.Result result = Shell.run("inspect", "--pool", pool, "--component", "word:be", "--json");
    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.get("program").getAsString()).isEqualTo(TokenProgram.class.getName());
    assertThat(json.get("regions").getAsJsonArray().get(0).getAsJsonObject().get("lengthBytes").getAsLong()).isEqualTo(64);
    assertThat(Shell.run("inspect", "--pool", pool, "--component", "reader").out()).contains("file input/input.txt");
    assertThat(Shell.run("inspect", "--pool", pool, "--component", "nobody").exitCode()).isEqualTo(ExitCode.STOPPED);
  }

  @Test
  void dataspacesAndWhatIsInThemAreShown() {
    Path shared = folder.resolve("shared.pool");
    try (ProcessStore store = ProcessStore.open(shared, StoreOptions.create(1 << 20))) {
      store.createDataspace("rom", 1000, view -> view.fill(0, 1000, (byte) 1));
      store.create("guest", spec -> spec.program(GuestProgram.class).share("boot", "rom").quota(5000)).invoke(ByteBuffer.allocate(0));
    }
    assertThat(Shell.run("inspect", "--pool", shared).out()).contains("rom: 1,000 bytes, crc32c 0x").contains("attached 2 times");
    assertThat(Shell.run("inspect", "--pool", shared, "--component", "guest").out())
        .contains("boot: 1,000 bytes of dataspace rom at address 0, READ")
        .contains("library: 65,536 addresses for 1 regions")
        .contains("library/code: 500 bytes of dataspace rom at address 4096, READ")
        .contains("quota       5,000 bytes");
    Shell.Result verified = Shell.run("verify", "--pool", shared, "--json");
    JsonObject usage = JsonParser.parseString(verified.out()).getAsJsonObject().get("usage").getAsJsonObject();
    long sum = usage.keySet().stream().mapToLong(key -> usage.get(key).getAsLong()).sum();
    assertThat(JsonParser.parseString(verified.out()).getAsJsonObject().get("ownedBytes").getAsLong()).isEqualTo(sum);
    assertThat(Shell.run("verify", "--pool", shared).out()).contains("1 dataspaces");
  }

  /** Attaches a window inside of a managed dataspace. */
  public static final class GuestProgram implements Program {
    @Override
    public void turn(Turn turn) {
      turn.regions()
          .attachManaged("library", 1 << 16, RegionMap.ANY_ADDRESS, RegionRights.READ)
          .attachShared("code", "rom", 4096, 500, 500);
    }
  }

  @Test
  void shrinkMakesAPoolShorterOrSaysWhyNot() throws IOException {
    Path grown = folder.resolve("grown.pool");
    try (ProcessStore store = ProcessStore.open(grown, StoreOptions.create(1 << 20).growTo(8 << 20))) {
      store.createDataspace("large", 3 << 20, view -> {});
      store.destroyDataspace("large");
    }
    assertThat(Shell.run("inspect", "--pool", grown).out()).contains("may grow to 8,388,608");
    Shell.Result longer = Shell.run("shrink", "--pool", grown, "--to", "8M");
    assertThat(longer.exitCode()).isEqualTo(ExitCode.STOPPED);
    assertOneSentence(longer, "cannot be made shorter");
    assertThat(keys("shrink", "--pool", grown, "--to", "1M", "--json")).containsExactly("pool", "sizeBytes", "exitCode");
    assertThat(grown).hasSize(1 << 20);
    assertThat(Shell.run("verify", "--pool", grown).exitCode()).isEqualTo(ExitCode.CLEAN);
  }

  @Test
  void jsonHasTheKeysOfTheDocuments() {
    assertThat(keys("inspect", "--pool", pool, "--json"))
        .containsExactly(
            "pool", "uuid", "format", "sizeBytes", "maxBytes", "durabilityClass", "state", "headerDamage", "openCount", "bootIdentity", "provenance",
            "lanes", "laneBytes", "lanesToRedo", "lanesToRollBack", "components", "dataspaces", "exitCode");
    assertThat(keys("inspect", "--pool", pool, "--component", "reader", "--json"))
        .containsExactly("pool", "name", "id", "program", "quarantined", "regions", "slots", "heldBytes", "quotaBytes", "outcomes", "exitCode");
    assertThat(keys("verify", "--pool", pool, "--json"))
        .containsExactly(
            "pool", "verdict", "uuid", "durabilityClass", "openCount", "provenance", "sizeBytes", "components", "dataspaces", "ownedBytes",
            "usage", "freeBytes",
            "lanesToRedo", "lanesToRollBack", "notes", "findings", "damage", "hit", "unharmedComponents", "whatToDo", "exitCode");
    assertThat(keys("rebuild", "--pool", pool, "--out", folder.resolve("out"), "--json"))
        .containsExactly("pool", "out", "media", "opening", "notes", "bytes", "tokens", "positions", "finished", "exitCode");
  }

  private static Iterable<String> keys(Object... arguments) {
    return JsonParser.parseString(Shell.run(arguments).out()).getAsJsonObject().keySet();
  }

  private static void assertOneSentence(Shell.Result result, String part) {
    assertThat(result.err()).startsWith("dormouse: ").contains(part);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.out()).isEmpty();
  }
}
