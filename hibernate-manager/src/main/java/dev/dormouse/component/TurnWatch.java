package dev.dormouse.component;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Looks after the turns of a store that has a limit for them: finds those that are overdue, stops them as far as that can be
 * done, and keeps others from waiting for one that cannot be stopped.
 */
final class TurnWatch {
  private static final long LEAST_PERIOD_NANOS = 1_000_000;
  private static final long MOST_PERIOD_NANOS = 1_000_000_000;
  private static final int LOOKS_PER_LIMIT = 8;

  private final AwakeTable table;
  private final long limitNanos;
  private final long periodNanos;
  private final AtomicLong found = new AtomicLong();
  private final Thread thread;
  private volatile boolean stopped;

  TurnWatch(String store, AwakeTable table, long limitNanos) {
    this.table = table;
    this.limitNanos = limitNanos;
    this.periodNanos = Math.clamp(limitNanos / LOOKS_PER_LIMIT, LEAST_PERIOD_NANOS, MOST_PERIOD_NANOS);
    this.thread = Thread.ofPlatform().daemon().name("turn limit of " + store).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!stopped) {
      LockSupport.parkNanos(periodNanos);
      lookAround();
    }
  }

  private void lookAround() {
    boolean[] anyIsOverdue = new boolean[1];
    table.forEachSeat(
        seat -> {
          if (seat.clock.look(limitNanos)) {
            found.incrementAndGet();
          }
          anyIsOverdue[0] |= seat.clock.isOverdue();
        });
    if (anyIsOverdue[0]) {
      makeCompiledLoopsLook();
    }
  }

  /**
   * The compiler may have moved the test of a view's thread out of a loop that does nothing but read: the loop would not see
   * that its view was taken away. The end of a shared arena stops every thread for a moment and has whatever compiled code
   * accesses memory go on in the interpreter, which tests at each access. So the accesses themselves need no test for it.
   */
  private static void makeCompiledLoopsLook() {
    try (Arena _ = Arena.ofShared()) {
      // Its end is all that is wanted of it.
    }
  }

  /** How many turns were found to be overdue since the store was opened. */
  long foundCount() {
    return found.get();
  }

  /** The turns that are overdue and have not ended. */
  List<OverdueTurn> overdue() {
    List<OverdueTurn> overdue = new ArrayList<>();
    table.forEachSeat(
        seat -> {
          OverdueTurn turn = seat.clock.report(new ComponentId(seat.recordOffset, seat.birth));
          if (turn != null) {
            overdue.add(turn);
          }
        });
    return overdue;
  }

  TurnOverdue stopped(String what, Throwable cause) {
    return TurnOverdue.stopped(what, limitNanos, cause);
  }

  TurnOverdue stillRuns(String what) {
    return TurnOverdue.stillRuns(what, limitNanos);
  }

  /** Whether the turn in a seat has run for twice the limit: whoever waits for it waits no longer. */
  boolean isStuck(Awake seat) {
    return seat.clock.hasRun(2 * limitNanos);
  }

  /** How many turns are stuck. */
  int stuckCount() {
    int[] count = new int[1];
    table.forEachSeat(seat -> count[0] += isStuck(seat) ? 1 : 0);
    return count[0];
  }

  /** How many batches are stuck. */
  int stuckBatches() {
    int[] count = new int[1];
    table.forEachSeat(seat -> count[0] += seat.clock.isBatch() && isStuck(seat) ? 1 : 0);
    return count[0];
  }

  /** Something that is waited for. */
  @FunctionalInterface
  interface Attempt {
    /** Whether it was had within that time. */
    boolean succeeds(long nanos) throws InterruptedException;
  }

  /**
   * Waits for something that turns hold. Not called off by an interrupt, like the waits of a store without a limit.
   *
   * @param refusal is called between the attempts, and throws where there is nothing to wait for
   */
  void await(Attempt attempt, Consumer<TurnWatch> refusal) {
    boolean interrupted = false;
    try {
      boolean done = false;
      while (!done) {
        try {
          done = attempt.succeeds(periodNanos);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        if (!done) {
          refusal.accept(this);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
