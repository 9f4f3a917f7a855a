package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.DeclaredRange;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionException;
import dev.dormouse.region.RegionMap;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A turn that runs beyond the store's limit is reported, stopped where it can be, and undone in its own thread (I2, I8). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TurnLimitTest {
  private static final Duration LIMIT = Duration.ofMillis(50);

  @TempDir Path folder;
  private Path pool;
  private ProcessStore store;
  private Component endless;

  /** Does what a test wants it to. */
  public static final class DelegatingProgram implements Program {
    static volatile Program behaviour;

    @Override
    public void turn(Turn turn) throws Exception {
      turn.region(0).putLong(0, 4711);
      behaviour.turn(turn);
    }
  }

  @BeforeEach
  void open() {
    pool = folder.resolve("a.pool");
    store = open(4);
    endless = store.create("endless", spec -> spec.program(DelegatingProgram.class).region("state", 4096));
    store.create("other", spec -> spec.program(ScriptProgram.class).region("state", 64));
  }

  private ProcessStore open(int awake) {
    return ProcessStore.open(pool, StoreOptions.openOrCreate(1 << 20).awake(awake).turnLimit(LIMIT));
  }

  @AfterEach
  void everyTurnThatWasOverdueIsUndoneAndThePoolIsSound() {
    DelegatingProgram.behaviour = turn -> turn.reply(turn.region(0).getLong(8));
    store.close();
    VerifyReport report = StoreVerifier.verify(pool);
    assertThat(report.findings()).isEmpty();
    assertThat(report.verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
    try (ProcessStore again = ProcessStore.open(pool)) {
      assertThat(ProcessStoreTest.value(again.component("endless").invoke(ByteBuffer.allocate(0)))).as("only what committed turns wrote").isZero();
    }
  }

  private Throwable run(Program behaviour) {
    DelegatingProgram.behaviour = behaviour;
    return catchThrowable(() -> endless.invoke(ByteBuffer.allocate(0)));
  }

  private static void requireStopped(Throwable thrown) {
    assertThat(thrown).isInstanceOf(TurnOverdue.class);
    assertThat(((TurnOverdue) thrown).isStopped()).isTrue();
    assertThat(((TurnOverdue) thrown).limit()).isEqualTo(LIMIT);
    assertThat(thrown).hasMessageContaining("component endless").hasMessageContaining("PT0.05S").hasMessageContaining("rolled back");
  }

  /** What a program may do for ever, and never look at an interrupt. */
  enum Loop {
    READS {
      @Override
      void run(Turn turn) {
        Region region = turn.region(0);
        while (region.getLong(16) == 0) {
          // The compiler knows that nothing in this loop changes the region.
        }
      }
    },
    WRITES {
      @Override
      void run(Turn turn) {
        Region region = turn.region(0);
        for (long i = 0; ; i++) {
          region.putLong(8, i);
        }
      }
    },
    DECLARED_RANGE {
      @Override
      void run(Turn turn) {
        DeclaredRange range = turn.region(0).declare(0, 4096);
        for (int i = 0; ; i = (i + 8) & 4088) {
          range.putLong(i, i);
        }
      }
    },
    ATOMICS {
      @Override
      void run(Turn turn) {
        Region region = turn.region(0);
        while (region.atomics().getAndAddLong(8, 1) != Long.MIN_VALUE) {
          // On.
        }
      }
    },
    REGION_MAP {
      @Override
      void run(Turn turn) {
        RegionMap map = turn.regions();
        while (map.find("nothing").isEmpty()) {
          // On.
        }
      }
    },
    NEW_VIEWS {
      @Override
      void run(Turn turn) {
        for (long i = 0; ; i++) {
          turn.region("state").putLong(8, i);
          turn.protect("state", dev.dormouse.region.RegionRights.READ_WRITE);
        }
      }
    },
    ASKS_ITS_TURN {
      @Override
      void run(Turn turn) {
        while (turn.quotaBytes() != 0) {
          // On.
        }
      }
    },
    CATCHES_EVERYTHING {
      @Override
      void run(Turn turn) {
        int refused = 0;
        while (refused < 1000) {
          try {
            turn.region(0).putLong(8, 1);
          } catch (RuntimeException e) {
            refused++;
          }
        }
      }
    };

    abstract void run(Turn turn);
  }

  @ParameterizedTest
  @EnumSource(Loop.class)
  void aTurnThatUsesItsRegionsIsStopped(Loop loop) {
    // More than once: what the compiler made of the loop is used from the start then.
    for (int i = 0; i < 3; i++) {
      requireStopped(run(loop::run));
      assertThat(Thread.currentThread().isInterrupted()).as("the interrupt is taken back").isFalse();
    }
    assertThat(store.statistics().overdue()).isEqualTo(3);
    assertThat(store.overdueTurns()).isEmpty();
    assertThat(ask(store.component("other"), "add state 0 1")).isEqualTo("1");
  }

  /** Where the compiler is waited for, the loop is compiled before it is overdue, and whatever can be moved out of it has been. */
  @ParameterizedTest
  @ValueSource(strings = {"-XX:-TieredCompilation", "-XX:TieredStopAtLevel=1", "-XX:+TieredCompilation"})
  void aLoopThatWasCompiledBeforeItIsOverdueIsStopped(String compiler) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xbatch",
                compiler,
                "-cp",
                System.getProperty("java.class.path"),
                CompiledLoops.class.getName(),
                folder.resolve("compiled.pool").toString())
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(said).endsWith("all were stopped" + System.lineSeparator());
    } finally {
      process.destroyForcibly();
    }
  }

  /** Runs each loop, in a process of its own. */
  static final class CompiledLoops {
    private CompiledLoops() {}

    public static void main(String[] arguments) {
      StoreOptions options = StoreOptions.create(1 << 20).awake(2).turnLimit(Duration.ofMillis(300));
      try (ProcessStore store = ProcessStore.open(Path.of(arguments[0]), options)) {
        Component endless = store.create("endless", spec -> spec.program(DelegatingProgram.class).region("state", 4096));
        for (Loop loop : Loop.values()) {
          System.out.println(loop);
          DelegatingProgram.behaviour = loop::run;
          assertThatThrownBy(() -> endless.invoke(ByteBuffer.allocate(0)))
              .isInstanceOf(TurnOverdue.class)
              .satisfies(thrown -> assertThat(((TurnOverdue) thrown).isStopped()).isTrue());
        }
        System.out.println("all were stopped");
      }
    }
  }

  @Test
  void theSameOnAVirtualThread() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Loop loop : Loop.values()) {
        assertThat(threads.submit(() -> run(loop::run)).get()).as("%s", loop).satisfies(TurnLimitTest::requireStopped);
        assertThat(threads.submit(() -> run(turn -> Thread.sleep(Long.MAX_VALUE))).get()).satisfies(TurnLimitTest::requireStopped);
      }
    }
  }

  @Test
  void whatTheProgramMeetsIsTyped() {
    AtomicReference<Throwable> ofRegion = new AtomicReference<>();
    AtomicReference<Throwable> ofMap = new AtomicReference<>();
    AtomicReference<Throwable> ofTurn = new AtomicReference<>();
    requireStopped(
        run(
            turn -> {
              Region region = turn.region(0);
              RegionMap map = turn.regions();
              ofRegion.set(
                  catchThrowable(
                      () -> {
                        while (true) {
                          region.putByte(0, region.getByte(1));
                        }
                      }));
              ofMap.set(catchThrowable(() -> map.region("state")));
              ofTurn.set(catchThrowable(() -> turn.reply(1)));
            }));
    assertThat(List.of(ofRegion.get(), ofMap.get()))
        .allSatisfy(thrown -> assertThat(((RegionException) thrown).reason()).isEqualTo(RegionException.Reason.TURN_OVERDUE));
    assertThat(ofTurn.get()).isInstanceOf(TurnOverdue.class);
  }

  @Test
  void aTurnThatHeedsTheInterruptIsStopped() {
    Throwable thrown = run(turn -> Thread.sleep(Long.MAX_VALUE));
    requireStopped(thrown);
    assertThat(thrown).hasCauseInstanceOf(InterruptedException.class);
  }

  @Test
  void aTurnThatReturnsTooLateIsUndone() {
    requireStopped(
        run(
            turn -> {
              long end = System.nanoTime() + LIMIT.toNanos() * 2;
              while (System.nanoTime() - end < 0) {
                Thread.onSpinWait();
              }
            }));
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void anInterruptThatWasThereBeforeIsLeft() {
    Thread.currentThread().interrupt();
    requireStopped(run(Loop.WRITES::run));
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aTurnWithinTheLimitIsLeftAlone() throws Exception {
    for (int i = 0; i < 200; i++) {
      assertThat(run(turn -> Thread.onSpinWait())).isNull();
    }
    DelegatingProgram.behaviour = turn -> Thread.sleep(LIMIT.toMillis() / 5);
    for (int i = 0; i < 10; i++) {
      // Together they take longer than the limit.
      endless.invoke(ByteBuffer.allocate(0));
    }
    assertThat(store.statistics().overdue()).isZero();
  }

  @Test
  void aBatchIsUndoneToItsLastCheckpoint() {
    DelegatingProgram.behaviour = turn -> turn.reply(turn.region(0).getLong(8));
    Throwable thrown =
        catchThrowable(
            () ->
                endless.batch(
                    EpochLimits.DEFAULT,
                    batch -> {
                      batch.invoke(ByteBuffer.allocate(0));
                      batch.checkpoint();
                      batch.invoke(ByteBuffer.allocate(0));
                      DelegatingProgram.behaviour = Loop.WRITES::run;
                      batch.invoke(ByteBuffer.allocate(0));
                    }));
    requireStopped(thrown);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void eachTurnOfABatchHasTheLimitForItself() {
    DelegatingProgram.behaviour = turn -> Thread.sleep(LIMIT.toMillis() / 5);
    endless.batch(
        EpochLimits.DEFAULT,
        batch -> {
          for (int i = 0; i < 10; i++) {
            batch.invoke(ByteBuffer.allocate(0));
          }
        });
    assertThat(store.statistics().overdue()).isZero();
  }

  @Test
  void theTimeBetweenTwoTurnsOfABatchIsLimitedToo() {
    DelegatingProgram.behaviour = turn -> turn.region(0).putLong(8, 5);
    AtomicReference<Throwable> inside = new AtomicReference<>();
    assertThat(
            catchThrowable(
                () ->
                    endless.batch(
                        EpochLimits.DEFAULT,
                        batch -> {
                          batch.invoke(ByteBuffer.allocate(0));
                          inside.set(catchThrowable(() -> Thread.sleep(Long.MAX_VALUE)));
                          batch.checkpoint();
                        })))
        .satisfies(TurnLimitTest::requireStopped);
    assertThat(inside.get()).isInstanceOf(InterruptedException.class);
    assertThat(
            catchThrowable(
                () ->
                    endless.batch(
                        EpochLimits.DEFAULT,
                        batch -> {
                          batch.invoke(ByteBuffer.allocate(0));
                          try {
                            Thread.sleep(Long.MAX_VALUE);
                          } catch (InterruptedException e) {
                            throw new IllegalArgumentException(e);
                          }
                        })))
        .satisfies(TurnLimitTest::requireStopped)
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  /** Neither touches its regions nor heeds an interrupt, until it is let go. */
  private Future<Throwable> runStubbornly(ExecutorService threads, Component component, AtomicBoolean letGo) throws InterruptedException {
    CountDownLatch runs = new CountDownLatch(1);
    DelegatingProgram.behaviour =
        turn -> {
          turn.region(0).putLong(8, 1);
          runs.countDown();
          while (!letGo.get()) {
            Thread.onSpinWait();
          }
        };
    Future<Throwable> future = threads.submit(() -> catchThrowable(() -> component.invoke(ByteBuffer.allocate(0))));
    runs.await();
    return future;
  }

  @Test
  void whoeverWaitsForATurnThatCannotBeStoppedIsTold() throws Exception {
    AtomicBoolean letGo = new AtomicBoolean();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      try {
        Future<Throwable> stubborn = runStubbornly(threads, endless, letGo);
        List<Runnable> calls =
            List.of(
                () -> endless.invoke(ByteBuffer.allocate(0)),
                () -> endless.invoke(RequestId.of(1), ByteBuffer.allocate(0)),
                () -> endless.batch(EpochLimits.DEFAULT, batch -> {}),
                endless::info,
                endless::name,
                endless::resume,
                endless::checkpoint,
                endless::hibernate,
                () -> endless.revoke(0),
                () -> endless.setQuota(1 << 20),
                endless::destroy,
                store::close);
        for (Runnable call : calls) {
          assertThatThrownBy(call::run)
              .isInstanceOf(TurnOverdue.class)
              .hasMessageContaining("nothing was done")
              .satisfies(thrown -> assertThat(((TurnOverdue) thrown).isStopped()).isFalse());
        }
        assertThat(store.overdueTurns()).hasSize(1);
        OverdueTurn reported = store.overdueTurns().getFirst();
        assertThat(reported.component()).isEqualTo(endless.id());
        assertThat(reported.nanos()).isGreaterThan(2 * LIMIT.toNanos());
        assertThat(reported.thread()).isNotEmpty();
        assertThat(stubborn.isDone()).isFalse();
        letGo.set(true);
        assertThat(stubborn.get()).satisfies(TurnLimitTest::requireStopped);
      } finally {
        letGo.set(true);
      }
    }
    assertThat(store.overdueTurns()).isEmpty();
    store.close();
    store = open(4);
    endless = store.component("endless");
  }

  @Test
  void everybodyElseGoesOn() throws Exception {
    AtomicBoolean letGo = new AtomicBoolean();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      try {
        Future<Throwable> stubborn = runStubbornly(threads, endless, letGo);
        long end = System.nanoTime() + LIMIT.toNanos() * 4;
        int count = 0;
        while (System.nanoTime() - end < 0) {
          try {
            assertThat(ask(store.component("other"), "add state 0 1")).isEqualTo("" + (count + 1));
            count++;
          } catch (TurnOverdue late) {
            // On a machine with more to do than it can, a short turn may be late, too; it is undone then.
            assertThat(late.isStopped()).isTrue();
          }
        }
        assertThat(count).isPositive();
        store.create("new", spec -> spec.program(ScriptProgram.class).region("state", 64));
        letGo.set(true);
        assertThat(stubborn.get()).satisfies(TurnLimitTest::requireStopped);
      } finally {
        letGo.set(true);
      }
    }
  }

  /** With one seat there is one lane. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whoeverWaitsForALaneThatNobodyGivesBackIsTold(int awake) throws Exception {
    store.close();
    store = open(awake);
    for (int i = 1; i < awake; i++) {
      int number = i;
      store.create("endless-" + number, spec -> spec.program(DelegatingProgram.class).region("state", 4096));
    }
    AtomicBoolean letGo = new AtomicBoolean();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      try {
        List<Future<Throwable>> stubborn = new ArrayList<>();
        stubborn.add(runStubbornly(threads, store.component("endless"), letGo));
        for (int i = 1; i < awake; i++) {
          stubborn.add(runStubbornly(threads, store.component("endless-" + i), letGo));
        }
        Component other = store.component("other");
        List<Runnable> calls = List.of(() -> ask(other, "get state 0"), () -> store.create("new", spec -> spec.program(ScriptProgram.class)));
        for (Runnable call : calls) {
          assertThatThrownBy(call::run).isInstanceOf(TurnOverdue.class).hasMessageContaining("all " + awake + " lanes");
        }
        assertThat(stubborn).noneMatch(Future::isDone);
      } finally {
        letGo.set(true);
      }
    }
    assertThat(ask(store.component("other"), "get state 0")).isEqualTo("0");
  }

  /** The batch stays away between its turns, or in one of them. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBatchThatWaitsForALaneForBatchesIsTold(boolean inATurn) throws Exception {
    store.close();
    store = open(2);
    endless = store.component("endless");
    AtomicBoolean letGo = new AtomicBoolean();
    CountDownLatch runs = new CountDownLatch(1);
    Runnable stays =
        () -> {
          runs.countDown();
          while (!letGo.get()) {
            Thread.onSpinWait();
          }
        };
    DelegatingProgram.behaviour = turn -> stays.run();
    Consumer<Batch> turns = batch -> batch.invoke(ByteBuffer.allocate(0));
    Future<Throwable> stuck;
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      try {
        stuck = threads.submit(() -> catchThrowable(() -> endless.batch(EpochLimits.DEFAULT, inATurn ? turns : batch -> stays.run())));
        runs.await();
        assertThatThrownBy(() -> store.component("other").batch(EpochLimits.DEFAULT, batch -> {}))
            .isInstanceOf(TurnOverdue.class)
            .hasMessageContaining("lanes for batches");
        assertThat(ask(store.component("other"), "get state 0")).as("a single turn").isEqualTo("0");
      } finally {
        letGo.set(true);
      }
    }
    assertThat(stuck.get()).satisfies(TurnLimitTest::requireStopped);
  }

  public static final class EndlessConstructor implements Program {
    static volatile boolean endless;

    public EndlessConstructor() throws InterruptedException {
      if (endless) {
        Thread.sleep(Long.MAX_VALUE);
      }
    }

    @Override
    public void turn(Turn turn) {
      turn.reply(1);
    }
  }

  @Test
  void aConstructorThatNeverEndsIsOnTheTurnsClock() {
    store.create("slow", spec -> spec.program(EndlessConstructor.class));
    store.close();
    store = open(4);
    EndlessConstructor.endless = true;
    try {
      assertThatThrownBy(() -> store.component("slow").invoke(ByteBuffer.allocate(0)))
          .isInstanceOf(TurnOverdue.class)
          .hasMessageContaining("component slow");
    } finally {
      EndlessConstructor.endless = false;
    }
    assertThat(ProcessStoreTest.value(store.component("slow").invoke(ByteBuffer.allocate(0)))).isEqualTo(1);
  }

  @Test
  void aCallerThatIsInterruptedWhileItWaitsWaitsOnAndStaysInterrupted() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    DelegatingProgram.behaviour =
        turn -> {
          runs.countDown();
          Thread.sleep(LIMIT.toMillis() / 2);
        };
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> first = threads.submit(() -> endless.invoke(ByteBuffer.allocate(0)));
      runs.await();
      Future<Boolean> second =
          threads.submit(
              () -> {
                Thread.currentThread().interrupt();
                endless.checkpoint();
                return Thread.interrupted();
              });
      first.get();
      assertThat(second.get()).isTrue();
    }
  }

  @Test
  void aStoreThatIsClosedLeavesNoThreadBehind() throws InterruptedException {
    store.close();
    for (int i = 0; watchers() > 0; i++) {
      assertThat(i).isLessThan(1000);
      Thread.sleep(10);
    }
    store = open(4);
    assertThat(watchers()).isEqualTo(1);
  }

  private long watchers() {
    return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("turn limit of mapped file " + pool)).count();
  }

  @Test
  void aLimitThatCannotBe() {
    StoreOptions options = StoreOptions.existing();
    for (Duration limit : List.of(Duration.ZERO, Duration.ofNanos(999_999), Duration.ofDays(-1))) {
      assertThatThrownBy(() -> options.turnLimit(limit)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at least");
    }
    assertThat(options.turnLimit(Duration.ofSeconds(Long.MAX_VALUE)).turnLimitNanos()).isPositive();
    assertThat(options.turnLimitNanos()).isZero();
  }

  @Test
  void aPoolThatIsLeftWithSuchATurnIsRolledBack() throws Exception {
    AtomicBoolean letGo = new AtomicBoolean();
    Path left = folder.resolve("left.pool");
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      try {
        Future<Throwable> stubborn = runStubbornly(threads, endless, letGo);
        while (store.overdueTurns().isEmpty()) {
          Thread.sleep(1);
        }
        // What a process that ends now would leave.
        Files.copy(pool, left);
        letGo.set(true);
        assertThat(stubborn.get()).satisfies(TurnLimitTest::requireStopped);
      } finally {
        letGo.set(true);
      }
    }
    DelegatingProgram.behaviour = turn -> turn.reply(turn.region(0).getLong(8));
    // To the store it is the copy of an open pool.
    try (ProcessStore next = ProcessStore.open(left, StoreOptions.existing().acceptMachineCrash(true))) {
      assertThat(next.opening().recovery().lanesRolledBack()).isEqualTo(1);
      assertThat(ProcessStoreTest.value(next.component("endless").invoke(ByteBuffer.allocate(0)))).isZero();
    }
  }
}
