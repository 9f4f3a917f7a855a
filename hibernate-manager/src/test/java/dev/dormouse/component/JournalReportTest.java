package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournalReport;
import dev.dormouse.heap.JournaledMedia;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether turns had to wait for room in the journal, how often and how long, can be asked for at any time. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JournalReportTest {
  private static final long MIB = 1 << 20;
  private static final int KIB = 1 << 10;
  private static final Geometry GEOMETRY = Geometry.of(MIB, 4, 32_768, 2);
  private static final JournalOptions ROOMY = new JournalOptions(MIB, 128 * KIB, 64 * MIB, false);
  // Nobody makes room before somebody needs it.
  private static final JournalOptions TINY = new JournalOptions(32 * KIB, 16 * KIB, 64 * MIB, false);

  @TempDir Path folder;

  /** A file in memory, whose syncs take some time. */
  private static final class SlowDisk implements DiskFile {
    private final String name;
    private final byte[] bytes;
    private final long syncNanos;

    SlowDisk(String name, long sizeBytes, long syncNanos) {
      this.name = name;
      this.bytes = new byte[Math.toIntExact(sizeBytes)];
      this.syncNanos = syncNanos;
    }

    @Override
    public String describe() {
      return name;
    }

    @Override
    public long sizeBytes() {
      return bytes.length;
    }

    @Override
    public void read(long position, ByteBuffer destination) {
      synchronized (bytes) {
        destination.put(bytes, (int) position, destination.remaining());
      }
    }

    @Override
    public void write(long position, ByteBuffer source) {
      synchronized (bytes) {
        source.get(bytes, (int) position, source.remaining());
      }
    }

    @Override
    public void sync() {
      long end = System.nanoTime() + syncNanos;
      for (long left = syncNanos; left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }

    @Override
    public void close() {
      // The array is let go.
    }
  }

  /** On disks in memory: {@code homeNanos} is how long the pool's file takes for a sync. */
  private static ProcessStore over(JournalOptions options, long homeNanos) {
    JournaledMedia media =
        JournaledMedia.over(
            new SlowDisk("home", GEOMETRY.sizeBytes(), homeNanos),
            new SlowDisk("journal", 2 * 4096 + options.journalBytes(), 0),
            number -> number + 1,
            options);
    ProcessStore store = ProcessStore.open(media, StoreOptions.create(GEOMETRY.sizeBytes()).geometry(GEOMETRY).awake(4));
    assertThat(media.report().journalBytes()).isEqualTo(options.journalBytes());
    return store;
  }

  private static Component component(ProcessStore store, String name, long bytes) {
    return store.create(name, spec -> spec.program(ScriptProgram.class).region("state", bytes));
  }

  private static JournalReport report(ProcessStore store) {
    JournalReport report = store.journal().orElseThrow();
    assertThat(report.home()).isNotNegative().isLessThanOrEqualTo(report.durable());
    assertThat(report.durable()).isLessThanOrEqualTo(report.ordered());
    assertThat(report.usedBytes()).isBetween(0L, report.journalBytes());
    return report;
  }

  @Test
  void whereThereIsRoomNobodyWaits() {
    try (ProcessStore store = ProcessStore.open(folder.resolve("a.pool"), StoreOptions.create(MIB).medium(FileMedium.JOURNALED).journal(ROOMY))) {
      Component cart = component(store, "cart", 4096);
      JournalReport before = report(store);
      for (int i = 0; i < 50; i++) {
        ask(cart, "add state 0 1");
      }
      JournalReport after = report(store);
      assertThat(after.waits()).isZero();
      assertThat(after.waited()).isZero();
      assertThat(after.pausesInCommits()).isZero();
      assertThat(after.syncs()).isEqualTo(before.syncs() + 50);
      assertThat(after.ordered()).as("what a turn acknowledged is durable").isEqualTo(after.durable());
      assertThat(after.usedBytes() - before.usedBytes()).as("nothing is moved").isEqualTo(after.ordered() - before.ordered()).isPositive();
      assertThat(after.rounds()).isEqualTo(before.rounds());
      assertThat(after.journalBytes()).isEqualTo(ROOMY.journalBytes());
      assertThat(after.mostPrivateBytes()).isEqualTo(ROOMY.privateBytes());
      assertThat(after.privateBytes()).isPositive().isLessThan(MIB);
      Acknowledgement ordered = cart.invokeOrdered(ScriptProgram.request("add state 0 1"));
      assertThat(report(store).ordered()).as("nobody waited for it").isGreaterThan(report(store).durable());
      ordered.awaitDurable();
      assertThat(report(store).durable()).isEqualTo(report(store).ordered());
    }
  }

  @Test
  void aTurnThatFindsTheJournalAlmostFullWaitsBeforeItBeginsAndThatIsCounted() {
    try (ProcessStore store = over(TINY, TimeUnit.MILLISECONDS.toNanos(2))) {
      Component cart = component(store, "cart", 4096);
      JournalReport before = report(store);
      int turns = 60;
      for (int i = 0; i < turns; i++) {
        ask(cart, "fill state " + i);
      }
      JournalReport after = report(store);
      long rounds = after.rounds() - before.rounds();
      assertThat(after.ordered() - before.ordered()).as("the journal is written over again and again").isGreaterThan(6 * TINY.journalBytes());
      assertThat(rounds).isBetween(6L, (long) turns);
      long waits = after.waits() - before.waits();
      assertThat(waits).isGreaterThan(6);
      assertThat(waits + after.pausesInCommits() - before.pausesInCommits()).as("whoever had to wait made one round").isEqualTo(rounds);
      assertThat(after.waited().minus(before.waited())).as("a sync of the pool takes 2 ms").isGreaterThanOrEqualTo(Duration.ofMillis(2 * waits));
    }
  }

  @Test
  void aTurnThatFindsTooMuchInMemoryWaitsToo() {
    JournalOptions narrow = ROOMY.withPrivateBytes(64 * KIB);
    try (ProcessStore store = over(narrow, 0)) {
      Component cart = component(store, "cart", 200 * KIB);
      long before = report(store).waits();
      boolean tight = false;
      for (int i = 0; i < 20; i++) {
        ask(cart, "put state " + 8192 * i + " 1; put state " + (8192 * i + 4096) + " 1");
        tight |= report(store).usedBytes() > narrow.journalBytes() * 7 / 8;
      }
      JournalReport after = report(store);
      assertThat(tight).as("the journal is not what they waited for").isFalse();
      assertThat(after.waits()).isGreaterThan(before);
      assertThat(after.waited()).isPositive();
      assertThat(after.privateBytes()).as("and what one turn changed").isLessThanOrEqualTo(narrow.privateBytes() + 8 * KIB);
    }
  }

  @Test
  void aTurnThatBeganAndFindsNoRoomWhenItCommitsIsCountedApart() {
    try (ProcessStore store = over(TINY, 0)) {
      Component cart = component(store, "cart", 9 * KIB);
      JournalReport full = report(store);
      JournalReport before = full;
      while (full.pausesInCommits() == before.pausesInCommits()) {
        before = full;
        // Three of them are three quarters of the journal and more: no turn finds it tight, and each fourth one is too long.
        ask(cart, "fill state 1");
        full = report(store);
        assertThat(full.waits()).as("none waited before it began").isZero();
        assertThat(full.ordered()).isLessThan(10 * TINY.journalBytes());
      }
      assertThat(full.rounds()).isEqualTo(before.rounds() + 1);
      assertThat(full.waited()).isZero();
    }
  }

  @Test
  void whileAThreadMigratesOnASlowDiskWhoeverWaitsIsCountedAndTheFiguresAgreeAtEveryMoment() throws InterruptedException, ExecutionException {
    JournalOptions options = new JournalOptions(32 * KIB, 16 * KIB, 64 * MIB, true);
    AtomicBoolean stop = new AtomicBoolean();
    try (ProcessStore store = over(options, TimeUnit.MILLISECONDS.toNanos(10));
        ExecutorService threads = Executors.newCachedThreadPool()) {
      Component[] components = {component(store, "a", 2048), component(store, "b", 2048)};
      Future<Long> reader =
          threads.submit(
              () -> {
                JournalReport last = report(store);
                long seen = 0;
                while (!stop.get()) {
                  JournalReport next = report(store);
                  assertThat(next.home()).isGreaterThanOrEqualTo(last.home());
                  assertThat(next.durable()).isGreaterThanOrEqualTo(last.durable());
                  assertThat(next.ordered()).isGreaterThanOrEqualTo(last.ordered());
                  assertThat(next.waited()).isGreaterThanOrEqualTo(last.waited());
                  last = next;
                  seen++;
                }
                return seen;
              });
      try {
        Future<?>[] writers = new Future<?>[components.length];
        for (int t = 0; t < writers.length; t++) {
          Component own = components[t];
          writers[t] =
              threads.submit(
                  () -> {
                    for (int i = 0; i < 200; i++) {
                      ask(own, "fill state " + i);
                    }
                  });
        }
        for (Future<?> writer : writers) {
          writer.get();
        }
      } finally {
        stop.set(true);
      }
      assertThat(reader.get()).as("reports").isGreaterThan(100);
      JournalReport after = report(store);
      assertThat(after.waits()).isPositive();
      assertThat(after.waited()).isGreaterThanOrEqualTo(Duration.ofMillis(10));
      assertThat(after.rounds()).isGreaterThan(20);
    }
  }

  @Test
  void aStoreWithoutAJournalHasNoneToReport() {
    try (ProcessStore store = ProcessStore.open(folder.resolve("a.pool"), StoreOptions.create(MIB).medium(FileMedium.MAPPED))) {
      assertThat(store.journal()).isEmpty();
    }
  }

  @Test
  void theReportOfAClosedStoreIsRefused() {
    ProcessStore store = over(ROOMY, 0);
    store.close();
    assertThatThrownBy(store::journal).isInstanceOf(StoreClosed.class).hasMessageContaining("the store was closed");
  }

  @Test
  void theSnippetOfTheDocumentRuns() {
    try (ProcessStore store = over(TINY, 0)) {
      Component cart = component(store, "cart", 4096);
      for (int i = 0; i < 20; i++) {
        ask(cart, "fill state " + i);
      }
      // region pressure
      JournalReport journal = store.journal().orElseThrow();
      String pressure =
          journal.usedBytes() + " of " + journal.journalBytes() + " bytes used; " + journal.waits() + " turns waited for room, "
              + journal.waited().toMillis() + " ms together";
      // endregion
      assertThat(pressure).matches("\\d+ of 32768 bytes used; [1-9]\\d* turns waited for room, \\d+ ms together");
    }
  }
}
