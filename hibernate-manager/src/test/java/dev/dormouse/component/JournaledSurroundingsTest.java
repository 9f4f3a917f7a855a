package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournalReport;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.OldCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a journaled file meets where it lies: files that are not its own, older copies of itself, systems of another kind. */
@Timeout(120)
final class JournaledSurroundingsTest {
  private static final long MIB = 1 << 20;
  private static final JournalOptions QUIET = new JournalOptions(MIB, 128 << 10, 64 * MIB, false);

  @TempDir Path folder;
  private Path pool;
  private Path journal;

  @BeforeEach
  void name() throws IOException {
    pool = folder.toRealPath().resolve("a.pool");
    journal = JournaledMedia.journalOf(pool);
  }

  private static ProcessStore create(Path path) {
    return ProcessStore.open(path, StoreOptions.create(MIB).medium(FileMedium.JOURNALED).journal(QUIET));
  }

  private static ProcessStore reopen(Path path) {
    return ProcessStore.open(path, StoreOptions.existing().medium(FileMedium.JOURNALED).journal(QUIET));
  }

  private static Component counter(ProcessStore store, String name) {
    return store.create(name, spec -> spec.program(ScriptProgram.class).region("state", 4096));
  }

  @Test
  void whatIsNoJournalIsNotWrittenOver() throws IOException {
    create(pool).close();
    Files.delete(journal);
    try (ProcessStore store = ProcessStore.open(journal, StoreOptions.create(MIB))) {
      counter(store, "mine");
    }
    byte[] before = Files.readAllBytes(journal);
    assertThatThrownBy(() -> reopen(pool)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("in the way of a journal");
    assertThat(journal).hasBinaryContent(before);
    try (ProcessStore store = ProcessStore.open(pool)) {
      assertThat(store.opening().how()).isEqualTo(OpeningReport.Opening.CLEAN);
    }
  }

  /** What opening does with the journal counts the header on, so that it would seem to be as new as any. */
  @ParameterizedTest
  @EnumSource(value = FileMedium.class, names = {"MAPPED", "JOURNALED"})
  void anOlderCopyIsRefusedThoughItIsOfTheSameLife(FileMedium medium) throws IOException {
    StoreOptions options = StoreOptions.existing().medium(medium).journal(QUIET).refuseOldCopies(true);
    try (ProcessStore store = create(pool)) {
      counter(store, "cart");
    }
    Path copy = folder.resolve("copy");
    Path copiedJournal = folder.resolve("copy.journal");
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      Files.copy(pool, copy);
      Files.copy(journal, copiedJournal);
      ask(store.component("cart"), "put state 0 1");
    }
    Files.copy(copy, pool, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(copiedJournal, journal, StandardCopyOption.REPLACE_EXISTING);
    byte[] before = Files.readAllBytes(pool);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> ProcessStore.open(pool, options)).isInstanceOf(OldCopy.class).hasMessageContaining("nothing was changed");
      assertThat(pool).hasBinaryContent(before);
    }
  }

  @Test
  void aPoolWhoseFileIsAsLongAsItselfIsCopiedWhenItHasGrown() {
    Path second = folder.resolve("second.pool");
    Path third = folder.resolve("third.pool");
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB).growTo(16 * MIB).medium(FileMedium.JOURNALED).journal(QUIET))) {
      store.snapshot(second, bytes -> {});
    }
    try (ProcessStore store = ProcessStore.open(second, StoreOptions.existing().medium(FileMedium.JOURNALED).journal(QUIET))) {
      store.create("large", spec -> spec.program(ScriptProgram.class).region("state", 4 * MIB));
      assertThat(store.snapshot(third, bytes -> {}).bytes()).isGreaterThan(4 * MIB);
    }
  }

  /** Where the system's pages are longer than a pool's, none is given back: not when it grows, and nobody waits for it. */
  @Test
  void onSystemsWithLongerPagesNothingIsGivenBack() {
    String processor = System.getProperty("os.arch");
    System.setProperty("os.arch", "aarch64");
    JournalOptions few = new JournalOptions(MIB, 128 << 10, 8 << 10, false);
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB).growTo(16 * MIB).medium(FileMedium.JOURNALED).journal(few))) {
      Component cart = counter(store, "cart");
      for (int i = 0; i < 20; i++) {
        ask(cart, "add state 0 1");
        store.create("more" + i, spec -> spec.program(ScriptProgram.class).region("state", 200_000));
      }
      JournalReport report = store.journal().orElseThrow();
      assertThat(report.privateBytes()).isGreaterThan(8 << 10);
      assertThat(report.waits()).isZero();
    } finally {
      System.setProperty("os.arch", processor);
    }
    try (ProcessStore store = ProcessStore.open(pool)) {
      assertThat(ask(store.component("cart"), "get state 0")).isEqualTo("20");
    }
  }
}
