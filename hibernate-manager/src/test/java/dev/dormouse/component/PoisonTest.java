package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.PoisonedMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.PoolException;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.RegionLayout;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A line of memory that cannot be read any more, while the store is in use: it hits whoever needs it, by a typed error, and nobody else (I8). */
@Timeout(120)
final class PoisonTest {
  private static final Geometry SMALL = Geometry.of(512 << 10, 4, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final EpochLimits LIMITS = new EpochLimits(100, 1 << 20, TimeUnit.MINUTES.toNanos(2));

  private CrashMedia memory = CrashMedia.zeroed(SMALL.sizeBytes());
  private PoisonedMedia media = new PoisonedMedia(memory);
  private ProcessStore store;
  private Component victim;
  private Component other;

  @BeforeEach
  void makeTwo() {
    store = ProcessStore.open(media, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(3));
    victim = store.create("victim", spec -> spec.program(ScriptProgram.class).region("state", 4096).region("more", 200));
    other = store.create("other", spec -> spec.program(ScriptProgram.class).region("state", 64));
    ask(victim, 1, "add state 0 5");
    ask(other, 1, "add state 0 5");
  }

  @AfterEach
  void close() {
    media.heal();
    store.close();
  }

  private long word(long offset) {
    return memory.getLong(offset);
  }

  private long regionOf(Component component) {
    return word(component.id().recordOffset() + ComponentLayout.REGION0 + RegionLayout.EXTENT_OFFSET);
  }

  private void theOtherGoesOn() {
    assertThat(store.find("other")).contains(other);
    long before = Long.parseLong(ask(other, "get state 0"));
    assertThat(ask(other, "add state 0 1")).isEqualTo(Long.toString(before + 1));
    Component made = store.create("made", spec -> spec.program(ScriptProgram.class).region("state", 64));
    assertThat(ask(made, "add state 0 1")).isEqualTo("1");
    made.destroy();
  }

  @Test
  void aReadInATurnFailsTheTurnAndNamesTheLine() {
    long line = regionOf(victim) + 1024;
    media.poison(line, 1);
    assertThatThrownBy(() -> ask(victim, "put state 0 99; put more 0 99; get state 1024"))
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("[" + line + ", +" + Media.LINE_BYTES + ")");
    assertThat(ask(victim, "get state 0; get more 0")).as("nothing of the turn was committed").isEqualTo("5 0");
    assertThat(ask(victim, "add state 8 1; get state 8")).as("what does not need the line goes on").isEqualTo("1 1");
    theOtherGoesOn();
  }

  @Test
  void aWriteThatHasToSaveWhatCannotBeReadFailsTheTurn() {
    media.poison(regionOf(victim) + 1024, 1);
    assertThatThrownBy(() -> ask(victim, "put state 0 99; put state 1024 1")).isInstanceOf(MediaUnavailable.class);
    assertThat(ask(victim, "get state 0")).isEqualTo("5");
    theOtherGoesOn();
  }

  @Test
  void aBatchIsUndoneUpToItsLastCheckpoint() {
    media.poison(regionOf(victim) + 1024, 1);
    assertThatThrownBy(
            () ->
                victim.batch(
                    LIMITS,
                    turns -> {
                      turns.invoke(ScriptProgram.request("add state 0 1"));
                      turns.checkpoint();
                      turns.invoke(ScriptProgram.request("add state 0 1"));
                      turns.invoke(ScriptProgram.request("get state 1024"));
                    }))
        .isInstanceOf(MediaUnavailable.class);
    assertThat(ask(victim, "get state 0")).isEqualTo("6");
    theOtherGoesOn();
  }

  @Test
  void aRecordThatCannotBeReadQuarantinesItsComponent() {
    victim.hibernate();
    media.poison(victim.id().recordOffset(), 1);
    assertThatThrownBy(() -> ask(victim, "get state 0"))
        .isInstanceOf(Quarantined.class)
        .hasMessageContaining("[" + victim.id().recordOffset() + ", +" + Media.LINE_BYTES + ")");
    assertThatThrownBy(victim::info).isInstanceOf(Quarantined.class);
    theOtherGoesOn();
  }

  @Test
  void anAnnexThatCannotBeReadHitsRequestsWithIds() {
    long annex = word(victim.id().recordOffset() + ComponentLayout.ANNEX_OFFSET);
    media.poison(annex, 1);
    assertThatThrownBy(() -> ask(victim, 1, "get state 0")).isInstanceOf(MediaUnavailable.class).hasMessageContaining("[" + annex + ", +64)");
    assertThat(ask(victim, "get state 0")).isEqualTo("5");
    theOtherGoesOn();
  }

  /** An epoch that could not be ended: nobody commits any more, and the error does not claim to know how it ended. */
  private void everybodyWaitsForTheNextOpen(Throwable thrown) {
    assertThat(thrown)
        .isInstanceOf(MediaUnavailable.class)
        .hasMessageContaining("whether it was committed is told by the next open")
        .hasMessageContaining("repeat a request that has an id");
    assertThat(thrown.getMessage()).doesNotContain("is undone or was not done");
    assertThatThrownBy(() -> ask(other, "add state 0 1")).isInstanceOf(StoreClosed.class).hasMessageContaining("open the store again");
    assertThatThrownBy(() -> store.create("new", spec -> spec.program(ScriptProgram.class))).isInstanceOf(StoreClosed.class);
    store.close();
  }

  private void openAgain() {
    store = ProcessStore.open(new CrashMedia(memory.processKilled()), StoreOptions.existing().bootIdentity(BOOT));
    assertThat(StoreVerifier.verify(new MediaReader(new CrashMedia(memory.processKilled())), BOOT).damage()).isEmpty();
    victim = store.component("victim");
    other = store.component("other");
    assertThat(ask(other, "get state 0")).isEqualTo("5");
  }

  private Component strangeOne(Consumer<Turn> behaviour) {
    MediumFaultTest.CallbackProgram.callback = turn -> {};
    Component strange = store.create("strange", spec -> spec.program(MediumFaultTest.CallbackProgram.class).region("state", 64).region("more", 5000));
    MediumFaultTest.CallbackProgram.callback = behaviour;
    return strange;
  }

  @Test
  void aFaultBehindTheCommitPointLeavesItToTheNextOpenWhetherTheTurnWasCommitted() {
    Component strange =
        strangeOne(
            turn -> {
              turn.region(0).putLong(8, 42);
              turn.detach("more");
              // Step (d) frees the pages of the region, and cannot read whose they are.
              media.poison(SMALL.pageTableOffset(), SMALL.pageCount() * 16);
            });
    everybodyWaitsForTheNextOpen(catchThrowable(() -> strange.invoke(ByteBuffer.allocate(0))));
    openAgain();
    MediumFaultTest.CallbackProgram.callback = turn -> turn.reply(turn.region(0).getLong(8));
    assertThat(ProcessStoreTest.value(store.component("strange").invoke(ByteBuffer.allocate(0)))).as("it was committed").isEqualTo(42);
    assertThat(store.component("strange").info().regions()).hasSize(1);
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void closingDoesNotWaitForATurnThatCannotBeStoppedWhereAnotherEpochCouldNotBeEnded() throws Exception {
    store.close();
    memory = new CrashMedia(memory.processKilled());
    media = new PoisonedMedia(memory);
    store = ProcessStore.open(media, StoreOptions.existing().bootIdentity(BOOT).awake(3).turnLimit(Duration.ofMillis(500)));
    other = store.component("other");
    Component stubborn = store.create("stubborn", spec -> spec.program(TurnLimitTest.DelegatingProgram.class).region("state", 64));
    AtomicBoolean letGo = new AtomicBoolean();
    CountDownLatch runs = new CountDownLatch(1);
    TurnLimitTest.DelegatingProgram.behaviour =
        turn -> {
          runs.countDown();
          while (!letGo.get()) {
            Thread.onSpinWait();
          }
        };
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      try {
        Component strange =
            strangeOne(
                turn -> {
                  turn.detach("more");
                  media.poison(SMALL.pageTableOffset(), SMALL.pageCount() * 16);
                });
        Future<Throwable> running = threads.submit(() -> catchThrowable(() -> stubborn.invoke(ByteBuffer.allocate(0))));
        runs.await();
        assertThatThrownBy(() -> strange.invoke(ByteBuffer.allocate(0))).isInstanceOf(MediaUnavailable.class);
        media.heal();
        assertThat(store.engine().isBroken()).isTrue();
        assertThatThrownBy(store::close).isInstanceOf(TurnOverdue.class).hasMessageContaining("cannot be closed while a turn runs");
        letGo.set(true);
        assertThat(running.get()).isInstanceOf(DormouseException.class);
      } finally {
        letGo.set(true);
      }
    }
    store.close();
    openAgain();
  }

  @Test
  void aLaneThatCannotBeReadInAnAbortLeavesTheTurnToTheNextOpen() {
    Component strange =
        strangeOne(
            turn -> {
              turn.region(0).putLong(8, 42);
              // What the abort restores is read from here.
              media.poison(SMALL.laneTableOffset(), SMALL.laneCount() * SMALL.laneBytes());
              throw new IllegalStateException("does not commit");
            });
    everybodyWaitsForTheNextOpen(catchThrowable(() -> strange.invoke(ByteBuffer.allocate(0))));
    PoisonedMedia unreadable = new PoisonedMedia(new CrashMedia(memory.processKilled()));
    unreadable.poison(SMALL.laneTableOffset(), SMALL.laneCount() * SMALL.laneBytes());
    assertThatThrownBy(() -> ProcessStore.open(unreadable, StoreOptions.existing().bootIdentity(BOOT)))
        .as("it says what it cannot read")
        .isInstanceOf(PoolException.class);
    openAgain();
    MediumFaultTest.CallbackProgram.callback = turn -> turn.reply(turn.region(0).getLong(8));
    assertThat(ProcessStoreTest.value(store.component("strange").invoke(ByteBuffer.allocate(0)))).as("it was not committed").isZero();
  }

  @Test
  void aFaultOfAFileThatTheProgramItselfMappedIsNotBlamedOnThePoolAlone(@TempDir Path folder) throws IOException {
    Path own = Files.write(folder.resolve("own"), new byte[8192]);
    try (FileChannel channel = FileChannel.open(own, StandardOpenOption.READ, StandardOpenOption.WRITE); Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 8192, arena);
      channel.truncate(0);
      Component strange =
          strangeOne(
              turn -> {
                turn.region(0).putLong(8, mapped.get(ValueLayout.JAVA_LONG, 4096));
                turn.region(0).putLong(0, 1);
              });
      assertThatThrownBy(() -> strange.invoke(ByteBuffer.allocate(0)))
          .isInstanceOf(MediaUnavailable.class)
          .hasMessageContaining("no line that the component holds was found unreadable")
          .hasMessageContaining("if the program maps files of its own");
    }
    theOtherGoesOn();
  }

