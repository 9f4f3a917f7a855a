package dev.dormouse.component;

import static dev.dormouse.component.ScriptProgram.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.heap.Geometry;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** R1: a component's lock is held until its lane is done, or undone. */
@Timeout(60)
final class LockOrderTest {
  private static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);

  /** Writes, and then throws for a negative amount; {@link #aboutToFail} is set in between. */
  public static final class FailingProgram implements Program {
    static final AtomicBoolean aboutToFail = new AtomicBoolean();

    @Override
    public void turn(Turn turn) {
      long amount = turn.request().getLong();
      turn.region(0).putLong(0, turn.region(0).getLong(0) + amount);
      turn.reply(turn.region(0).getLong(0));
      if (amount < 0) {
        aboutToFail.set(true);
        throw new IllegalArgumentException("amount " + amount);
      }
    }
  }

  @Test
  void r1AComponentWhoseTurnFailedRunsForNobodyBeforeItIsUndone() throws Exception {
    AtomicReference<Runnable> hook = new AtomicReference<>();
    Thread failing = Thread.currentThread();
    HookedMedia hooked =
        new HookedMedia(CrashMedia.zeroed(SMALL.sizeBytes())) {
          @Override
          protected void before() {
            Runnable action = hook.get();
            if (action != null && Thread.currentThread() == failing && FailingProgram.aboutToFail.get()) {
              hook.set(null);
              action.run();
            }
          }
        };
    AtomicReference<Future<Long>> turn = new AtomicReference<>();
    try (ExecutorService other = Executors.newSingleThreadExecutor();
        ProcessStore store = ProcessStore.open(hooked, StoreOptions.create(SMALL.sizeBytes()).geometry(SMALL).awake(3))) {
      Component cart = store.create("cart", spec -> spec.program(FailingProgram.class).region("state", 64));
      cart.invoke(ProcessStoreTest.amount(5));
      hook.set(
          () -> {
            turn.set(other.submit(() -> ProcessStoreTest.value(cart.invoke(ProcessStoreTest.amount(1)))));
            assertThatThrownBy(() -> turn.get().get(300, TimeUnit.MILLISECONDS))
                .as("a turn, while the one before it is not undone")
                .isInstanceOf(TimeoutException.class);
          });
      assertThatThrownBy(() -> cart.invoke(ProcessStoreTest.amount(-3))).isInstanceOf(TurnFailed.class);
      assertThat(turn.get()).as("something was stored to undo the turn").isNotNull();
      assertThat(turn.get().get()).isEqualTo(6);
      assertThat(ask(store.create("script", spec -> spec.program(ScriptProgram.class).region("state", 64)), "get state 0"))
          .as("the store goes on")
          .isEqualTo("0");
    }
  }
}
