package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashImage;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.PoolFull;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A component that is being made is nobody's before its commit, and runs for nobody before its lane is done. */
@Timeout(120)
final class NewbornTest {
  private static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);
  private static final BootIdentity BOOT = new BootIdentity(7, 7);
  private static final StoreOptions EXISTING = StoreOptions.existing().bootIdentity(BOOT).awake(3);

  private static StoreOptions fresh() {
    return StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).bootIdentity(BOOT).awake(3);
  }

  private static void cart(ComponentSpec spec) {
    spec.program(ScriptProgram.class).region("state", 64);
  }

  /** R1: its name is found while the lane that makes it is in (d); a turn of it then waits until that lane is done. */
  @Test
  void r1ATurnOfAComponentThatIsBeingMadeWaitsUntilItsLaneIsDone() throws Exception {
    CrashMedia media = CrashMedia.zeroed(SMALL.sizeBytes());
    AtomicReference<Runnable> hook = new AtomicReference<>();
    Thread maker = Thread.currentThread();
    HookedMedia hooked =
        new HookedMedia(media) {
          @Override
          protected void after() {
            Runnable action = Thread.currentThread() == maker ? hook.get() : null;
            if (action != null) {
              action.run();
            }
          }
        };
    AtomicReference<Future<String>> turn = new AtomicReference<>();
    try (ExecutorService other = Executors.newSingleThreadExecutor();
        ProcessStore store = ProcessStore.open(hooked, fresh())) {
      store.create("neighbour", NewbornTest::cart);
      hook.set(
          () -> {
            if (store.find("cart").isPresent()) {
              hook.set(null);
              turn.set(other.submit(() -> ask(store.component("cart"), "add state 0 5")));
              assertThatThrownBy(() -> turn.get().get(300, TimeUnit.MILLISECONDS))
                  .as("a turn, while the lane that makes its component is not done")
                  .isInstanceOf(TimeoutException.class);
            }
          });
      store.create("cart", NewbornTest::cart);
      assertThat(turn.get()).as("the name was found before create returned").isNotNull();
      assertThat(turn.get().get()).isEqualTo("5");
    }
    assertThat(StoreVerifier.verify(media.processKilled(), BOOT).findings()).isEmpty();
  }

  /** Tries every record's place near another's, with every birth that can be guessed from it. */
  private static void requireThatNobodyElseRuns(ProcessStore store, ComponentId known) {
    for (long place = known.recordOffset() - 40L * ComponentLayout.BYTES; place < known.recordOffset() + 40L * ComponentLayout.BYTES; place += ComponentLayout.BYTES) {
      for (long birth = known.birth() - 3; birth < known.birth() + 6; birth++) {
        ComponentId forged = new ComponentId(place, birth);
        boolean exists = store.find("cart").map(cart -> cart.id().equals(forged)).orElse(false);
        if (!forged.equals(known) && !exists) {
          Component nobody = store.component(forged);
          assertThatThrownBy(() -> ask(nobody, "say hello")).as("I5: %s", forged).isInstanceOf(NoSuchComponent.class);
          assertThatThrownBy(nobody::info).as("I5: %s", forged).isInstanceOf(NoSuchComponent.class);
        }
      }
    }
  }

  @Test
  void i5AComponentThatFoundNoRoomLeavesNoRecordThatCouldBeRun() {
    try (ProcessStore store = ProcessStore.open(CrashMedia.zeroed(SMALL.sizeBytes()), fresh())) {
      ComponentId known = store.create("neighbour", NewbornTest::cart).id();
      assertThatThrownBy(
              () -> store.create("cart", spec -> spec.program(ScriptProgram.class).region("state", 64).region("huge", 10_000_000)))
          .isInstanceOf(PoolFull.class);
      requireThatNobodyElseRuns(store, known);
      store.create("cart", NewbornTest::cart);
      assertThat(ask(store.component("cart"), "add state 0 1")).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void i5ACrashBeforeTheCommitLeavesNoRecordThatCouldBeRun(PersistencyModel model) {
    CrashMedia first = CrashMedia.zeroed(SMALL.sizeBytes());
    ComponentId known;
    try (ProcessStore store = ProcessStore.open(first, fresh())) {
      known = store.create("neighbour", NewbornTest::cart).id();
    }
    CrashImage initial = first.processKilled();
    AtomicReference<ComponentId> made = new AtomicReference<>();
    CrashExplorer.explore(
            initial,
            media -> {
              try (ProcessStore store = ProcessStore.open(media, EXISTING)) {
                made.set(store.create("cart", NewbornTest::cart).id());
              }
            },
            media -> ProcessStore.open(media, EXISTING).close(),
            (media, marks) -> {
              ProcessStore store = ProcessStore.open(media, EXISTING);
              if (store.find("cart").isEmpty()) {
                assertThatThrownBy(() -> ask(store.component(made.get()), "say hello")).as("I5").isInstanceOf(NoSuchComponent.class);
                assertThatThrownBy(() -> store.component(made.get()).info()).as("I5").isInstanceOf(NoSuchComponent.class);
              } else {
                assertThat(ask(store.component(made.get()), "say hello")).isEqualTo("hello");
              }
              assertThat(ask(store.component(known), "say hello")).isEqualTo("hello");
            },
            CrashOptions.of(model).withImages(64, 3))
        .requireClean();
  }
}
