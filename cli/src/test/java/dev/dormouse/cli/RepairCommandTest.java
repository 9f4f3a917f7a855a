package dev.dormouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dormouse.component.Component;
import dev.dormouse.component.ComponentId;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.Program;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.Turn;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.PoolRepair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit codes, sentences and keys of the verb that repairs. */
final class RepairCommandTest {
  @TempDir private Path folder;
  private Path pool;
  private ComponentId victim;

  /** Adds one to its state, and says what it is. */
  public static final class CounterProgram implements Program {
    @Override
    public void turn(Turn turn) {
      long count = turn.region("state").getLong(0) + 1;
      turn.region("state").putLong(0, count);
      turn.reply(count);
    }
  }

  @BeforeEach
  void makePool() {
    pool = folder.resolve("a.pool");
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(1 << 20))) {
      store.createDataspace("book", 300, view -> {});
      Component made = store.create("victim", spec -> spec.program(CounterProgram.class).region("state", 64).share("text", "book"));
      made.invoke(ByteBuffer.allocate(0));
      victim = made.id();
      store.create("other", spec -> spec.program(CounterProgram.class).region("state", 64)).invoke(ByteBuffer.allocate(0));
    }
  }

  private void overwrite(long offset, int value, int length) throws IOException {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    try (FileChannel file = FileChannel.open(pool, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(bytes), offset);
    }
  }

  /** So that nothing of its record is believed. */
  private void damageVictim() throws IOException {
    overwrite(victim.recordOffset() + 64, 0x33, 64);
  }

  private Path kept(int number) {
    return folder.resolve("a.pool.before-repair-" + number);
  }

  private static JsonObject json(Shell.Result result) {
    return JsonParser.parseString(result.out()).getAsJsonObject();
  }

  private static void requireRefused(Shell.Result result, int exitCode, String part) {
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(exitCode);
    assertThat(result.err()).startsWith("dormouse: ").contains(part);
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void aPoolThatIsSoundIs0AndIsNotChanged() throws IOException {
    byte[] before = Files.readAllBytes(pool);
    Shell.Result result = Shell.run("repair", "--pool", pool);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.CLEAN);
    assertThat(result.out()).contains("nothing to repair; nothing was changed").contains("now clean");
    assertThat(result.err()).isEmpty();
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
    assertThat(kept(1)).doesNotExist();
  }

  @Test
  void whatCanBeMendedIs0() throws IOException {
    overwrite(100, 1, 1);
    Shell.Result result = Shell.run("repair", "--pool", pool, "--json");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(ExitCode.CLEAN);
    JsonObject json = json(result);
    assertThat(json.keySet())
        .containsExactly(
            "pool", "before", "verdict", "written", "changes", "changedBytes", "kept", "destroyed", "keptAfterDestroying", "exported", "findings",
            "damage", "unharmedComponents", "whatToDo", "exitCode");
    assertThat(json.get("verdict").getAsString()).isEqualTo("CLEAN");
    assertThat(json.get("written").getAsBoolean()).isTrue();
    assertThat(json.get("kept").getAsString()).isEqualTo(kept(1).toString());
    assertThat(json.get("changedBytes").getAsLong()).isPositive().isEqualTo(json.get("changedBytes").getAsLong() / 4096 * 4096);
    assertThat(json.getAsJsonArray("changes").get(0).getAsJsonObject().keySet()).containsExactly("place", "sentence");
    assertThat(json.get("keptAfterDestroying").isJsonNull()).isTrue();
    assertThat(json.get("exitCode").getAsInt()).isEqualTo(ExitCode.CLEAN);
  }

  @Test
  void aDryRunSaysWhatWouldBeDoneAndDoesNothing() throws IOException {
    damageVictim();
    byte[] before = Files.readAllBytes(pool);
    Shell.Result result = Shell.run("repair", "--pool", pool, "--dry-run");
    assertThat(result.exitCode()).isEqualTo(ExitCode.DAMAGED);
    assertThat(result.out()).contains("none of them made").contains("then there is left: DAMAGED");
    assertThat(json(Shell.run("repair", "--pool", pool, "--dry-run", "--json")).get("written").getAsBoolean()).isFalse();
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
    assertThat(kept(1)).doesNotExist();
  }

  @Test
  void whatIsLeftIs3AndUndoPutsItBack() throws IOException {
    damageVictim();
    byte[] before = Files.readAllBytes(pool);
    Shell.Result result = Shell.run("repair", "--pool", pool);
    assertThat(result.exitCode()).isEqualTo(ExitCode.DAMAGED);
    assertThat(result.out()).contains("what was there before is in " + kept(1) + "; --undo puts it back").contains("hit: component victim");
    Shell.Result undone = Shell.run("repair", "--pool", pool, "--undo", kept(1));
    assertThat(undone.exitCode()).isEqualTo(ExitCode.DAMAGED);
    assertThat(undone.out()).contains("put back what " + kept(1) + " kept");
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
    Shell.run("repair", "--pool", pool);
    JsonObject json = json(Shell.run("repair", "--pool", pool, "--undo", kept(2), "--json"));
    assertThat(json.keySet()).containsExactly("pool", "undone", "verdict", "exitCode");
    assertThat(json.get("undone").getAsString()).isEqualTo(kept(2).toString());
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
  }

  @Test
  void whatCannotBePutBackIs5() throws IOException {
    damageVictim();
    Shell.run("repair", "--pool", pool);
    ProcessStore.open(pool).close();
    byte[] since = Files.readAllBytes(pool);
    requireRefused(Shell.run("repair", "--pool", pool, "--undo", kept(1)), ExitCode.STOPPED, "opened since");
    requireRefused(Shell.run("repair", "--pool", pool, "--undo", pool), ExitCode.STOPPED, "the pool itself");
    requireRefused(Shell.run("repair", "--pool", pool, "--undo", folder.resolve("nowhere")), ExitCode.STOPPED, "no such file");
    assertThat(Files.readAllBytes(pool)).isEqualTo(since);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--dry-run --undo f", "--undo f --keep g", "--undo f --export d", "--undo f --keep-whole", "--undo f --destroy-quarantined x", "--media floppy"})
  void whatCannotBeMeantIs2(String more) {
    Object[] line = ("repair --pool p " + more).split(" ");
    requireRefused(Shell.run(line), ExitCode.USAGE, "--help");
  }

  @Test
  void aPoolInUseIs4AndOneThatIsNotThereIs5() {
    try (ProcessStore _ = ProcessStore.open(pool)) {
      requireRefused(Shell.run("repair", "--pool", pool), ExitCode.IN_USE, "in use by process " + ProcessHandle.current().pid());
    }
    requireRefused(Shell.run("repair", "--pool", folder.resolve("nowhere.pool")), ExitCode.STOPPED, "no such file");
  }

  @Test
  void aPoolWithoutAHeaderIs3() throws IOException {
    overwrite(100, 1, 1);
    overwrite(4096 + 100, 1, 1);
    requireRefused(Shell.run("repair", "--pool", pool), ExitCode.DAMAGED, "backup");
  }

  @Test
  void aPoolThatWasCopiedWhileItWasOpenIsRepairedWhereThatIsAccepted() throws IOException {
    Path copy = folder.resolve("copy.pool");
    try (ProcessStore _ = ProcessStore.open(pool)) {
      Files.copy(pool, copy);
    }
    byte[] before = Files.readAllBytes(copy);
    requireRefused(Shell.run("repair", "--pool", copy), ExitCode.STOPPED, "copied while it was open");
    assertThat(Shell.run("repair", "--pool", copy, "--dry-run").exitCode()).isEqualTo(ExitCode.CLEAN);
    assertThat(Files.readAllBytes(copy)).isEqualTo(before);
    Shell.Result accepted = Shell.run("repair", "--pool", copy, "--accept-machine-crash", "--json");
    assertThat(accepted.exitCode()).as(accepted.err()).isEqualTo(ExitCode.CLEAN);
    assertThat(json(accepted).get("before").getAsString()).isEqualTo("MACHINE_WENT_DOWN");
    ProcessStore.open(copy).close();
  }

  @Test
  void aQuarantinedComponentIsExportedAndDestroyed() throws IOException {
    damageVictim();
    Path out = folder.resolve("out");
    Path before = folder.resolve("before");
    Shell.Result result = Shell.run("repair", "--pool", pool, "--keep", before, "--export", out, "--destroy-quarantined", victim.toString());
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(ExitCode.CLEAN);
    assertThat(result.out())
        .contains("what was there before is in " + before + "\n")
        .contains("exported to " + out.resolve(Long.toHexString(victim.birth())))
        .contains("destroyed " + victim)
        .contains("what was there before is in " + kept(1) + "; --undo")
        .contains("now clean");
    assertThat(out.resolve(Long.toHexString(victim.birth())).resolve("component.json")).exists();
    assertThat(Shell.run("verify", "--pool", pool).exitCode()).isEqualTo(ExitCode.CLEAN);
    requireRefused(Shell.run("repair", "--pool", pool, "--undo", before), ExitCode.STOPPED, "opened since");
    try (ProcessStore store = ProcessStore.open(pool)) {
      assertThat(store.find("victim")).isEmpty();
      assertThat(store.component("other").info().quarantined()).isFalse();
      // Nobody shows it any more.
      store.destroyDataspace("book");
    }
  }

  @Test
  void jsonTellsWhoWasDestroyedAndWhereTheSecondRepairKeepsWhatItChanged() throws IOException {
    damageVictim();
    Shell.Result result = Shell.run("repair", "--pool", pool, "--destroy-quarantined", "victim", "--json");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(ExitCode.CLEAN);
    JsonObject json = json(result);
    assertThat(json.get("before").getAsString()).isEqualTo("DAMAGED");
    assertThat(json.get("verdict").getAsString()).isEqualTo("CLEAN");
    assertThat(json.getAsJsonArray("destroyed")).hasSize(1).first().extracting(name -> name.getAsString()).isEqualTo("victim");
    assertThat(json.get("kept").getAsString()).isEqualTo(kept(1).toString());
    assertThat(json.get("keptAfterDestroying").getAsString()).isEqualTo(kept(2).toString());
  }

  @Test
  void whoIsNotQuarantinedIsNotDestroyedNorIsAnybodyThen() throws IOException {
    damageVictim();
    Shell.Result result = Shell.run("repair", "--pool", pool, "--destroy-quarantined", "victim", "--destroy-quarantined", "other");
    requireRefused(result, ExitCode.STOPPED, "component other is not quarantined");
    assertThat(result.out()).as("what was done until then").contains("what was there before is in " + kept(1));
    requireRefused(Shell.run("repair", "--pool", pool, "--destroy-quarantined", "nobody"), ExitCode.STOPPED, "there is no component nobody");
    try (ProcessStore store = ProcessStore.open(pool)) {
      assertThat(store.find("victim")).isPresent();
      assertThat(store.find("other")).isPresent();
    }
  }

  @Test
  void aRepairThatWasCutShortIsGoneOnWithAndNamesWhatWasKept() throws IOException {
    damageVictim();
    byte[] damaged = Files.readAllBytes(pool);
    Shell.run("repair", "--pool", pool);
    Shell.run("repair", "--pool", pool, "--undo", kept(1));
    try (PoolRepair opened = PoolRepair.open(pool, FileMedium.MAPPED)) {
      PoolRepair.begin(opened.media(), opened.header());
    }
    requireRefused(Shell.run("rebuild", "--pool", pool), ExitCode.DAMAGED, "cut short");
    Shell.Result result = Shell.run("repair", "--pool", pool);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DAMAGED);
    assertThat(result.out()).contains("what was there before is in " + kept(1));
    Shell.run("repair", "--pool", pool, "--undo", kept(1));
    assertThat(Files.readAllBytes(pool)).isEqualTo(damaged);
  }
}
