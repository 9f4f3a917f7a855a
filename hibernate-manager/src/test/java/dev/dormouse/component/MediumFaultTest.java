package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.region.RegionLayout;
import dev.dormouse.region.RegionMap;
import dev.dormouse.region.RegionRights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a fault of the medium leaves half-done is never committed, and never stops those who have nothing to do with it (I2, I3). */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MediumFaultTest {
  private static final long POOL_BYTES = 1 << 20;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  @TempDir Path folder;
  private FaultyMemory pool;

  /** Does what the test put in. */
  public static final class CallbackProgram implements Program {
    static volatile Consumer<Turn> callback = turn -> {};

    @Override
    public void turn(Turn turn) {
      callback.accept(turn);
    }
  }

  @BeforeEach
  void makeFiles() throws IOException {
    CallbackProgram.callback = turn -> {};
    pool = new FaultyMemory(POOL_BYTES);
    Files.writeString(folder.resolve("book"), "many words");
  }

  private ProcessStore open(StoreOptions options) {
    return ProcessStore.open(
        pool.media(), options.awake(2).fileRoot("books", folder).bootIdentity(new BootIdentity(1, 1)));
  }

  private ProcessStore create() {
    return open(StoreOptions.create(POOL_BYTES));
  }

  private void assertWhole() {
    assertThat(StoreVerifier.verify(pool.reader(), new BootIdentity(1, 1)).findings()).as("I3").isEmpty();
  }

  private static Component component(ProcessStore store, String name) {
    return store.create(name, spec -> spec.program(CallbackProgram.class).region("state", 64).region("more", 5000).file("books", "book"));
  }

  /** A change of a turn that is more than one step. */
  @SuppressWarnings("ImmutableEnumChecker") // None of them keeps anything.
  enum Change {
    ATTACH(turn -> turn.attach("new", 100)),
    DETACH_FIRST(turn -> turn.detach("state")),
    DETACH(turn -> turn.detach("more")),
    RESIZE_FIRST(turn -> turn.resize("state", 700)),
    RESIZE(turn -> turn.resize("more", 70)),
    PROTECT(turn -> turn.protect("more", RegionRights.READ)),
    PROTECT_FIRST(turn -> turn.protect("state", RegionRights.READ)),
    POSITION(turn -> turn.file(0).position(3)),
    STORE(turn -> turn.region("more").fill(0, 5000, (byte) 3)),
    MANY(
        turn -> {
          for (int i = 0; i < 6; i++) {
            turn.attach("new-" + i, 100);
          }
        });

    private final Consumer<Turn> steps;

    Change(Consumer<Turn> steps) {
      this.steps = steps;
    }
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void aChangeThatAnErrorCutShortIsNotCommittedByAProgramThatCatchesIt(Change change) {
    boolean failed = true;
    for (int n = 0; failed; n++) {
      pool = new FaultyMemory(POOL_BYTES);
      try (ProcessStore store = create()) {
        Component component = component(store, "one");
        component(store, "two");
        AtomicBoolean struck = new AtomicBoolean();
        int at = n;
        CallbackProgram.callback =
            turn -> {
              turn.region("state").putLong(0, 7);
              pool.failAtChange(at);
              try {
                change.steps.accept(turn);
              } catch (InternalError e) {
                struck.set(true);
              } finally {
                pool.heal();
              }
            };
        try {
          component.invoke(NOTHING);
        } catch (RuntimeException | InternalError refused) {
          assertThat(struck).as("a reason to refuse").isTrue();
        }
        failed = struck.get();
        CallbackProgram.callback = turn -> turn.file(0).position();
        try {
          component.invoke(NOTHING);
        } catch (StoreClosed halfWay) {
          // A name's own epoch was past its commit point: the next open finishes it.
          assertThat(struck).as("a reason to stop").isTrue();
        }
      }
      assertWhole();
      try (ProcessStore store = open(StoreOptions.existing())) {
        CallbackProgram.callback = turn -> turn.file(0).position();
        store.component("one").invoke(NOTHING);
        store.component("one").destroy();
        store.component("two").destroy();
      }
      assertWhole();
    }
  }

  @Test
  void aBatchWhoseCommitFailedRunsNoFurtherTurn() {
    boolean failed = true;
    for (int n = 0; failed; n++) {
      pool = new FaultyMemory(POOL_BYTES);
      ProcessStore store = create();
      Component component = component(store, "one");
      AtomicBoolean ranOn = new AtomicBoolean();
      AtomicBoolean struck = new AtomicBoolean();
      int at = n;
      try {
        component.batch(
            EpochLimits.DEFAULT,
            batch -> {
              CallbackProgram.callback = turn -> turn.attach("new", 100);
              batch.invoke(NOTHING);
              CallbackProgram.callback =
                  turn -> {
                    turn.region("state").putLong(0, 9);
                    ranOn.set(true);
                  };
              pool.failAtChange(at);
              try {
                batch.checkpoint();
              } catch (InternalError e) {
                struck.set(true);
              }
              pool.heal();
              if (struck.get()) {
                batch.invoke(NOTHING);
              }
            });
      } catch (RuntimeException e) {
        assertThat(struck).isTrue();
      }
      failed = struck.get();
      assertThat(ranOn).as("a turn in an epoch that is over").isFalse();
      store.close();
      assertWhole();
    }
  }

  @Test
  void aStoreWhoseAbortFailedRunsNoFurtherTurn() {
    ProcessStore store = create();
    Component component = component(store, "one");
    Component other = component(store, "two");
    CallbackProgram.callback =
        turn -> {
          turn.region("state").putLong(0, 7);
          pool.failAtChange(0);
          throw new IllegalStateException("undo this");
        };
    assertThatThrownBy(() -> component.invoke(NOTHING)).isInstanceOf(MediaUnavailable.class).hasCauseInstanceOf(InternalError.class);
    pool.heal();
    AtomicBoolean ran = new AtomicBoolean();
    CallbackProgram.callback = turn -> ran.set(true);
    assertThatThrownBy(() -> component.invoke(NOTHING)).isInstanceOf(StoreClosed.class);
    assertThatThrownBy(() -> other.invoke(NOTHING)).isInstanceOf(StoreClosed.class);
    assertThat(ran).as("R1: a turn on top of what was not undone").isFalse();
    store.close();
    assertWhole();
  }

  @Test
  void aNameIsGivenBackWhenItsMakingCouldNotBeUndone() throws InterruptedException {
    ProcessStore store = create();
    component(store, "one");
    Thread maker =
        Thread.ofPlatform()
            .start(
                () -> {
                  // The first fence is one of its commit, and its abort has others.
                  pool.failAlwaysAt(call -> call.equals("fence"));
                  try {
                    component(store, "two");
                  } catch (InternalError e) {
                    return;
                  }
                });
    maker.join();
    pool.heal();
    Thread second =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    component(store, "two");
                  } catch (RuntimeException e) {
                    return;
                  }
                });
    second.join(20_000);
    assertThat(second.isAlive()).as("it waits for a name that nobody gives back").isFalse();
    store.close();
  }

  @Test
  void aLaneIsGivenBackWhenItCouldNotBeStarted() {
    try (ProcessStore store = create()) {
      Component component = component(store, "one");
      for (int n = 0; n < 4; n++) {
        pool.failAt(n, call -> call.equals("getLong") || call.equals("read"));
        try {
          component.invoke(NOTHING);
        } catch (MediaUnavailable e) {
          assertThat(store.engine().freeLanes()).isEqualTo(2);
        }
        pool.heal();
        component.hibernate();
      }
      component.invoke(NOTHING);
    }
    assertWhole();
  }

  @Test
  void aFlippedBitInTheRecordOfOneWhoIsAwakeIsNotSealedIn() {
    try (ProcessStore store = create()) {
      Component victim = component(store, "victim");
      Component flipped = component(store, "flipped");
      CallbackProgram.callback = turn -> turn.region("state").putLong(0, 1);
      victim.invoke(NOTHING);
      flipped.invoke(NOTHING);
      int extent = ComponentLayout.REGION0 + RegionLayout.EXTENT_OFFSET;
      byte[] other = new byte[8];
      pool.media().read(victim.id().recordOffset() + extent, other, 0, 8);
      pool.media().write(flipped.id().recordOffset() + extent, other, 0, 8);
      CallbackProgram.callback =
          turn -> {
            turn.attach("new", 64, RegionMap.ANY_ADDRESS, RegionRights.READ_WRITE);
            turn.region("state").putLong(0, 666);
          };
      assertThatThrownBy(() -> flipped.invoke(NOTHING)).isInstanceOf(DormouseException.class);
      assertThat(pool.media().getLong(Bytes.getLong(other, 0))).as("the victim's state").isEqualTo(1);
    }
  }

  @Test
  void aCallAfterTheCloseSaysThatTheStoreIsClosed() throws IOException {
    Path file = folder.resolve("inspected.pool");
    try (ProcessStore store = ProcessStore.open(file, StoreOptions.create(POOL_BYTES))) {
      store.create("one", spec -> spec.program(CallbackProgram.class).region("state", 64));
    }
    ProcessStore inspected = ProcessStore.inspect(file);
    Component component = inspected.component("one");
    inspected.close();
    assertThatThrownBy(() -> component.invoke(NOTHING)).isInstanceOf(StoreClosed.class);
  }
}
