package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store on two real files whose journal has failed is closed like any other: it says once that something is in doubt, its threads end,
 * its files and its lock are free, and whoever opens the pool finds all that was acknowledged.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FailedJournalCloseTest {
  private static final long MIB = 1 << 20;
  private static final JournalOptions OPTIONS = JournalOptions.STANDARD.withJournalBytes(MIB);

  @TempDir Path folder;

  private static Set<Thread> threadsOfMedia() {
    return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("dormouse-")).collect(Collectors.toSet());
  }

  /** As after a write to the journal that the system refused. */
  private static void fail(ProcessStore store) throws ReflectiveOperationException {
    Journal journal = store.engine().media().journal();
    Method fail = Journal.class.getDeclaredMethod("fail", String.class, IOException.class);
    fail.setAccessible(true);
    fail.invoke(journal, "what was committed last could not be written to its journal", new IOException("Input/output error"));
  }

  private StoreOptions journaled(StoreOptions options) {
    return options.medium(FileMedium.JOURNALED).journal(OPTIONS);
  }

  private Path pool() {
    return folder.resolve("a.pool");
  }

  private static List<String> filesHeldOpen(Path folder) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.map(FailedJournalCloseTest::target).filter(name -> name.startsWith(folder.toString())).toList();
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }

  private void isOpenedAgainWith(String... counters) throws IOException {
    assertThat(filesHeldOpen(folder)).isEmpty();
    try (ProcessStore store = ProcessStore.open(pool(), journaled(StoreOptions.existing()))) {
      assertThat(ask(store.component("cart"), "get state 0; get state 8")).isEqualTo(String.join(" ", counters));
      assertThat(ask(store.component("cart"), "add state 16 1")).isEqualTo("1");
    }
    assertThat(StoreVerifier.verify(pool()).verdict()).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void itSaysSoOnceAndLeavesNoThreadAndNoLock() throws IOException, ReflectiveOperationException {
    Set<Thread> before = threadsOfMedia();
    ProcessStore store = ProcessStore.open(pool(), journaled(StoreOptions.create(MIB)));
    Component cart = store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 64));
    ask(cart, "add state 0 1");
    // Its delayed sync has a thread, too.
    cart.invokeOrdered(ScriptProgram.request("add state 0 1"));
    store.sync();
    assertThat(threadsOfMedia()).as("there are threads that can be left behind").hasSizeGreaterThan(before.size());
    fail(store);
    assertThatThrownBy(() -> ask(cart, "add state 8 1")).isInstanceOf(MediaUnavailable.class);
    assertThatThrownBy(store::close).isInstanceOf(MediaUnavailable.class).hasMessageContaining("Input/output error").hasMessageContaining(pool().toString());
    store.close();
    assertThat(threadsOfMedia()).as("of this store, none").isSubsetOf(before);
    assertThatThrownBy(() -> ask(cart, "get state 0")).isInstanceOf(StoreClosed.class);
    isOpenedAgainWith("2", "0");
  }

  /** What was ordered and reached the journal no more is lost; whoever waits for it is told, and so is who closes. */
  @Test
  void whatWasOrderedAndNeverDurableIsAllThatIsLost() throws IOException, ReflectiveOperationException {
    ProcessStore store = ProcessStore.open(pool(), StoreOptions.create(MIB).medium(FileMedium.JOURNALED).journal(new JournalOptions(MIB, 128 << 10, MIB, false)));
    Component cart = store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 64));
    ask(cart, "add state 0 1");
    Acknowledgement ordered = cart.invokeOrdered(ScriptProgram.request("add state 8 1"));
    fail(store);
    assertThatThrownBy(ordered::awaitDurable).isInstanceOf(MediaUnavailable.class);
    assertThatThrownBy(store::close).isInstanceOf(MediaUnavailable.class).hasMessageContaining("Input/output error");
    store.close();
    isOpenedAgainWith("1", "0");
  }
}
