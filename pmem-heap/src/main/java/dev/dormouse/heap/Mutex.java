package dev.dormouse.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A lock for what takes a few instructions. Unlike a monitor, whose word lies in the object's first bytes and so in a line
 * with whatever is before it, its word shares no line with another object; with monitors two threads that never met on a slab
 * took up to six times as long: {@code docs/performance.md}.
 *
 * <p>Not reentrant, not fair. Whoever waits sleeps in this object's monitor, which nobody else may use. Interrupts are kept, not
 * heeded.
 */
abstract class Mutex extends CacheLines {
  private static final int FREE = 0;
  private static final int HELD = 1;
  // Somebody may be asleep, and is woken by whoever unlocks.
  private static final int WAITED_FOR = 2;
  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(Mutex.class, "word", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  @SuppressWarnings("unused") // By the handle.
  private volatile int word;

  /** Waits until nobody holds it, and holds it. */
  final void lock() {
    if (!WORD.compareAndSet(this, FREE, HELD)) {
      sleepUntilHeld();
    }
  }

  private synchronized void sleepUntilHeld() {
    boolean interrupted = false;
    // Whoever slept does not know who else sleeps, so it leaves the word as if somebody did.
    while ((int) WORD.getAndSet(this, WAITED_FOR) != FREE) {
      try {
        wait();
      } catch (InterruptedException kept) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the next one have it. Only by its holder. */
  final void unlock() {
    if ((int) WORD.getAndSet(this, FREE) == WAITED_FOR) {
      wakeOne();
    }
  }

  private synchronized void wakeOne() {
    notify();
  }
}
