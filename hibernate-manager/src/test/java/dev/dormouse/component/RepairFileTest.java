package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.InUse;
import dev.dormouse.heap.MachineWentDown;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolException;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.PoolRepair;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
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
  void whatWasPutBackIsNotPutBackAgainOverALaterCommit() throws IOException {
    overwrite(record + 64, 0x33, 64);
    Path kept = StoreRepair.repair(pool, options()).kept();
    StoreRepair.undo(pool, kept, options());
    addNewcomers(1);
    requireRefusedUndo(kept, "opened since");
    assertNewcomers(1);
  }

  @Test
  void whatWasKeptBeforeARepairThatNeverBeganIsNotPutBackOverALaterCommit() throws IOException {
    overwrite(record + 64, 0x33, 64);
    crashBeforeItIsWritten();
    Path kept = folder.resolve("a.pool.before-repair-1");
    byte[] untouched = Files.readAllBytes(pool);
    StoreRepair.undo(pool, kept, options());
    assertThat(Files.readAllBytes(pool)).isEqualTo(untouched);
    addNewcomers(20);
    requireRefusedUndo(kept, "opened since");
    assertNewcomers(20);
  }

  @Test
  void aWholeCopyIsNotPutBackOverALaterCommitEither() throws IOException {
    overwrite(record + 64, 0x33, 64);
    Path kept = StoreRepair.repair(pool, options().keepWhole(true)).kept();
    addNewcomers(1);
    requireRefusedUndo(kept, "opened since");
    assertNewcomers(1);
  }

  @Test
  void whatAnEarlierRepairKeptIsNotPutBackOverALaterOne() throws IOException {
    overwrite(record + 64, 0x33, 64);
    Path first = StoreRepair.repair(pool, options()).kept();
    long other = recordOf("long");
    overwrite(other + 64, 0x33, 64);
    byte[] between = Files.readAllBytes(pool);
    crashBehindItsBeginning();
    requireRefusedUndo(first, "repaired again");
    Path second = folder.resolve("a.pool.before-repair-2");
    StoreRepair.undo(pool, second, options());
    assertThat(Files.readAllBytes(pool)).isEqualTo(between);
    StoreRepair.repair(pool, options());
    requireRefusedUndo(first, "repaired again");
  }

  @Test
  void anUndoThatWasCutShortIsGoneOnWith() throws IOException {
    overwrite(record + 64, 0x33, 64);
    byte[] damaged = Files.readAllBytes(pool);
    Path kept = StoreRepair.repair(pool, options()).kept();
    try (PoolRepair opened = PoolRepair.open(pool, FileMedium.MAPPED)) {
      PoolRepair.beginUndo(opened.media(), opened.header());
    }
    assertThatThrownBy(() -> ProcessStore.open(pool)).isInstanceOf(Damaged.class).hasMessageContaining("--undo");
    assertThatThrownBy(() -> StoreRepair.repair(pool, options())).isInstanceOf(Damaged.class).hasMessageContaining("--undo");
    StoreRepair.undo(pool, kept, options());
    assertThat(Files.readAllBytes(pool)).isEqualTo(damaged);
  }

  @Test
  void whatAPoolThatBecameShorterWasIsNotPutBack() throws IOException {
    Path large = folder.resolve("large.pool");
    ProcessStore.open(large, StoreOptions.create(4 << 20)).close();
    try (FileChannel file = FileChannel.open(large, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {1}), 100);
    }
    Path kept = StoreRepair.repair(large, options()).kept();
    Pool.shrink(large, FileMedium.MAPPED, 1 << 20, BootIdentity.ofThisMachine());
    byte[] shorter = Files.readAllBytes(large);
    assertThatThrownBy(() -> StoreRepair.undo(large, kept, options())).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("made shorter");
    assertThat(Files.readAllBytes(large)).isEqualTo(shorter);
  }

  @Test
  void aPoolIsNotPutBackOverItself() throws IOException {
    byte[] before = Files.readAllBytes(pool);
    requireRefusedUndo(pool, "the pool itself");
    requireRefusedUndo(Files.createSymbolicLink(folder.resolve("link"), pool), "the pool itself");
    assertThatThrownBy(() -> StoreRepair.undo(pool, folder.resolve("nowhere"), options())).isInstanceOf(MediaUnavailable.class).hasMessageContaining("no such file");
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
    ProcessStore.open(pool).close();
  }

  private long recordOf(String name) {
    try (PoolReader reader = FileMedium.MAPPED.reader(pool)) {
      ProcessStore store = ProcessStore.open(new CrashMedia(reader), StoreOptions.existing());
      return store.component(name).id().recordOffset();
    }
  }

  private void addNewcomers(int count) {
    try (ProcessStore store = ProcessStore.open(pool)) {
      for (int i = 0; i < count; i++) {
        store.create("newcomer " + i, spec -> spec.program(ScriptProgram.class).region("state", 5000));
        ask(store.component("newcomer " + i), "put state 0 77");
      }
    }
  }

  private void assertNewcomers(int count) {
    try (ProcessStore store = ProcessStore.open(pool)) {
      for (int i = 0; i < count; i++) {
        assertThat(ask(store.component("newcomer " + i), "get state 0")).isEqualTo("77");
      }
    }
  }

  private void requireRefusedUndo(Path kept, String why) throws IOException {
    byte[] before = Files.readAllBytes(pool);
    assertThatThrownBy(() -> StoreRepair.undo(pool, kept, options())).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
    assertThat(Files.readAllBytes(pool)).as("nothing is put back").isEqualTo(before);
  }

  /** Behind step (g). */
  private void crashBeforeItIsWritten() {
    RepairOptions cut =
        options()
            .progress(
                phase -> {
                  if (phase.equals("writing")) {
                    throw new IllegalStateException("cut short");
                  }
                });
    assertThatThrownBy(() -> StoreRepair.repair(pool, cut)).hasMessage("cut short");
  }

  /** Behind step (h). */
  private void crashBehindItsBeginning() {
    crashBeforeItIsWritten();
    try (PoolRepair opened = PoolRepair.open(pool, FileMedium.MAPPED)) {
      PoolRepair.begin(opened.media(), opened.header());
    }
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

  /** Leaves the pool as a process that was killed does, in the file in which it worked. */
  private void kill() throws IOException {
    byte[] whileOpen;
    try (ProcessStore store = ProcessStore.open(pool)) {
      ask(store.component("small"), "put state 0 6");
      whileOpen = Files.readAllBytes(pool);
    }
    KilledPools.leave(pool, whileOpen);
  }

  @Test
  void aPoolThatWasNotClosedHasItsLanesFinished() throws IOException {
    kill();
    RepairReport report = StoreRepair.repair(pool, options());
    assertThat(report.before().verdict()).isEqualTo(Verdict.NOT_CLOSED);
    assertThat(report.after().verdict()).isEqualTo(Verdict.CLEAN);
    try (ProcessStore store = ProcessStore.open(pool)) {
      assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.CLEAN);
      assertThat(ask(store.component("small"), "get state 0")).isEqualTo("6");
    }
  }

  @Test
  void aPoolThatWasCopiedWhileItWasOpenIsRefusedUnlessThatIsAccepted() throws IOException {
    Path copy = folder.resolve("copy.pool");
    try (ProcessStore store = ProcessStore.open(pool)) {
      ask(store.component("small"), "put state 0 6");
      Files.copy(pool, copy);
    }
    byte[] before = Files.readAllBytes(copy);
    assertThatThrownBy(() -> StoreRepair.repair(copy, options()))
        .isInstanceOf(MachineWentDown.class)
        .hasMessageContaining("copied while it was open")
        .hasMessageContaining("acceptMachineCrash");
    assertThat(Files.readAllBytes(copy)).isEqualTo(before);
    assertThat(StoreVerifier.verify(copy).verdict()).isEqualTo(Verdict.MACHINE_WENT_DOWN);
    RepairReport dry = StoreRepair.repair(copy, options().dryRun(true));
    assertThat(dry.before().verdict()).isEqualTo(Verdict.MACHINE_WENT_DOWN);
    assertThat(dry.written()).isFalse();
    RepairReport accepted = StoreRepair.repair(copy, options().acceptMachineCrash(true));
    assertThat(accepted.before().verdict()).isEqualTo(Verdict.MACHINE_WENT_DOWN);
    assertThat(accepted.after().verdict()).isEqualTo(Verdict.CLEAN);
    ProcessStore.open(copy).close();
  }

  @Test
  void aPoolThatWasOpenWhenTheMachineWentDownIsRefusedUnlessThatIsAccepted() throws IOException {
    kill();
    RepairOptions later = options().bootIdentity(new BootIdentity(1, 2));
    byte[] before = Files.readAllBytes(pool);
    assertThatThrownBy(() -> StoreRepair.repair(pool, later)).isInstanceOf(MachineWentDown.class).hasMessageContaining("acceptMachineCrash");
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
    assertThat(StoreRepair.repair(pool, later.acceptMachineCrash(true)).after().verdict()).isEqualTo(Verdict.CLEAN);
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
    // Nothing of an earlier export is replaced.
    Files.writeString(exported.resolve("region-0.bin"), "mine now");
    assertThatThrownBy(() -> StoreRepair.repair(pool, options().export(out))).isInstanceOf(MediaUnavailable.class).hasMessageContaining("is there already");
    assertThat(exported.resolve("region-0.bin")).hasContent("mine now");
  }

  @Test
  void moreComponentsAreExportedThanAReportNames() throws IOException {
    Path large = folder.resolve("large.pool");
    int count = 1010;
    TreeSet<Long> records = new TreeSet<>();
    try (ProcessStore store = ProcessStore.open(large, StoreOptions.create(16 << 20))) {
      for (int i = 0; i <= count; i++) {
        store.create("c" + i, spec -> spec.program(ScriptProgram.class).region("state", 64));
        records.add(store.component("c" + i).id().recordOffset());
      }
    }
    long spared = records.removeFirst();
    try (FileChannel file = FileChannel.open(large, StandardOpenOption.WRITE)) {
      for (long each : records) {
        file.write(ByteBuffer.wrap(new byte[64]), each + 64);
      }
    }
    RepairReport report = StoreRepair.repair(large, options().export(folder.resolve("out")));
    assertThat(report.exported()).hasSize(count).allMatch(each -> Files.exists(each.resolve("component.json")));
    try (ProcessStore store = ProcessStore.open(large)) {
      int[] quarantined = new int[1];
      store.forEach(
          component -> {
            assertThat(component.isQuarantined()).isEqualTo(component.id().recordOffset() != spared);
            assertThat(component.info().quarantined()).isEqualTo(component.isQuarantined());
            quarantined[0] += component.isQuarantined() ? 1 : 0;
          });
      assertThat(quarantined[0]).isEqualTo(count);
    }
  }

  @Test
  void aComponentWhoseRecordWasEmptiedSaysThatItIsQuarantinedAndIsDestroyed() throws IOException {
    overwrite(record + 64, 0x5a, 64);
    RepairReport report = StoreRepair.repair(pool, options());
    assertThat(report.after().hit()).containsExactly("component many");
    try (ProcessStore store = ProcessStore.open(pool)) {
      Component component = store.component("many");
      assertThat(component.isQuarantined()).isTrue();
      assertThat(component.info().program()).isEmpty();
      assertThat(component.info().quarantined()).isTrue();
      assertThat(store.component("small").isQuarantined()).isFalse();
      assertThat(store.component("small").info().program()).isEqualTo(ScriptProgram.class.getName());
      component.destroy();
    }
    StoreRepair.repair(pool, options());
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void aRepairThatIsGoneOnWithNamesWhatTheFirstAttemptKept() throws IOException {
    overwrite(record + 64, 0x33, 64);
    // An attempt that never began, and keeps what the pool was before more of it was damaged.
    crashBeforeItIsWritten();
    overwrite(recordOf("long") + 64, 0x44, 64);
    byte[] damaged = Files.readAllBytes(pool);
    List<String> hit = StoreRepair.repair(pool, options().dryRun(true)).after().hit();
    crashBehindItsBeginning();
    RepairReport report = StoreRepair.repair(pool, options());
    assertThat(report.written()).isTrue();
    assertThat(report.kept()).isEqualTo(folder.resolve("a.pool.before-repair-2"));
    assertThat(report.after().hit()).isEqualTo(hit);
    assertThat(StoreVerifier.verify(pool).hit()).as("what the report says is so").isEqualTo(hit);
    StoreRepair.undo(pool, report.kept(), options());
    assertThat(Files.readAllBytes(pool)).isEqualTo(damaged);
  }

  @Test
  void nothingIsLeftOfWhatCouldNotBeKept() {
    Path file = folder.resolve("kept");
    RepairKeep.Kept pages = new RepairKeep.Kept(new UUID(1, 2), 3, new TreeMap<>(Map.of(0L, new byte[4096])));
    // The file is made, and then nothing can be written to it, as on a disk that is full.
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> new KeptFile(pool, file, false).keep(pages)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("not changed");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file).doesNotExist();
    assertThat(folder.resolve("kept.creating")).doesNotExist();
    assertThat(new KeptFile(pool, file, false).keep(pages)).isEqualTo(file).exists();
  }
}
