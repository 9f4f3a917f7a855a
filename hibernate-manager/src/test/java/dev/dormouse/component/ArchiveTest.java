package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.Anchor;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.InUse;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.NoSuchPoint;
import dev.dormouse.heap.PoolArchive;
import dev.dormouse.heap.RestorePoint;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was committed can be restored to any point of its archive, across lives of the pool, and nothing else is said to be. */
@Timeout(120)
final class ArchiveTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;
  private Path pool;
  private Path archive;
  private JournalOptions journal;

  @BeforeEach
  void name() {
    pool = folder.resolve("a.pool");
    archive = folder.resolve("archive");
    // Without a thread: rounds come where they are asked for.
    journal = new JournalOptions(MIB, 128 << 10, 64 * MIB, false).withArchive(archive);
  }

  private ProcessStore create(long most) {
    return create(most, journal);
  }

  private ProcessStore create(long most, JournalOptions with) {
    return ProcessStore.open(pool, StoreOptions.create(MIB).growTo(most).medium(FileMedium.JOURNALED).journal(with));
  }

  private ProcessStore open() {
    return ProcessStore.open(pool, StoreOptions.existing().medium(FileMedium.JOURNALED).journal(journal));
  }

  private static void kill(ProcessStore store) {
    store.engine().pool().abandon();
  }

  private static Component counter(ProcessStore store, String name) {
    return store.create(name, spec -> spec.program(ScriptProgram.class).region("state", 4096));
  }

  private static void add(ProcessStore store, long what) {
    ask(store.component("cart"), "add state 0 " + what);
  }

  private long restored(RestorePoint point) {
    Path target = folder.resolve("restored-" + System.nanoTime() + ".pool");
    ProcessStore.restore(archive, point, target, bytes -> {});
    try (ProcessStore store = ProcessStore.open(target)) {
      assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.CLEAN);
      return Long.parseLong(ask(store.component("cart"), "get state 0"));
    }
  }

  @Test
  void aPoolIsRestoredToAPointThatWasNamed() {
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      add(store, 1);
      Path older = folder.resolve("older.pool");
      // region archive
      store.archiveBase(bytes -> {});
      ask(store.component("cart"), "add state 0 10");
      RestorePoint before = store.mark("before the upgrade");
      ask(store.component("cart"), "add state 0 100");
      RestoreReport report = ProcessStore.restore(archive, before, older, bytes -> {});
      // endregion
      assertThat(report.point()).isEqualTo(before);
      assertThat(report.base().compareTo(before)).isNegative();
      assertThat(report.uuid()).isNotEqualTo(store.opening().uuid());
      try (ProcessStore copy = ProcessStore.open(older)) {
        assertThat(ask(copy.component("cart"), "get state 0")).isEqualTo("11");
        assertThat(copy.opening().openCount()).isGreaterThan(store.opening().openCount());
      }
      RestorePoint after = store.mark("after");
      assertThat(restored(after)).isEqualTo(111);
      assertThat(restored(null)).isEqualTo(111);
      assertThat(restored(before)).isEqualTo(11);
      assertThat(PoolArchive.in(archive).named("before the upgrade")).contains(before);
      assertThat(PoolArchive.in(archive).at(Instant.now().plusSeconds(1)).orElseThrow()).usingComparator(RestorePoint::compareTo).isEqualTo(after);
      assertThat(PoolArchive.in(archive).at(Instant.EPOCH)).isEmpty();
    }
    try (ProcessStore copy = ProcessStore.open(folder.resolve("older.pool"), StoreOptions.existing().medium(FileMedium.JOURNALED))) {
      assertThat(ask(copy.component("cart"), "get state 0")).isEqualTo("11");
    }
  }

  @Test
  void livesGoOnFromOneAnother() {
    List<RestorePoint> points = new ArrayList<>();
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      points.add(store.archiveBase(bytes -> {}));
      add(store, 1);
      points.add(store.mark("one"));
    }
    try (ProcessStore store = open()) {
      assertThat(store.opening().notes()).noneMatch(note -> note.contains("archive"));
      add(store, 1);
    }
    ProcessStore killed = open();
    points.add(killed.mark("two"));
    add(killed, 1);
    kill(killed);
    try (ProcessStore store = open()) {
      points.add(store.mark("three"));
      add(store, 1);
    }
    open().close();
    try (ProcessStore store = open()) {
      points.add(store.mark("four"));
      for (int i = 0; i < points.size(); i++) {
        assertThat(restored(points.get(i))).isEqualTo(i);
      }
    }
    assertThat(restored(null)).isEqualTo(4);
  }

  @Test
  void aPoolThatWasUsedWithoutItsArchiveNeedsANewBase() {
    RestorePoint before;
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      store.archiveBase(bytes -> {});
      add(store, 1);
      before = store.mark("before");
    }
    try (ProcessStore store = ProcessStore.open(pool)) {
      add(store, 1);
    }
    try (ProcessStore store = open()) {
      assertThat(store.opening().notes()).anyMatch(note -> note.contains("no base yet"));
      assertThatThrownBy(() -> store.mark("behind the gap")).isInstanceOf(MediaUnavailable.class).hasMessageContaining("make one first");
      RestorePoint unreachable = new RestorePoint(before.life() + 1, 64, Instant.EPOCH, "");
      assertThatThrownBy(() -> restored(unreachable)).isInstanceOf(NoSuchPoint.class).hasMessageContaining(unreachable.text());
      assertThat(PoolArchive.in(archive).points()).contains(before).allMatch(point -> point.life() == before.life());
      assertThat(restored(null)).isEqualTo(1);
      store.archiveBase(bytes -> {});
      assertThat(restored(null)).isEqualTo(2);
      assertThat(restored(before)).isEqualTo(1);
    }
  }

  @Test
  void anOlderCopyOfThePoolDoesNotGoOn() throws IOException {
    Path copy = folder.resolve("copy");
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      store.archiveBase(bytes -> {});
      add(store, 1);
    }
    Files.copy(pool, copy);
    try (ProcessStore store = open()) {
      add(store, 1);
    }
    Files.delete(pool);
    Files.move(copy, pool);
    try (ProcessStore store = open()) {
      assertThat(store.opening().notes()).anyMatch(note -> note.contains("no base yet"));
      add(store, 5);
    }
    assertThat(restored(null)).isEqualTo(2);
    RestoreReport report = ProcessStore.restore(archive, null, folder.resolve("last"), bytes -> {});
    assertThat(report.livesBehind()).isEqualTo(1);
  }

  @Test
  void withoutABaseNoMarkIsMadeInALaterLifeEither() {
    create(MIB).close();
    try (ProcessStore store = open()) {
      assertThat(store.opening().notes()).anyMatch(note -> note.contains("no base yet"));
      assertThatThrownBy(() -> store.mark("nothing")).isInstanceOf(MediaUnavailable.class).hasMessageContaining("make one first");
    }
  }

  @Test
  void aPartThatIsMissingIsNotPassedOver() throws IOException {
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      counter(store, "other");
      store.archiveBase(bytes -> {});
    }
    ProcessStore killed = open();
    add(killed, 1);
    killed.mark("one");
    ask(killed.component("other"), "add state 0 1");
    kill(killed);
    open().close();
    assertThat(restored(null)).isEqualTo(1);
    // The rest of that life is in its second segment.
    assertThat(archive.resolve("000002-000002.redo")).exists();
    Files.delete(archive.resolve("000002-000001.redo"));
    assertThat(PoolArchive.in(archive).points()).allMatch(point -> point.life() == 1);
    assertThatThrownBy(() -> restored(new RestorePoint(3, 64, Instant.EPOCH, ""))).isInstanceOf(NoSuchPoint.class);
  }

  @Test
  void aBaseThatCannotBeMadeLeavesNothing() throws IOException {
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      assertThatThrownBy(
              () ->
                  store.archiveBase(
                      bytes -> {
                        throw new IllegalStateException("enough");
                      }))
          .isInstanceOf(IllegalStateException.class);
      try (DirectoryStream<Path> bases = Files.newDirectoryStream(archive, "*.base")) {
        assertThat(bases).isEmpty();
      }
      Files.createFile(archive.resolve("000001-000007.base"));
      store.archiveBase(bytes -> {});
      try (DirectoryStream<Path> bases = Files.newDirectoryStream(archive, "*.base")) {
        assertThat(bases).containsExactly(archive.resolve("000001-000001.base"));
      }
    }
  }

  @Test
  void aLongLifeHasSeveralSegmentsOfWhichTheFirstAreForgotten() {
    try (ProcessStore store = create(MIB * 4)) {
      counter(store, "cart");
      Component large = store.create("large", spec -> spec.program(ScriptProgram.class).region("state", 256 << 10));
      RestorePoint first = store.archiveBase(bytes -> {});
      // More than a segment takes.
      for (int i = 0; i < 280; i++) {
        ask(large, "fill state " + i % 100);
      }
      add(store, 1);
      RestorePoint second = store.mark("second");
      assertThat(archive.resolve("000001-000002.redo")).exists();
      assertThat(restored(second)).isEqualTo(1);
      store.archiveBase(bytes -> {});
      add(store, 1);
      RestorePoint third = store.mark("third");
      assertThat(PoolArchive.in(archive).forgetBefore(third)).isGreaterThan(64 * MIB);
      assertThat(archive.resolve("000001-000001.redo")).doesNotExist();
      assertThat(restored(third)).isEqualTo(2);
      assertThatThrownBy(() -> restored(first)).isInstanceOf(NoSuchPoint.class);
      add(store, 1);
    }
    try (ProcessStore store = open()) {
      store.mark("fourth");
    }
    assertThat(restored(null)).isEqualTo(3);
  }

  @Test
  void nothingIsForgottenForABaseThatIsNotSound() throws IOException {
    RestorePoint point;
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      store.archiveBase(bytes -> {});
      add(store, 1);
      store.archiveBase(bytes -> {});
      point = store.mark("point");
    }
    Path second = archive.resolve("000001-000002.base");
    Files.write(second, new byte[10]);
    assertThatThrownBy(() -> PoolArchive.in(archive).forgetBefore(point)).isInstanceOf(Damaged.class).hasMessageContaining("000001-000002.base");
    Files.delete(second);
    assertThat(restored(point)).isEqualTo(1);
  }

  /** A block that fails, with one behind it that was written later, is damage: also in the newest life, where a torn end would not be. */
  @Test
  void damageInTheNewestLifeIsNoEnd() throws IOException {
    RestorePoint first;
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      store.archiveBase(bytes -> {});
      add(store, 1);
      first = store.mark("first");
      add(store, 1);
      store.mark("second");
      add(store, 1);
    }
    Path redo = archive.resolve("000001-000001.redo");
    byte[] whole = Files.readAllBytes(redo);
    int found = 0;
    for (int at = whole.length / 2; at < whole.length - 2000; at += 64) {
      flip(redo, at);
      try {
        assertThat(restored(null)).isEqualTo(3);
      } catch (Damaged refused) {
        found++;
        assertThat(refused).hasMessageContaining("archive");
      }
      Files.write(redo, whole);
    }
    assertThat(found).isGreaterThan(3);
    assertThat(restored(first)).isEqualTo(1);
    try (RandomAccessFile file = new RandomAccessFile(redo.toFile(), "rw")) {
      file.setLength(whole.length - 100);
    }
    assertThat(restored(null)).as("a torn end").isEqualTo(3);
  }

  @Test
  void aLifeThatNobodyNeedsMayBeUnreadable() throws IOException {
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      add(store, 1);
    }
    try (ProcessStore store = open()) {
      store.archiveBase(bytes -> {});
      add(store, 1);
      store.mark("two");
    }
    flip(archive.resolve("000001-000001.redo"), 20);
    assertThat(restored(null)).isEqualTo(2);
    try (ProcessStore store = open()) {
      assertThat(store.mark("three").life()).isEqualTo(3);
    }
  }

  @Test
  void anInterruptAndALocaleChangeNothing() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      Thread.currentThread().interrupt();
      store.archiveBase(bytes -> {});
      assertThat(Thread.interrupted()).isTrue();
      assertThat(archive.resolve("000001-000001.base")).exists();
    } finally {
      Locale.setDefault(before);
    }
    assertThat(restored(null)).isZero();
  }

  @Test
  void whatAPoolHasGrownByIsRestored() {
    RestorePoint small;
    try (ProcessStore store = create(16 * MIB)) {
      counter(store, "cart");
      small = store.archiveBase(bytes -> {});
      for (int i = 0; i < 40; i++) {
        store.create("more-" + i, spec -> spec.program(ScriptProgram.class).region("state", 200_000));
      }
      ask(store.component("more-39"), "put state 199992 7");
      store.mark("grown");
    }
    Path target = folder.resolve("grown.pool");
    RestoreReport report = ProcessStore.restore(archive, null, target, bytes -> {});
    assertThat(report.bytes()).isGreaterThan(8 * MIB).isEqualTo(target.toFile().length());
    try (ProcessStore store = ProcessStore.open(target)) {
      assertThat(ask(store.component("more-39"), "get state 199992")).isEqualTo("7");
    }
    assertThat(restored(small)).isZero();
  }

  @Test
  void whatNoPointNeedsIsForgotten() throws IOException {
    RestorePoint first;
    RestorePoint second;
    RestorePoint third;
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      store.archiveBase(bytes -> {});
      add(store, 1);
      first = store.mark("first");
    }
    try (ProcessStore store = open()) {
      add(store, 1);
      store.archiveBase(bytes -> {});
      second = store.mark("second");
      add(store, 1);
      third = store.mark("third");
      assertThat(PoolArchive.in(archive).forgetBefore(first)).isZero();
      long bytes = bytesIn(archive);
      assertThat(PoolArchive.in(archive).forgetBefore(second)).isGreaterThan(MIB).isEqualTo(bytes - bytesIn(archive));
      assertThat(restored(second)).isEqualTo(2);
      assertThat(restored(third)).isEqualTo(3);
      assertThatThrownBy(() -> restored(first)).isInstanceOf(NoSuchPoint.class);
      add(store, 1);
      store.mark("fourth");
    }
    assertThat(restored(null)).isEqualTo(4);
  }

  private static long bytesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void damageIsFoundAndNamed() throws IOException {
    RestorePoint first;
    RestorePoint second;
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      store.archiveBase(bytes -> {});
      add(store, 1);
      first = store.mark("first");
      add(store, 1);
      second = store.mark("second");
    }
    open().close();
    Path redo = archive.resolve("000001-000001.redo");
    byte[] whole = Files.readAllBytes(redo);
    int namedIt = 0;
    for (int at = 0; at < whole.length; at += 37) {
      flip(redo, at);
      long found = -1;
      try {
        found = restored(second);
      } catch (Damaged refused) {
        namedIt += refused.getMessage().contains("000001-000001.redo") ? 1 : 0;
      } catch (NoSuchPoint refused) {
        // Its base is told of in the same file.
        assertThat(refused).hasMessageContaining(second.text());
      }
      assertThat(found).as("byte %s", at).isIn(-1L, 2L);
      Files.write(redo, whole);
    }
    assertThat(namedIt).as("where redo is hit that is needed").isGreaterThan(5);
    flip(archive.resolve("000001-000001.base"), 500_000);
    assertThatThrownBy(() -> restored(first)).isInstanceOf(Damaged.class).hasMessageContaining("000001-000001.base");
  }

  private static void flip(Path path, long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(at);
      int old = file.read();
      file.seek(at);
      file.write(old ^ 4);
    }
  }

  @Test
  void anArchiveThatCannotBeBegunKeepsNobodyFromTryingAgain() throws IOException {
    StoreOptions options = StoreOptions.create(MIB).medium(FileMedium.JOURNALED);
    Path nowhere = folder.resolve("no/archive");
    assertThatThrownBy(() -> ProcessStore.open(pool, options.journal(journal.withArchive(nowhere)))).isInstanceOf(MediaUnavailable.class).hasMessageContaining("no/archive");
    Path taken = Files.createFile(folder.resolve("taken"));
    assertThatThrownBy(() -> ProcessStore.open(pool, options.journal(journal.withArchive(taken)))).isInstanceOf(MediaUnavailable.class).hasMessageContaining("taken");
    assertThatThrownBy(() -> ProcessStore.open(pool, StoreOptions.create(MIB).journal(journal))).isInstanceOf(MediaUnavailable.class).hasMessageContaining("JOURNALED");
    assertThat(pool).doesNotExist();
    Path other = folder.resolve("b.pool");
    ProcessStore.open(other, options.journal(journal)).close();
    // One that was closed and deleted by hand has left its journal.
    create(MIB, journal.withArchive(null)).close();
    Files.delete(pool);
    Files.deleteIfExists(Anchor.pathFor(pool));
    assertThatThrownBy(() -> create(MIB)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("is the archive of pool");
    archive = folder.resolve("another");
    journal = journal.withArchive(archive);
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      store.archiveBase(bytes -> {});
      add(store, 3);
    }
    assertThat(restored(null)).isEqualTo(3);
  }

  @Test
  void whatCannotBeIsSaid() throws IOException {
    try (ProcessStore store = create(MIB)) {
      counter(store, "cart");
      assertThatThrownBy(() -> store.mark("")).isInstanceOf(InvalidName.class);
      assertThatThrownBy(() -> ProcessStore.restore(archive, null, folder.resolve("x"), bytes -> {})).isInstanceOf(NoSuchPoint.class).hasMessageContaining("no base");
      Path other = folder.resolve("b.pool");
      StoreOptions options = StoreOptions.create(MIB).medium(FileMedium.JOURNALED).journal(journal);
      assertThatThrownBy(() -> ProcessStore.open(other, options)).isInstanceOf(InUse.class);
      store.archiveBase(bytes -> {});
      assertThatThrownBy(() -> ProcessStore.restore(archive, null, Files.createFile(folder.resolve("taken")), bytes -> {})).isInstanceOf(MediaUnavailable.class).hasMessageContaining("already");
    }
    Path other = folder.resolve("c.pool");
    assertThatThrownBy(() -> ProcessStore.open(other, StoreOptions.create(MIB).medium(FileMedium.JOURNALED).journal(journal)))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("is the archive of pool");
    assertThatThrownBy(() -> PoolArchive.in(folder.resolve("nowhere")).points()).isInstanceOf(MediaUnavailable.class);
    try (ProcessStore store = ProcessStore.open(pool)) {
      assertThatThrownBy(() -> store.mark("x")).isInstanceOf(MediaUnavailable.class).hasMessageContaining("withArchive");
      assertThatThrownBy(() -> store.archiveBase(bytes -> {})).isInstanceOf(MediaUnavailable.class).hasMessageContaining("withArchive");
    }
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*.creating")) {
      assertThat(left).isEmpty();
    }
  }
}
