package dev.dormouse.guide;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PAGE_CACHE;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.Program;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.Turn;
import dev.dormouse.component.TurnFailed;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.junit.CrashScenario;
import dev.dormouse.emulation.junit.CrashTest;
import dev.dormouse.heap.Media;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The guide's queue in a component. */
class JobQueueTest {
  private static final int POOL_BYTES = 256 << 10;

  // region program
  /** Requests: {@code +job} adds one, {@code -} takes one, {@code ?} lists them, {@code !} adds one and then fails. */
  public static final class Jobs implements Program {
    @Override
    public void turn(Turn turn) {
      String request = UTF_8.decode(turn.request()).toString();
      JobQueue queue = JobQueue.open(turn.region("jobs"));
      switch (request.charAt(0)) {
        case '-' -> turn.reply(String.valueOf(queue.take()).getBytes(UTF_8));
        case '?' -> turn.reply(String.join(",", queue.jobs()).getBytes(UTF_8));
        default -> {
          if (!queue.add(request.substring(1))) {
            // The views are stale after a resize, and so is the queue.
            turn.resize("jobs", 2 * turn.region("jobs").lengthBytes());
            JobQueue.open(turn.region("jobs")).add(request.substring(1));
          }
          if (request.charAt(0) == '!') {
            throw new IllegalStateException("a turn that fails");
          }
        }
      }
    }
  }
  // endregion

  /** Formats the queue in a turn of its own, and leaves the rest to {@link Jobs}. */
  public static final class JobsWithFormat implements Program {
    private final Jobs jobs = new Jobs();

    @Override
    public void turn(Turn turn) {
      if (turn.request().hasRemaining()) {
        jobs.turn(turn);
      } else {
        JobQueue.format(turn.region("jobs"));
      }
    }
  }

  private static ProcessStore open(Media media) {
    return ProcessStore.open(media, StoreOptions.existing());
  }

  /** A queue with room for three jobs. */
  private static ProcessStore create(Media media) {
    ProcessStore store = ProcessStore.open(media, StoreOptions.create(media.sizeBytes()));
    store.create("jobs", spec -> spec.program(JobsWithFormat.class).region("jobs", 256)).invoke(ByteBuffer.allocate(0));
    return store;
  }

  private static String ask(ProcessStore store, String request) {
    return UTF_8.decode(store.component("jobs").invoke(UTF_8.encode(request))).toString();
  }

  // region crash
  @CrashTest(sizeBytes = POOL_BYTES, models = {PX86, EADR, PAGE_CACHE}, images = 48, recoveryImages = 3)
  void aJobIsThereWholeOrNotAtAllAlsoWhereTheRingGrows(CrashScenario crash) {
    crash.prepare(media -> create(media).close())
        .open(JobQueueTest::open)
        .step("add a", jobs -> ask(jobs, "+a"))
        .step("add b", jobs -> ask(jobs, "+b"))
        .step("take a", jobs -> ask(jobs, "-"))
        .step("add c", jobs -> ask(jobs, "+c"))
        .step("add d, at the ring's beginning", jobs -> ask(jobs, "+d"))
        .step("add e, which needs a longer ring", jobs -> ask(jobs, "+e"))
        .allOrNothing(jobs -> ask(jobs, "?"));
  }
  // endregion

  // region model
  @Property(tries = 40, seed = "60221")
  void aQueueIsADequeThatFailedTurnsDoNotChange(@ForAll long seed) {
    Random random = new Random(seed);
    CrashMedia media = CrashMedia.zeroed(1 << 20);
    ProcessStore store = create(media);
    Deque<String> model = new ArrayDeque<>();
    for (int step = 0; step < 60; step++) {
      String job = "job-" + random.nextInt(1000);
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          ask(store, "+" + job);
          model.add(job);
        }
        case 2 -> assertThat(ask(store, "-")).isEqualTo(String.valueOf(model.poll()));
        case 3 -> {
          ProcessStore running = store;
          assertThatThrownBy(() -> ask(running, "!" + job)).isInstanceOf(TurnFailed.class);
        }
        // The process is killed, and another one opens the pool.
        default -> store = open(media);
      }
      assertThat(ask(store, "?")).isEqualTo(String.join(",", model));
    }
  }
  // endregion

  @Test
  void whatIsNotAQueueIsNotOpened() {
    CrashMedia media = CrashMedia.zeroed(POOL_BYTES);
    List<String> failures = new ArrayList<>();
    try (ProcessStore store = ProcessStore.open(media, StoreOptions.create(POOL_BYTES))) {
      store.create("jobs", spec -> spec.program(Jobs.class).region("jobs", 256));
      try {
        ask(store, "?");
      } catch (TurnFailed e) {
        failures.add(e.getCause().getMessage());
      }
    }
    assertThat(failures).containsExactly("region of 256 bytes: no queue of jobs in it");
  }
}
