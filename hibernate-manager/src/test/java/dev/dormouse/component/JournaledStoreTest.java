package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.component.OpeningReport.Opening;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store on a journaled file does what it does on a mapped one, and what it has committed is in the journal until it is in the pool. */
@Timeout(120)
final class JournaledStoreTest {
  private static final long MIB = 1 << 20;
  private static final JournalOptions SMALL = JournalOptions.STANDARD.withJournalBytes(MIB);

  @TempDir Path folder;
  private Path pool;
  private Path journal;

  @BeforeEach
  void name() {
    pool = folder.resolve("a.pool");
    journal = folder.resolve("a.pool.journal");
  }

  private ProcessStore create() {
    return ProcessStore.open(pool, StoreOptions.create(MIB).medium(FileMedium.JOURNALED).journal(SMALL));
  }

  private static StoreOptions existing() {
    return StoreOptions.existing().medium(FileMedium.JOURNALED).journal(SMALL);
  }

  private static Component counter(ProcessStore store, String name) {
    return store.create(name, spec -> spec.program(ScriptProgram.class).region("state", 4096));
  }

  /** Opens a store, does something with it, and leaves the files as a kill would have left them then. */
  private void kill(Consumer<ProcessStore> before) throws IOException {
    byte[] home;
    byte[] its;
    // Nothing moves between the reading of the two.
    JournalOptions still = new JournalOptions(SMALL.journalBytes(), SMALL.ringBytes(), SMALL.privateBytes(), false);
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB).medium(FileMedium.JOURNALED).journal(still))) {
      before.accept(store);
      home = Files.readAllBytes(pool);
      its = Files.readAllBytes(journal);
    }
    KilledPools.leave(pool, home);
    Files.write(journal, its);
  }

  @Test
  void aComponentIsAtItsLastCommittedTurnAfterReopening() {
    try (ProcessStore store = create()) {
      assertThat(store.opening().how()).isEqualTo(Opening.CREATED);
      assertThat(store.opening().durabilityClass()).isIn(DurabilityClass.POWER_LOSS, DurabilityClass.VOLATILE);
      Component cart = counter(store, "cart");
      assertThat(ask(cart, 1, "add state 0 5")).isEqualTo("5");
      assertThatThrownBy(() -> ask(cart, "add state 0 9; throw oops")).isInstanceOf(TurnFailed.class);
      cart.hibernate();
    }
    for (int life = 0; life < 3; life++) {
      assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.CLEAN);
      try (ProcessStore store = ProcessStore.open(pool, existing())) {
        assertThat(store.opening().how()).isEqualTo(Opening.CLEAN);
        Component cart = store.component("cart");
        assertThat(ask(cart, 1, "add state 0 5")).as("a repeat").isEqualTo("5");
        assertThat(ask(cart, "add state 0 1")).isEqualTo(Long.toString(6 + life));
        Component other = counter(store, "other");
        assertThat(ask(other, "add state 8 3; attach more 70000; put more 69992 7; get more 69992")).isEqualTo("3 7");
        other.destroy();
      }
    }
    try (ProcessStore store = ProcessStore.open(pool)) {
      assertThat(store.opening().how()).as("as a mapped file").isEqualTo(Opening.CLEAN);
      assertThat(ask(store.component("cart"), "get state 0")).isEqualTo("8");
    }
    ProcessStore.delete(pool);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatWasCommittedAndIsNotInThePoolYetIsInItsJournal() throws IOException {
    kill(store -> ask(counter(store, "cart"), "put state 0 5"));
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.NOT_CLOSED);
    byte[] before = Files.readAllBytes(pool);
    try (ProcessStore store = ProcessStore.inspect(pool)) {
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("6");
    }
    assertThat(Files.readAllBytes(pool)).as("inspecting changes nothing").isEqualTo(before);
    try (ProcessStore store = ProcessStore.open(pool)) {
      assertThat(store.opening().how()).isEqualTo(Opening.ROLLED_BACK);
      assertThat(ask(store.component("cart"), "add state 0 1")).as("on a mapped file").isEqualTo("6");
    }
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.CLEAN);
    try (ProcessStore store = ProcessStore.open(pool, existing())) {
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("7");
    }
  }

  @Test
  void aPoolThatWasNotClosedIsNothingWithoutItsJournal() throws IOException {
    kill(store -> ask(counter(store, "cart"), "put state 0 5"));
    byte[] before = Files.readAllBytes(pool);
    Path elsewhere = folder.resolve("elsewhere");
    Files.move(journal, elsewhere);
    assertThatThrownBy(() -> ProcessStore.open(pool, existing())).isInstanceOf(Damaged.class).hasMessageContaining("a.pool.journal is not beside it");
    assertThatThrownBy(() -> ProcessStore.open(pool)).isInstanceOf(Damaged.class);
    Files.write(journal, new byte[8192]);
    assertThatThrownBy(() -> ProcessStore.open(pool, existing())).isInstanceOf(Damaged.class).hasMessageContaining("no copy of the header");
    Files.delete(journal);
    Files.move(elsewhere, journal);
    assertThat(Files.readAllBytes(pool)).isEqualTo(before);
    try (ProcessStore store = ProcessStore.open(pool, existing())) {
      assertThat(ask(store.component("cart"), "get state 0")).isEqualTo("5");
    }
  }

  @Test
  void aJournalThatWasWrittenManyTimesOverLosesNothing() {
    Random random = new Random(5);
    long[] expected = new long[512];
    try (ProcessStore store = create()) {
      Component cart = counter(store, "cart");
      for (int i = 0; i < 3_000; i++) {
        int at = random.nextInt(512);
        expected[at] = i;
        assertThat(ask(cart, "put state " + at * 8 + " " + i)).isEmpty();
      }
    }
    try (ProcessStore store = ProcessStore.open(pool, existing())) {
      Component cart = store.component("cart");
      for (int at = 0; at < 512; at++) {
        assertThat(ask(cart, "get state " + at * 8)).isEqualTo(Long.toString(expected[at]));
      }
    }
  }

  @Test
  void anEpochThatIsLongerThanTheJournalTakesIsUndone() {
    try (ProcessStore store =
        ProcessStore.open(pool, StoreOptions.create(16 * MIB).medium(FileMedium.JOURNALED).journal(SMALL))) {
      Component big =
          store.create("big", spec -> spec.program(ScriptProgram.class).region("state", 4 * MIB).region("part", 300_000));
      ask(big, "put state 0 7");
      assertThatThrownBy(() -> ask(big, "put part 0 9; fill state 1")).isInstanceOf(PoolFull.class);
      assertThat(ask(big, "get state 0; get part 0")).isEqualTo("7 0");
      ask(big, "fill part 2");
      assertThat(ask(big, "get part 8")).isEqualTo(Long.toString(0x0202020202020202L));
    }
    try (ProcessStore store = ProcessStore.open(pool, existing())) {
      assertThat(ask(store.component("big"), "get part 299992; get state 0; get state 8")).isEqualTo(0x0202020202020202L + " 7 0");
    }
  }

  @Test
  void anAcknowledgementSaysWhetherItIsDurableAndTheStoreWaitsForAll() {
    // No longer than anybody would wait for a test.
    JournalOptions slow = SMALL.withDelay(Duration.ofMinutes(10));
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB).medium(FileMedium.JOURNALED).journal(slow))) {
      Component cart = counter(store, "cart");
      Acknowledgement first = cart.invokeOrdered(request("add state 0 5; get state 0"));
      assertThat(first.says()).isEqualTo(Acknowledged.ORDERED);
      Acknowledgement second = cart.invokeOrdered(new RequestId(1, 2), request("add state 0 5; get state 0"));
      assertThat(second.says()).isEqualTo(Acknowledged.ORDERED);
      second.awaitDurable();
      assertThat(second.says()).isEqualTo(Acknowledged.DURABLE);
      assertThat(first.says()).as("what came before").isEqualTo(Acknowledged.DURABLE);
      Acknowledgement third = cart.invokeOrdered(request("get state 0"));
      assertThat(third.says()).as("a turn that only read what is durable").isEqualTo(Acknowledged.DURABLE);
      Acknowledgement fourth = cart.invokeOrdered(request("put state 0 1"));
      Acknowledgement fifth = cart.invokeOrdered(request("get state 0"));
      assertThat(fifth.says()).as("a turn that only read what is not").isEqualTo(Acknowledged.ORDERED);
      store.sync();
      assertThat(fourth.says()).isEqualTo(Acknowledged.DURABLE);
      assertThat(fifth.says()).isEqualTo(Acknowledged.DURABLE);
    }
  }

  @Test
  void whatNobodyWaitsForIsDurableAfterAWhile() {
    JournalOptions quick = SMALL.withDelay(Duration.ofMillis(1));
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB).medium(FileMedium.JOURNALED).journal(quick))) {
      Component cart = counter(store, "cart");
      for (int i = 0; i < 3; i++) {
        Acknowledgement one = cart.invokeOrdered(request("add state 0 5"));
        await(() -> one.says() == Acknowledged.DURABLE);
      }
    }
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(100_000);
    }
  }

  @Test
  void onAMappedFileEveryAcknowledgementIsDurableAtOnce() {
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB))) {
      Acknowledgement one = counter(store, "cart").invokeOrdered(request("add state 0 5"));
      assertThat(one.says()).isEqualTo(Acknowledged.DURABLE);
      one.awaitDurable();
    }
  }

  private static ByteBuffer request(String script) {
    return ByteBuffer.wrap(script.getBytes(StandardCharsets.UTF_8));
  }

  /** What (d) hands over is as long as it is, and the journal as short as it may be. */
  @Test
  void aLargeRegionIsMadeWithAJournalThatIsShorterThanWhatIsSaidOfItsPages() {
    JournalOptions least = JournalOptions.STANDARD.withJournalBytes(128 << 10);
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(64 * MIB).medium(FileMedium.JOURNALED).journal(least))) {
      Component big = store.create("big", spec -> spec.program(ScriptProgram.class).region("state", 32 * MIB));
      assertThat(ask(big, "put state 4096 7; get state 4096")).isEqualTo("7");
    }
    assertThat(StoreVerifier.verify(pool).verdict()).isEqualTo(Verdict.CLEAN);
  }

  /** What a turn says of a dataspace, there or gone, waits until that is durable, although it wrote nothing. */
  @Test
  void aTurnThatOnlyLookedForADataspaceWaitsForWhatItSaw() {
    JournalOptions slow = SMALL.withDelay(Duration.ofMinutes(10));
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MIB).medium(FileMedium.JOURNALED).journal(slow))) {
      Component other = counter(store, "other");
      Component asker = store.create("asker", spec -> spec.program(Asks.class));
      assertThat(asker.invokeOrdered(request("")).says()).isEqualTo(Acknowledged.DURABLE);
      other.invokeOrdered(request("put state 0 1"));
      assertThat(asker.invokeOrdered(request("")).says()).isEqualTo(Acknowledged.ORDERED);
      store.sync();
      assertThat(asker.invokeOrdered(request("")).says()).isEqualTo(Acknowledged.DURABLE);
    }
  }

  /** Looks for a dataspace that is not there. */
  public static final class Asks implements Program {
    @Override
    public void turn(Turn turn) {
      assertThatThrownBy(() -> turn.regions().attachShared("r", "d")).isInstanceOf(NoSuchDataspace.class);
    }
  }
}
