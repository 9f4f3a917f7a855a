package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.InUse;
import dev.dormouse.heap.MachineWentDown;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.PoolException;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repair of a pool in a file: what it keeps, what it puts back, what it exports, whom it refuses. */
final class RepairFileTest {
  @TempDir Path folder;
  private Path pool;
  private long record;

  @BeforeEach
  void makePool() {
    pool = folder.resolve("a.pool");
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(1 << 20))) {
      RepairStage.everything(store);
      record = store.component("many").id().recordOffset();
    }
  }

  private void overwrite(long offset, int value, int length) throws IOException {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    try (FileChannel file = FileChannel.open(pool, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(bytes), offset);
    }
  }

  private static RepairOptions options() {
    return RepairOptions.defaults();
  }

  @Test
  void whatWasChangedIsKeptBesideThePoolAndCanBePutBack() throws IOException {
    overwrite(record + 64, 0x33, 64);
    byte[] damaged = Files.readAllBytes(pool);
    for (int round = 1; round <= 2; round++) {
      RepairReport report = StoreRepair.repair(pool, options());
      assertThat(report.written()).isTrue();
      assertThat(report.kept()).isEqualTo(folder.resolve("a.pool.before-repair-" + round)).exists();
      assertThat(report.changedBytes()).isLessThan(Files.size(pool) / 4);
      assertThat(Files.readAllBytes(pool)).isNotEqualTo(damaged);
      StoreRepair.undo(pool, report.kept(), options());
      assertThat(Files.readAllBytes(pool)).isEqualTo(damaged);
    }
  }

  @Test
  void aCopyOfTheWholePoolCanBeKeptAndPutBack() throws IOException {
    overwrite(record + 64, 0x33, 64);
    byte[] damaged = Files.readAllBytes(pool);
    Path whole = folder.resolve("whole.copy");
    RepairReport report = StoreRepair.repair(pool, options().keepWhole(true).keep(whole));
    assertThat(report.kept()).isEqualTo(whole).hasBinaryContent(damaged);
    StoreRepair.undo(pool, whole, options());
    assertThat(Files.readAllBytes(pool)).isEqualTo(damaged);
  }

  @Test
  void nothingIsPutBackOverWhatWasCommittedSinceNorIntoAnotherPool() throws IOException {
    overwrite(record + 64, 0x33, 64);
    Path kept = StoreRepair.repair(pool, options()).kept();
    Path other = folder.resolve("b.pool");
    ProcessStore.open(other, StoreOptions.create(1 << 20)).close();
    assertThatThrownBy(() -> StoreRepair.undo(other, kept, options())).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("another pool");
    try (ProcessStore store = ProcessStore.open(pool)) {
      ask(store.component("small"), "put state 0 77");
    }
    byte[] since = Files.readAllBytes(pool);
    assertThatThrownBy(() -> StoreRepair.undo(pool, kept, options())).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("opened since");
    Files.writeString(folder.resolve("nothing"), "kept by nobody, and long enough to have a head of its own");
    assertThatThrownBy(() -> StoreRepair.undo(pool, folder.resolve("nothing"), options())).isInstanceOf(PoolException.class);
    byte[] torn = Files.readAllBytes(kept);
    torn[torn.length / 2] ^= 1;
    Files.write(folder.resolve("torn"), torn);
    assertThatThrownBy(() -> StoreRepair.undo(pool, folder.resolve("torn"), options())).isInstanceOf(Damaged.class);
    assertThat(Files.readAllBytes(pool)).isEqualTo(since);
  }

  @Test
  void whatIsKeptReplacesNoFile() throws IOException {
    overwrite(record + 64, 0x33, 64);
    byte[] damaged = Files.readAllBytes(pool);
    Path there = Files.writeString(folder.resolve("there"), "mine");
    assertThatThrownBy(() -> StoreRepair.repair(pool, options().keep(there))).isInstanceOf(MediaUnavailable.class);
    assertThat(there).hasContent("mine");
    assertThatThrownBy(() -> StoreRepair.repair(pool, options().keep(folder.resolve("no/folder")))).isInstanceOf(MediaUnavailable.class);
    assertThat(Files.readAllBytes(pool)).as("the pool is unharmed").isEqualTo(damaged);
  }

  @Test
  void aPoolInUseIsLeftAlone() {
    try (ProcessStore _ = ProcessStore.open(pool)) {
      assertThatThrownBy(() -> StoreRepair.repair(pool, options())).isInstanceOf(InUse.class);
    }
  }

  @Test
  void aPoolThatWasNotClosedHasItsLanesFinished() throws IOException {
    Path killed = folder.resolve("killed.pool");
    try (ProcessStore store = ProcessStore.open(pool)) {
      ask(store.component("small"), "put state 0 6");
      Files.copy(pool, killed);
    }
    RepairReport report = StoreRepair.repair(killed, options());
    assertThat(report.before().verdict()).isEqualTo(Verdict.NOT_CLOSED);
    assertThat(report.after().verdict()).isEqualTo(Verdict.CLEAN);
    try (ProcessStore store = ProcessStore.open(killed)) {
      assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.CLEAN);
      assertThat(ask(store.component("small"), "get state 0")).isEqualTo("6");
    }
  }

  @Test
  void aPoolThatWasOpenWhenTheMachineWentDownIsRefusedUnlessThatIsAccepted() throws IOException {
    Path killed = folder.resolve("killed.pool");
    try (ProcessStore _ = ProcessStore.open(pool)) {
      Files.copy(pool, killed);
    }
    RepairOptions later = options().bootIdentity(new BootIdentity(1, 2));
    byte[] before = Files.readAllBytes(killed);
    assertThatThrownBy(() -> StoreRepair.repair(killed, later)).isInstanceOf(MachineWentDown.class).hasMessageContaining("acceptMachineCrash");
    assertThat(Files.readAllBytes(killed)).isEqualTo(before);
    assertThat(StoreRepair.repair(killed, later.acceptMachineCrash(true)).after().verdict()).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void bothCopiesOfTheHeaderAreNeverGuessed() throws IOException {
    overwrite(100, 1, 1);
    RepairReport one = StoreRepair.repair(pool, options());
    assertThat(one.changes()).extracting(RepairReport.Change::sentence).contains("the header: both copies are written anew");
    assertThat(one.after().verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(one.after().notes()).isEmpty();
    overwrite(100, 2, 1);
    overwrite(4096 + 100, 2, 1);
    byte[] before = Files.readAllBytes(pool);
    assertThatThrownBy(() -> StoreRepair.repair(pool, options())).isInstanceOf(Damaged.class).hasMessageContaining("backup");
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
  }

  @Test
  void whatAQuarantinedComponentHoldsIsExported() throws IOException {
    // The table behind the record: its regions but the first are not to be found by it any more.
    long table;
    try (ProcessStore store = ProcessStore.open(pool)) {
      table = store.engine().media().getLong(record + ComponentLayout.TABLE_OFFSET);
    }
    overwrite(table + 8, 0x77, 24);
    Path out = folder.resolve("out");
    RepairReport report = StoreRepair.repair(pool, options().export(out));
    assertThat(report.exported()).hasSize(1);
    Path exported = report.exported().getFirst();
    assertThat(exported.resolve("component.json")).content().contains("\"name\": \"many\"").contains("\"file\": \"region-0.bin\"").contains("extent-");
    byte[] state = Files.readAllBytes(exported.resolve("region-0.bin"));
    assertThat(state).hasSize(256);
    assertThat(state[8]).isEqualTo((byte) 6);
    assertThat(Files.readAllBytes(exported.resolve("record-as-found.bin"))).hasSize(ComponentLayout.BYTES);
    try (var files = Files.list(exported)) {
      List<Path> extents = files.filter(file -> file.getFileName().toString().startsWith("extent-")).toList();
      assertThat(extents).as("record, annex, table, two further regions").hasSize(5);
    }
    // Exporting needs no repair: again, from the repaired pool.
    RepairReport again = StoreRepair.repair(pool, options().export(folder.resolve("again")));
    assertThat(again.written()).isFalse();
    assertThat(again.exported()).hasSize(1);
  }
}
