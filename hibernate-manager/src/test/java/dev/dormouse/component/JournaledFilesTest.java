package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dormouse.component.OpeningReport.Opening;
import dev.dormouse.heap.Anchor;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What may become of the two files of a pool: they are killed, cut, mixed up, grown and made shorter, on a disk that is there or full. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JournaledFilesTest {
  private static final long MIB = 1 << 20;
  private static final JournalOptions SMALL = JournalOptions.STANDARD.withJournalBytes(MIB);
  // Nothing is moved to the pool but in a turn: between two of them both files belong together.
  private static final JournalOptions QUIET = new JournalOptions(MIB, 128 << 10, 64 * MIB, false);

  @TempDir Path folder;
  private Path pool;
  private Path journal;

  @BeforeEach
  void name() {
    pool = folder.resolve("a.pool");
    journal = folder.resolve("a.pool.journal");
  }

  private static StoreOptions journaled(StoreOptions options) {
    return options.medium(FileMedium.JOURNALED).journal(SMALL);
  }

  private static StoreOptions quiet(StoreOptions options) {
    return options.medium(FileMedium.JOURNALED).journal(QUIET);
  }

  private static ProcessStore create(Path path) {
    return ProcessStore.open(path, quiet(StoreOptions.create(MIB)));
  }

  private static ProcessStore reopen(Path path) {
    return ProcessStore.open(path, quiet(StoreOptions.existing()));
  }

  private static Component counter(ProcessStore store, String name) {
    return store.create(name, spec -> spec.program(ScriptProgram.class).region("state", 4096));
  }

  /** Both files as they were while the store was open, and nobody wrote to them. */
  private static final class Killed {
    final byte[] home;
    final byte[] journal;

    Killed(byte[] home, byte[] journal) {
      this.home = home;
      this.journal = journal;
    }
  }

  private static Killed take(Path path) {
    try {
      return new Killed(Files.readAllBytes(path), Files.readAllBytes(Path.of(path + ".journal")));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void leave(Killed killed) throws IOException {
    Files.write(pool, killed.home);
    // It knows of the close.
    Files.deleteIfExists(Anchor.pathFor(pool));
    Files.write(journal, killed.journal);
  }

  /** Opens the pool, does something with it, and leaves the files as a kill would have left them then. */
  private Killed kill(ProcessStore opened, Consumer<ProcessStore> before) throws IOException {
    Killed killed;
    try (ProcessStore store = opened) {
      before.accept(store);
      killed = take(pool);
    }
    leave(killed);
    return killed;
  }

  /** Nothing opens it, and whoever tries changes nothing. */
  private void isRefused(String because) throws IOException {
    byte[] before = Files.readAllBytes(pool);
    ThrowingCallable[] openings = {() -> reopen(pool), () -> ProcessStore.open(pool), () -> ProcessStore.inspect(pool)};
    for (ThrowingCallable opening : openings) {
      assertThatThrownBy(opening).isInstanceOf(Damaged.class).hasMessageContaining(because);
      assertThat(Files.readAllBytes(pool)).isEqualTo(before);
    }
  }

  private void isThere(String expected) {
    try (ProcessStore store = reopen(pool)) {
      assertThat(ask(store.component("cart"), "get state 0")).isEqualTo(expected);
    }
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void aJournalOfAnEarlierLifeIsRefused() throws IOException {
    Killed earlier = kill(create(pool), store -> ask(counter(store, "cart"), "put state 0 1"));
    Killed now = kill(reopen(pool), store -> ask(store.component("cart"), "put state 0 2"));
    Files.write(journal, earlier.journal);
    isRefused("this is journal ");
    Files.write(journal, now.journal);
    isThere("2");
    // A pool that was closed needs none, whatever lies there.
    Files.write(journal, earlier.journal);
    isThere("2");
  }

  @Test
  void theJournalOfAnotherPoolIsRefused() throws IOException {
    Path other = folder.resolve("b.pool");
    Killed others;
    try (ProcessStore store = create(other)) {
      counter(store, "cart");
      others = take(other);
    }
    Killed own = kill(create(pool), store -> ask(counter(store, "cart"), "put state 0 1"));
    Files.write(journal, others.journal);
    isRefused("of pool ");
    Files.write(journal, own.journal);
    isThere("1");
    // This one is closed now, and the other is not.
    Files.write(journal, others.journal);
    assertThatThrownBy(() -> reopen(pool)).isInstanceOf(MediaUnavailable.class).hasMessageContaining("needs it");
    assertThat(journal).hasBinaryContent(others.journal);
    Files.delete(journal);
    isThere("1");
  }

  @Test
  void aJournalThatWasTruncatedIsRefusedWhereItIsNeeded() throws IOException {
    Killed killed = kill(create(pool), store -> ask(counter(store, "cart"), "put state 0 1"));
    for (int length : new int[] {0, 100, 4096, 8192, 9000, killed.journal.length - 1}) {
      try (RandomAccessFile file = new RandomAccessFile(journal.toFile(), "rw")) {
        file.setLength(length);
      }
      isRefused(length < 4096 ? "no copy of the header" : "");
      leave(killed);
    }
    isThere("1");
    try (RandomAccessFile file = new RandomAccessFile(journal.toFile(), "rw")) {
      file.setLength(9000);
    }
    isThere("1");
  }

  @Test
  void aRecordThatWasAcknowledgedAndIsNotWhatWasWrittenIsDamage() throws IOException {
    long[] before = new long[1];
    Killed killed =
        kill(
            create(pool),
            store -> {
              Component cart = counter(store, "cart");
              before[0] = store.engine().media().journal().durable();
              for (int i = 0; i < 20; i++) {
                ask(cart, "put state 0 " + i);
              }
            });
    byte[] damaged = killed.journal.clone();
    damaged[(int) (8192 + before[0] + 48)] ^= 1;
    Files.write(journal, damaged);
    isRefused("says that it was durable");
    assertThat(Files.readAllBytes(journal)).isEqualTo(damaged);
    leave(killed);
    isThere("19");
  }

  @Test
  void onlyOneCopyOfTheJournalsHeaderIsNeeded() throws IOException {
    Killed killed = kill(create(pool), store -> ask(counter(store, "cart"), "put state 0 1"));
    for (int copy = 0; copy < 2; copy++) {
      leave(killed);
      byte[] damaged = killed.journal.clone();
      damaged[copy * 4096 + 20] ^= 1;
      Files.write(journal, damaged);
      isThere("1");
    }
  }

  @Test
  void whatWasKilledIsVerifiedInspectedAndRepaired() throws IOException {
    Killed killed =
        kill(
            create(pool),
            store -> {
              ask(counter(store, "cart"), "put state 0 1");
              ask(counter(store, "other"), "attach more 5000; fill more 7");
              assertThatThrownBy(() -> ask(store.component("cart"), "put state 0 2; throw oops")).isInstanceOf(TurnFailed.class);
            });
    assertThat(StoreVerifier.verify(pool).findings()).isEmpty();
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.NOT_CLOSED);
    try (ProcessStore store = ProcessStore.inspect(pool)) {
      assertThat(ask(store.component("other"), "get more 4992")).isEqualTo(Long.toString(0x0707070707070707L));
    }
    assertThat(take(pool).home).as("looking changes nothing").isEqualTo(killed.home);
    assertThat(take(pool).journal).isEqualTo(killed.journal);
    RepairReport report = StoreRepair.repair(pool, RepairOptions.defaults());
    assertThat(report.before().findings()).isEmpty();
    isThere("1");
  }

  /** The last record of the ring is torn, as a loss of power leaves it: what it held was acknowledged to nobody. */
  @Test
  void whatATornTailHeldIsNotThere() throws IOException {
    long[] before = new long[1];
    Killed killed =
        kill(
            create(pool),
            store -> {
              Component cart = counter(store, "cart");
              ask(cart, "put state 0 1");
              before[0] = store.engine().media().journal().durable();
              ask(cart, "put state 0 2");
            });
    killed.journal[(int) (8192 + before[0] + 48)] ^= 1;
    Files.write(journal, killed.journal);
    isThere("1");
  }

  @Test
  void aPoolGrowsAndIsKilledAndGrowsOn() throws IOException {
    kill(
        ProcessStore.open(pool, quiet(StoreOptions.create(MIB).growTo(64 * MIB))),
        store -> {
          for (int i = 0; i < 30; i++) {
            Component one = store.create("c" + i, spec -> spec.program(ScriptProgram.class).region("state", 200_000));
            ask(one, "put state 0 " + i + "; put state 199992 " + i);
          }
        });
    assertThat(Files.size(pool)).isGreaterThan(6 * MIB);
    for (int life = 0; life < 2; life++) {
      int made = 30 + life;
      try (ProcessStore store = reopen(pool)) {
        assertThat(store.opening().how()).isEqualTo(life == 0 ? Opening.ROLLED_BACK : Opening.CLEAN);
        for (int i = 0; i < made; i++) {
          assertThat(ask(store.component("c" + i), "get state 0; get state 199992; get state 8")).isEqualTo(i + " " + i + " 0");
        }
        Component one = store.create("c" + made, spec -> spec.program(ScriptProgram.class).region("state", 2 * MIB));
        assertThat(ask(one, "sum state")).as("zeros").isEqualTo(ScriptProgram.sum(new long[(int) (2 * MIB / 8)]));
        ask(one, "put state 0 " + made + "; put state 199992 " + made);
      }
      assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.CLEAN);
    }
  }

  @Test
  void aPoolIsMadeShorterAndGrowsAgain() throws IOException {
    kill(
        ProcessStore.open(pool, quiet(StoreOptions.create(MIB).growTo(64 * MIB))),
        store -> {
          Component kept = counter(store, "cart");
          Component big = store.create("big", spec -> spec.program(ScriptProgram.class).region("state", 600_000));
          for (int i = 0; i < 10; i++) {
            ask(big, "attach more" + i + " 400000; fill more" + i + " 5");
          }
          ask(kept, "put state 0 1");
          big.destroy();
        });
    long longer = Files.size(pool);
    ProcessStore.shrink(pool, journaled(StoreOptions.existing()), 4 * MIB);
    assertThat(Files.size(pool)).isEqualTo(4 * MIB).isLessThan(longer);
    isThere("1");
    try (ProcessStore store = reopen(pool)) {
      Component big = store.create("big", spec -> spec.program(ScriptProgram.class).region("state", 3 * MIB));
      assertThat(ask(big, "sum state")).as("zeros").isEqualTo(ScriptProgram.sum(new long[(int) (3 * MIB / 8)]));
      ask(big, "put state 8 3");
    }
    isThere("1");
  }

  @Test
  void whatIsNoFileIsNoJournal() throws IOException {
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB))) {
      ask(counter(store, "cart"), "put state 0 1");
    }
    byte[] before = Files.readAllBytes(pool);
    Files.createDirectory(journal);
    assertThatThrownBy(() -> reopen(pool)).isInstanceOf(MediaUnavailable.class);
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
    Files.delete(journal);
    isThere("1");
  }

  /** A RAM file system that has room for the pool and not for its journal. */
  @Test
  void aDiskThatIsFullBeforeTheJournalIsMadeLeavesThePoolAsItWas() throws Exception {
    Path mounted = Files.createDirectory(folder.resolve("small-disk"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", mounted.toString()) == 0, "mounting is not allowed here");
    try {
      pool = mounted.resolve("a.pool");
      journal = mounted.resolve("a.pool.journal");
      try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB))) {
        ask(counter(store, "cart"), "put state 0 1");
      }
      byte[] before = Files.readAllBytes(pool);
      StoreOptions large = StoreOptions.existing().medium(FileMedium.JOURNALED);
      assertThatThrownBy(() -> ProcessStore.open(pool, large)).isInstanceOf(PoolFull.class);
      assertThat(journal).as("no half of a journal").doesNotExist();
      assertThat(Files.readAllBytes(pool)).isEqualTo(before);
      isThere("1");
      // One that is there already is made no longer than it can be, and stays.
      long length = Files.size(journal);
      assertThatThrownBy(() -> ProcessStore.open(pool, large)).isInstanceOf(PoolFull.class);
      assertThat(Files.size(journal)).isEqualTo(length);
      isThere("1");
    } finally {
      assertThat(run("umount", mounted.toString())).isZero();
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** Makes turns until it is killed, and says after each that it was acknowledged. */
  static final class Worker {
    public static void main(String[] arguments) {
      Path pool = Path.of(arguments[0]);
      StoreOptions options = StoreOptions.openOrCreate(4 * MIB).medium(FileMedium.JOURNALED).journal(SMALL.withPrivateBytes(64 << 10));
      // Never closed: it is killed.
      ProcessStore store = ProcessStore.open(pool, options);
      Component cart =
          store.find("cart").orElseGet(() -> store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 4096).region("large", 60_000)));
      long done = Long.parseLong(ask(cart, "get state 0"));
      System.out.println("ready " + done);
      while (true) {
        done++;
        ask(cart, "put state 0 " + done + "; put state 4088 " + done + "; fill large " + done % 100 + "; put large 0 " + done);
        System.out.println("done " + done);
      }
    }
  }

  @Test
  void aProcessThatIsKilledHasLostNothingThatItSaidIsDone() throws Exception {
    Random random = new Random(4);
    long said = 0;
    for (int life = 0; life < 6; life++) {
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Worker.class.getName(),
                  pool.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader reader = child.inputReader(StandardCharsets.UTF_8)) {
        assertThat(reader.readLine()).as("life %d", life).isIn("ready " + said, "ready " + (said + 1));
        int lines = random.nextInt(200);
        // What it has said by then can be read still.
        for (String line = ""; line != null; line = reader.readLine()) {
          if (line.matches("done \\d+")) {
            said = Long.parseLong(line.substring("done ".length()));
          }
          if (lines-- == 0) {
            assertThat(child.toHandle().destroyForcibly()).isTrue();
          }
        }
      } finally {
        child.destroyForcibly();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(StoreVerifier.verify(pool).findings()).isEmpty();
      try (ProcessStore store = life % 2 == 0 ? ProcessStore.inspect(pool) : reopen(pool)) {
        String[] found = ask(store.component("cart"), "get state 0; get state 4088; get large 0; get large 8").split(" ", -1);
        long done = Long.parseLong(found[0]);
        assertThat(done).as("what it said is done, and at most one turn more").isBetween(said, said + 1);
        assertThat(found[1]).isEqualTo(found[0]);
        assertThat(found[2]).isEqualTo(found[0]);
        assertThat(Long.parseLong(found[3])).isEqualTo(done % 100 * 0x0101010101010101L);
        said = done;
      }
    }
    assertThat(said).isGreaterThan(20);
  }

  @Test
  void sixtyFourThreadsShareTheirSyncsAndAllAreAcknowledged() throws InterruptedException {
    int threads = 64;
    int turns = 25;
    try (ProcessStore store = ProcessStore.open(pool, journaled(StoreOptions.create(64 * MIB)))) {
      for (int i = 0; i < threads; i++) {
        counter(store, "c" + i);
      }
      Journal its = store.engine().media().journal();
      long before = its.syncs();
      inThreads(
          threads,
          number -> {
            Component own = store.component("c" + number);
            for (int turn = 1; turn <= turns; turn++) {
              assertThat(ask(own, "add state 0 1")).isEqualTo(Integer.toString(turn));
            }
          });
      assertThat(its.syncs() - before).as("syncs of %d commits", threads * turns).isPositive().isLessThan(threads * turns / 2);
    }
    try (ProcessStore store = reopen(pool)) {
      for (int i = 0; i < threads; i++) {
        assertThat(ask(store.component("c" + i), "get state 0")).isEqualTo(Integer.toString(turns));
      }
    }
  }

  /** Whoever writes for all may be interrupted, and so may those who wait: it is kept for them, and harms nobody. */
  @Test
  void anInterruptHarmsNobody() throws InterruptedException {
    int threads = 8;
    int turns = 60;
    try (ProcessStore store = ProcessStore.open(pool, journaled(StoreOptions.create(MIB).growTo(64 * MIB)))) {
      for (int i = 0; i < threads; i++) {
        counter(store, "c" + i);
      }
      inThreads(
          threads,
          number -> {
            Component own = store.component("c" + number);
            for (int turn = 1; turn <= turns; turn++) {
              Thread.currentThread().interrupt();
              // It grows the pool now and then, too.
              String more = turn % 10 == 0 ? "; attach more" + turn + " 40000; fill more" + turn + " 1" : "";
              assertThat(ask(own, "add state 0 1" + more)).isEqualTo(Integer.toString(turn));
              assertThat(Thread.interrupted()).as("it is still told").isTrue();
            }
          });
    }
    try (ProcessStore store = reopen(pool)) {
      assertThat(store.opening().how()).isEqualTo(Opening.CLEAN);
      for (int i = 0; i < threads; i++) {
        assertThat(ask(store.component("c" + i), "get state 0")).isEqualTo(Integer.toString(turns));
      }
    }
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.CLEAN);
  }

  /** What one of several threads does. */
  private interface Task {
    void run(int number);
  }

  private static void inThreads(int count, Task task) throws InterruptedException {
    Throwable[] failed = new Throwable[count];
    Thread[] threads = new Thread[count];
    for (int i = 0; i < count; i++) {
      int number = i;
      threads[i] =
          new Thread(
              () -> {
                try {
                  task.run(number);
                } catch (Throwable thrown) {
                  failed[number] = thrown;
                }
              });
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failed).containsOnlyNulls();
  }
}
