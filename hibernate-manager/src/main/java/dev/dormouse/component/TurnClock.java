package dev.dormouse.component;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long the turn of a seat has run, and whether it may go on. The thread that runs turns in the seat begins and ends them;
 * the {@link TurnWatch} looks at them from its own thread.
 *
 * <p>All that the watch does to a turn is to take away what it works with and to interrupt its thread. It undoes nothing: the
 * turn may be between the test of an access and its store, and a store that came after the old bytes were restored would stay.
 * So the thread that stores is the one that rolls back, when its program has ended.
 */
final class TurnClock {
  private static final int IDLE = 0;
  private static final int RUNNING = 1;
  // The watch is at it; the turn does not end meanwhile.
  private static final int BEING_DOOMED = 2;
  private static final int OVERDUE = 3;
  private static final int STATE_BITS = 2;
  private static final long STATE_MASK = (1 << STATE_BITS) - 1;

  private static final VarHandle TURN;

  static {
    try {
      TURN = MethodHandles.lookup().findVarHandle(TurnClock.class, "turn", Turn.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // The state, and above it how many turns there were, so that a look at one does not hit the next.
  private final AtomicLong word = new AtomicLong();
  private volatile long startNanos;
  private volatile boolean batch;
  // Written before the word says that they run; the watch reads them after it.
  private Thread thread;
  // Stored by release behind the end of the turn before: see doomAgain.
  private Turn turn;
  private boolean interruptedByWatch;

  /**
   * Begins to count: for a turn, or for the time between two turns of a batch, which has none.
   *
   * @param ofBatch whether a permit for long epochs is held
   */
  void begin(Turn newTurn, boolean ofBatch) {
    thread = Thread.currentThread();
    TURN.setRelease(this, newTurn);
    batch = ofBatch;
    interruptedByWatch = false;
    startNanos = System.nanoTime();
    word.set((word.get() | STATE_MASK) + 1 + RUNNING);
  }

  /**
   * Ends the count, in the thread that began it. What the watch did to the thread's interrupt is taken back; one that was
   * there before is left.
   *
   * @return whether it was overdue, and must not be committed; false also if it was ended before
   */
  boolean end() {
    long seen = word.get();
    if (state(seen) == IDLE) {
      return false;
    }
    boolean overdue = state(seen) != RUNNING || !word.compareAndSet(seen, seen & ~STATE_MASK);
    if (overdue) {
      for (int round = 0; state(word.get()) == BEING_DOOMED; round++) {
        AwakeTable.pause(round);
      }
      word.set(seen & ~STATE_MASK);
      if (interruptedByWatch) {
        Thread.interrupted();
      }
    }
    thread = null;
    turn = null;
    return overdue;
  }

  /**
   * Takes from a turn that has run for {@code limitNanos} what it works with. To be called again and again: what the program
   * was about to take meanwhile may have escaped.
   *
   * @return whether it became overdue by this call
   */
  boolean look(long limitNanos) {
    long seen = word.get();
    if (state(seen) == OVERDUE) {
      doomAgain(seen);
      return false;
    }
    if (state(seen) != RUNNING || System.nanoTime() - startNanos < limitNanos || !word.compareAndSet(seen, seen + BEING_DOOMED - RUNNING)) {
      return false;
    }
    if (turn != null) {
      turn.doom();
    }
    interruptedByWatch = !thread.isInterrupted();
    if (interruptedByWatch) {
      thread.interrupt();
    }
    word.set(seen + OVERDUE - RUNNING);
    return true;
  }

  private void doomAgain(long seen) {
    // The turn first, and the word after it. With plain accesses a processor with weak order may take the two loads, or the stores in
    // end and begin, the other way round: the word of the turn that is overdue beside the turn that began after it, which would be
    // doomed without a fault of its own. Whoever sees the later turn by acquire also sees that the word went on before it.
    Turn doomed = (Turn) TURN.getAcquire(this);
    // If it has ended, there may be another one by now. One that ends after this test is dead anyway.
    if (word.get() == seen && doomed != null) {
      doomed.doom();
    }
  }

  private static int state(long word) {
    return (int) (word & STATE_MASK);
  }

  /** Whether it is overdue, and has run for that long. Any thread. */
  boolean hasRun(long nanos) {
    return isOverdue() && System.nanoTime() - startNanos >= nanos;
  }

  boolean isOverdue() {
    return state(word.get()) == OVERDUE;
  }

  /** Whether it is that of a batch. */
  boolean isBatch() {
    return batch;
  }

  /** What is to be said of it; null if it is not overdue. */
  OverdueTurn report(ComponentId component) {
    Thread running = thread;
    long nanos = System.nanoTime() - startNanos;
    if (running == null || !isOverdue()) {
      return null;
    }
    return new OverdueTurn(component, nanos, running.getName().isEmpty() ? "thread " + running.threadId() : running.getName());
  }
}
