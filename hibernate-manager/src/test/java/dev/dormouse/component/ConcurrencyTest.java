package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.region.Region;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns of one component run one after the other, those of different ones at the same time, in threads of both kinds (R1). */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ConcurrencyTest {
  private static final long POOL_BYTES = 64 << 20;

  @TempDir Path folder;
  private Path pool;

  @BeforeEach
  void namePool() {
    pool = folder.resolve("busy.pool");
  }

  @AfterEach
  void everyByteIsOwnedOnce() {
    assertThat(StoreVerifier.verify(pool).findings()).as("I3").isEmpty();
  }

  private ProcessStore open(int awake) {
    return ProcessStore.open(pool, StoreOptions.openOrCreate(POOL_BYTES).awake(awake));
  }

  private static ExecutorService threads(boolean virtual) {
    return virtual ? Executors.newVirtualThreadPerTaskExecutor() : Executors.newCachedThreadPool();
  }

  /** Runs the task in so many threads at once, and waits for all. */
  private static void inThreads(boolean virtual, int count, Callable<Void> task) throws Exception {
    try (ExecutorService executor = threads(virtual)) {
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(executor.submit(task));
      }
      for (Future<Void> one : all) {
        one.get();
      }
    }
  }

  private static int freeLanes(ProcessStore store) {
    return store.engine().freeLanes();
  }

  /** Meets other turns, or waits in the middle of one. */
  public static final class MeetingProgram implements Program {
    static final AtomicInteger INSIDE = new AtomicInteger();
    static volatile CountDownLatch arrivals = new CountDownLatch(0);
    static volatile CountDownLatch departure = new CountDownLatch(0);

    @Override
    public void turn(Turn turn) throws InterruptedException {
      Region state = turn.region(0);
      state.putLong(0, state.getLong(0) + 1);
      INSIDE.incrementAndGet();
      arrivals.countDown();
      try {
        if (!departure.await(60, TimeUnit.SECONDS)) {
          throw new IllegalStateException("nobody came");
        }
      } finally {
        INSIDE.decrementAndGet();
      }
      state.putLong(8, state.getLong(8) + 1);
      turn.reply(state.getLong(8));
    }
  }

  /** Counts in the heap as well, where turns that overlap would be seen. */
  public static final class AloneProgram implements Program {
    static final AtomicInteger[] RUNNING = new AtomicInteger[64];
    static final AtomicInteger OVERLAPS = new AtomicInteger();

    static {
      for (int i = 0; i < RUNNING.length; i++) {
        RUNNING[i] = new AtomicInteger();
      }
    }

    @Override
    public void turn(Turn turn) {
      Region state = turn.region(0);
      AtomicInteger running = RUNNING[(int) state.getLong(16)];
      if (running.incrementAndGet() != 1) {
        OVERLAPS.incrementAndGet();
      }
      state.putLong(0, state.getLong(0) + 1);
      Thread.onSpinWait();
      state.putLong(8, state.getLong(0));
      running.decrementAndGet();
      turn.reply(state.getLong(8));
    }
  }

  /** Does what the test put in. */
  public static final class CallbackProgram implements Program {
    static volatile Consumer<Turn> callback = turn -> {};

    @Override
    public void turn(Turn turn) {
      turn.region(0).putLong(0, 7);
      callback.accept(turn);
    }
  }

  private static void shut(ProcessStore store) {
    store.close();
  }

  private static void meeting(ComponentSpec spec) {
    spec.program(MeetingProgram.class).region("state", 64);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void turnsOfDifferentComponentsRunAtTheSameTime(boolean virtual) throws Exception {
    try (ProcessStore store = open(16);
        ExecutorService executor = threads(virtual)) {
      MeetingProgram.arrivals = new CountDownLatch(8);
      MeetingProgram.departure = MeetingProgram.arrivals;
      List<Future<ByteBuffer>> replies = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Component component = store.create("meeting-" + i, ConcurrencyTest::meeting);
        replies.add(executor.submit(() -> component.invoke(ByteBuffer.allocate(0))));
      }
      for (Future<ByteBuffer> reply : replies) {
        assertThat(ProcessStoreTest.value(reply.get(60, TimeUnit.SECONDS))).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void turnsOfOneComponentNeverOverlapThoughThereAreMoreComponentsThanSeats(boolean virtual) throws Exception {
    AloneProgram.OVERLAPS.set(0);
    int components = 32;
    int threads = 8;
    int turns = 2000;
    try (ProcessStore store = open(4)) {
      List<Component> all = new ArrayList<>();
      for (int i = 0; i < components; i++) {
        Component component = store.create("alone-" + i, spec -> spec.program(ScriptProgram.class).region("state", 64));
        ask(component, "put state 16 " + i);
        component.destroy();
        component = store.create("alone-" + i, spec -> spec.program(AloneProgram.class).region("state", 64));
        all.add(component);
      }
      inThreads(
          virtual,
          threads,
          () -> {
            for (int i = 0; i < turns; i++) {
              // Mostly a few, so that they are fought for.
              int index = ThreadLocalRandom.current().nextInt(i % 4 == 0 ? components : 3);
              all.get(index).invoke(ByteBuffer.allocate(0));
              if (i % 50 == 0) {
                all.get(index).hibernate();
              }
              if (i % 200 == 0) {
                store.hibernateAll();
              }
              assertThat(store.awakeCount()).isLessThanOrEqualTo(4);
            }
            return null;
          });
      assertThat(store.statistics().turns()).isGreaterThanOrEqualTo((long) threads * turns);
      long counted = 0;
      for (Component component : all) {
        counted += ProcessStoreTest.value(component.invoke(ByteBuffer.allocate(0))) - 1;
      }
      assertThat(counted).as("turns that are in the components").isEqualTo((long) threads * turns);
      assertThat(freeLanes(store)).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void turnsOfOneComponentNeverOverlap(boolean virtual) throws Exception {
    AloneProgram.OVERLAPS.set(0);
    try (ProcessStore store = open(16)) {
      Component one = store.create("one", spec -> spec.program(AloneProgram.class).region("state", 64));
      inThreads(
          virtual,
          8,
          () -> {
            for (int i = 0; i < 2000; i++) {
              one.invoke(ByteBuffer.allocate(0));
            }
            return null;
          });
      assertThat(AloneProgram.OVERLAPS).hasValue(0);
      assertThat(ProcessStoreTest.value(one.invoke(ByteBuffer.allocate(0)))).isEqualTo(16_001);
    }
  }

  @Test
  void theSameRequestFromManyThreadsRunsOnce() throws Exception {
    try (ProcessStore store = open(8)) {
      Component cart = store.create("cart", spec -> spec.program(CartProgram.class).region("state", 64));
      for (int i = 1; i <= 100; i++) {
        RequestId id = RequestId.of(i);
        long expected = i;
        inThreads(
            true,
            8,
            () -> {
              assertThat(ProcessStoreTest.value(cart.invoke(id, ProcessStoreTest.amount(1)))).isEqualTo(expected);
              return null;
            });
      }
      assertThat(store.statistics().repeats()).isEqualTo(700);
    }
  }

  @Test
  void hibernatingWaitsForTheTurnThatRunsAndLosesNothing() throws Exception {
    try (ProcessStore store = open(4);
        ExecutorService executor = threads(false)) {
      Component component = store.create("meeting", ConcurrencyTest::meeting);
      MeetingProgram.arrivals = new CountDownLatch(1);
      MeetingProgram.departure = new CountDownLatch(1);
      Future<ByteBuffer> turn = executor.submit(() -> component.invoke(ByteBuffer.allocate(0)));
      MeetingProgram.arrivals.await();
      Future<?> hibernation = executor.submit(component::hibernate);
      store.hibernateAll();
      assertThatThrownBy(() -> hibernation.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
      assertThat(component.isAwake()).isTrue();
      MeetingProgram.departure.countDown();
      assertThat(ProcessStoreTest.value(turn.get())).isEqualTo(1);
      hibernation.get();
      assertThat(component.isAwake()).isFalse();
    }
  }

  @Test
  void componentsThatAreMadeAndDestroyedMeanwhileAreThemselvesOrNobody() throws Exception {
    int names = 6;
    int threads = 8;
    AtomicInteger made = new AtomicInteger();
    AtomicInteger answered = new AtomicInteger();
    try (ProcessStore store = open(4)) {
      inThreads(
          false,
          threads,
          () -> {
            for (int i = 0; i < 3000; i++) {
              String name = "name-" + ThreadLocalRandom.current().nextInt(names);
              try {
                switch (ThreadLocalRandom.current().nextInt(4)) {
                  case 0 -> {
                    Component component = store.create(name, spec -> spec.program(NameProgram.class).region("state", 64));
                    made.incrementAndGet();
                    // Whoever made it can reach it, unless somebody destroyed it by then.
                    component.invoke(ByteBuffer.allocate(0));
                  }
                  case 1 -> store.component(name).destroy();
                  default -> {
                    Component component = store.component(name);
                    assertThat(ScriptProgram.text(component.invoke(ByteBuffer.allocate(0)))).isEqualTo(name);
                    answered.incrementAndGet();
                  }
                }
              } catch (NameTaken | NoSuchComponent e) {
                // Somebody was faster.
              }
            }
            return null;
          });
      assertThat(made.get()).isGreaterThan(100);
      assertThat(answered.get()).isGreaterThan(100);
      assertThat(freeLanes(store)).isEqualTo(4);
    }
  }

  /** Answers with the component's name, and counts; a new one that does not start from zero is somebody else's state (I4). */
  public static final class NameProgram implements Program {
    @Override
    public void turn(Turn turn) {
      Region state = turn.region("state");
      if (state.getLong(8) != 0 && state.getLong(8) != turn.id().birth()) {
        throw new IllegalStateException("the state of " + state.getLong(8) + " in " + turn.id());
      }
      state.putLong(8, turn.id().birth());
      turn.reply(turn.name().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  @Test
  void aComponentInTheSlotOfADestroyedOneIsReachedAtOnce() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (ProcessStore store = open(4);
        ExecutorService executor = threads(false)) {
      // Old handles are tried all the time, so that the seats of the destroyed are in use when their slots get new owners.
      ComponentId[] latest = new ComponentId[1];
      latest[0] = store.create("first", spec -> spec.program(NameProgram.class).region("state", 64)).id();
      Future<Void> pest =
          executor.submit(
              () -> {
                while (!over.get()) {
                  try {
                    store.component(latest[0]).invoke(ByteBuffer.allocate(0));
                  } catch (NoSuchComponent e) {
                    // It was destroyed.
                  }
                }
                return null;
              });
      try {
        for (int i = 0; i < 5000; i++) {
          Component component = store.component(latest[0]);
          component.destroy();
          String name = "next-" + i;
          Component next = store.create(name, spec -> spec.program(NameProgram.class).region("state", 64));
          assertThat(ScriptProgram.text(next.invoke(ByteBuffer.allocate(0)))).isEqualTo(name);
          latest[0] = next.id();
        }
      } finally {
        over.set(true);
      }
      pest.get();
    }
  }

  @Test
  void closingLetsTheRunningTurnsEndAndRefusesLaterCalls() throws Exception {
    ProcessStore store = open(4);
    Component component = store.create("meeting", ConcurrencyTest::meeting);
    Component other = store.create("other", spec -> spec.program(ScriptProgram.class).region("state", 64));
    MeetingProgram.arrivals = new CountDownLatch(1);
    MeetingProgram.departure = new CountDownLatch(1);
    try (ExecutorService executor = threads(false)) {
      Future<ByteBuffer> turn = executor.submit(() -> component.invoke(ByteBuffer.allocate(0)));
      MeetingProgram.arrivals.await();
      Future<?> first = executor.submit(store::close);
      Future<?> second = executor.submit(store::close);
      assertThatThrownBy(() -> first.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
      assertThatThrownBy(() -> second.get(100, TimeUnit.MILLISECONDS)).as("a second close waits as well").isInstanceOf(TimeoutException.class);
      MeetingProgram.departure.countDown();
      assertThat(ProcessStoreTest.value(turn.get())).isEqualTo(1);
      first.get();
      second.get();
    }
    store.close();
    assertThatThrownBy(() -> other.invoke(ByteBuffer.allocate(0))).isInstanceOf(StoreClosed.class);
    assertThatThrownBy(() -> store.find("other")).isInstanceOf(StoreClosed.class);
    assertThatThrownBy(() -> store.component("other")).isInstanceOf(StoreClosed.class);
    assertThatThrownBy(() -> store.create("new", spec -> spec.program(CallbackProgram.class).region("new", 64))).isInstanceOf(StoreClosed.class);
    assertThatThrownBy(() -> store.forEach(all -> {})).isInstanceOf(StoreClosed.class);
    assertThatThrownBy(other::info).isInstanceOf(StoreClosed.class);
    assertThatThrownBy(other::destroy).isInstanceOf(StoreClosed.class);
    assertThatThrownBy(other::checkpoint).isInstanceOf(StoreClosed.class);
    other.hibernate();
    assertThat(store.awakeCount()).isZero();
    try (ProcessStore again = open(4)) {
      assertThat(again.opening().how()).isEqualTo(OpeningReport.Opening.CLEAN);
      assertThat(ProcessStoreTest.value(again.component("meeting").invoke(ByteBuffer.allocate(0)))).isEqualTo(2);
    }
  }

  @Test
  void closingWhileManyTurnsRunLosesNoneThatWasAcknowledged() throws Exception {
    for (int round = 0; round < 30; round++) {
      AtomicInteger acknowledged = new AtomicInteger();
      String name = "cart-" + round;
      ProcessStore store = open(4);
      Component cart = store.create(name, spec -> spec.program(CartProgram.class).region("state", 64));
      try (ExecutorService executor = threads(true)) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          boolean fails = i == 0;
          all.add(
              executor.submit(
                  () -> {
                    while (true) {
                      try {
                        cart.invoke(ProcessStoreTest.amount(fails ? -1 : 1));
                        acknowledged.incrementAndGet();
                      } catch (TurnFailed e) {
                        // As it was meant to.
                      } catch (StoreClosed e) {
                        return;
                      }
                    }
                  }));
        }
        Thread.sleep(10);
        store.close();
        for (Future<?> one : all) {
          one.get();
        }
      }
      try (ProcessStore again = open(4)) {
        assertThat(ProcessStoreTest.value(again.component(name).invoke(ProcessStoreTest.amount(0)))).isEqualTo(acknowledged.get());
      }
    }
  }

  @Test
  void aTurnThatCallsBackIntoTheStoreIsRefusedAndLeavesNoLaneLeased() {
    try (ProcessStore store = open(4)) {
      Component caller = store.create("caller", spec -> spec.program(CallbackProgram.class).region("state", 64));
      Component other = store.create("other", spec -> spec.program(ScriptProgram.class).region("state", 64));
      List<Consumer<Turn>> calls =
          List.of(
              turn -> other.invoke(ByteBuffer.allocate(0)),
              turn -> caller.invoke(ByteBuffer.allocate(0)),
              turn -> store.component(turn.id()).invoke(RequestId.of(1), ByteBuffer.allocate(0)),
              turn -> store.create("new", spec -> spec.program(CartProgram.class).region("unheard-of", 64)),
              turn -> other.destroy(),
              turn -> caller.destroy(),
              turn -> other.info(),
              turn -> other.resume(),
              turn -> other.checkpoint(),
              turn -> other.revoke(0),
              turn -> other.hibernate(),
              turn -> caller.hibernate(),
              turn -> shut(store));
      for (int i = 0; i < calls.size(); i++) {
        CallbackProgram.callback = calls.get(i);
        assertThatThrownBy(() -> caller.invoke(ByteBuffer.allocate(0)))
            .as("call %d", i)
            .isInstanceOf(TurnFailed.class)
            .hasCauseInstanceOf(OutOfTurn.class);
        assertThat(freeLanes(store)).as("free lanes after call %d", i).isEqualTo(4);
      }
      // What only looks is allowed.
      CallbackProgram.callback = turn -> assertThat(store.find("other")).isPresent();
      caller.invoke(ByteBuffer.allocate(0));
      assertThat(ask(other, "get state 0")).isEqualTo("0");
      CallbackProgram.callback = turn -> {};
    }
  }

  @Test
  void aTurnMayCallAnotherStore() {
    try (ProcessStore store = open(4);
        ProcessStore second = ProcessStore.open(folder.resolve("second.pool"), StoreOptions.create(1 << 20))) {
      Component caller = store.create("caller", spec -> spec.program(CallbackProgram.class).region("state", 64));
      Component other = second.create("other", spec -> spec.program(ScriptProgram.class).region("state", 64));
      CallbackProgram.callback = turn -> assertThat(ask(other, "add state 0 1")).isEqualTo("1");
      caller.invoke(ByteBuffer.allocate(0));
      CallbackProgram.callback = turn -> {};
    }
  }

  @Test
  void anErrorInATurnIsPassedOnAndRolledBack() throws ExecutionException, InterruptedException {
    try (ProcessStore store = open(1);
        ExecutorService executor = threads(true)) {
      Component cart = store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 64));
      assertThatThrownBy(() -> ask(cart, "put state 0 1; error oops")).isInstanceOf(AssertionError.class);
      assertThat(freeLanes(store)).isEqualTo(1);
      assertThat(executor.submit(() -> ask(cart, "get state 0")).get()).isEqualTo("0");
    }
  }
}