  private void sharedPoisonIsTyped(long offset, Consumer<ProcessStore> need) {
    media.poison(offset, 1);
    assertThatThrownBy(() -> need.accept(store)).isInstanceOf(DormouseException.class);
    assertThat(ask(other, "add state 0 1")).as("by its handle, with what it holds").isEqualTo("6");
    media.heal();
    need.accept(store);
  }

  @Test
  void aWordOfTheDirectoryThatCannotBeReadIsATypedError() {
    Directory directory = store.engine().directory();
    byte[] name = Names.encode("name", "victim");
    WordTable root = WordTable.open(media, store.engine().pool().header().roots().root0(), "the directory");
    assertThat(directory.find(name)).isEqualTo(victim.id().recordOffset());
    sharedPoisonIsTyped(root.placeOf((int) (root.hash(name) & (root.wordCount() - 1))), open -> open.component("victim"));
  }

  @Test
  void thePageTableOfAnExtentThatCannotBeReadIsATypedError() {
    long page = (regionOf(victim) - SMALL.arenaOffset()) / Geometry.PAGE_BYTES;
    sharedPoisonIsTyped(SMALL.pageTableOffset() + page * 16, open -> assertThat(open.component("victim").info().regions()).hasSize(2));
  }

  @Test
  void aPoolThatCannotBeReadWhereOpeningNeedsItIsRefusedWithATypedError() {
    store.close();
    for (long at : new long[] {0, SMALL.laneTableOffset(), store.engine().pool().header().roots().root1()}) {
      PoisonedMedia unreadable = new PoisonedMedia(new CrashMedia(memory.processKilled()));
      unreadable.poison(at, 1);
      assertThatThrownBy(() -> ProcessStore.open(unreadable, StoreOptions.existing().bootIdentity(BOOT))).isInstanceOf(PoolException.class);
    }
    store = ProcessStore.open(new CrashMedia(memory.processKilled()), StoreOptions.existing().bootIdentity(BOOT));
    assertThat(ask(store.component("victim"), "get state 0")).isEqualTo("5");
  }

  @Test
  void verifySaysWhatCannotBeRead() {
    long record = victim.id().recordOffset();
    store.close();
    PoisonedMedia again = new PoisonedMedia(new CrashMedia(memory.processKilled()));
    again.poison(record, 1);
    assertThat(verdictOf(again)).contains("cannot be read");
    store = ProcessStore.open(again, StoreOptions.existing().bootIdentity(BOOT));
  }

  private static String verdictOf(Media unreadable) {
    try (MediaReader reader = new MediaReader(unreadable)) {
      VerifyReport report = StoreVerifier.verify(reader, BOOT);
      assertThat(report.verdict()).isEqualTo(VerifyReport.Verdict.DAMAGED);
      return report.findings().toString();
    } catch (MediaUnavailable refused) {
      return refused.getMessage();
    }
  }
}
