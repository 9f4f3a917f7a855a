package dev.dormouse.heap;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Makes durable what nobody waits for, after a while: a thread of its own, which is there from the first time on that it is asked for. */
final class DelayedSync implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 10;

  private final Journal journal;
  private final long delayNanos;
  private final AtomicReference<Thread> thread = new AtomicReference<>();
  private volatile boolean asked;
  private volatile boolean closed;

  DelayedSync(Journal journal, long delayNanos) {
    this.journal = journal;
    this.delayNanos = delayNanos;
  }

  /** What was ordered by now is durable after the delay and a sync. */
  void ask() {
    if (!asked) {
      asked = true;
      Thread running = thread.get();
      if (running == null) {
        Thread started = Thread.ofPlatform().daemon().name("dormouse-sync").unstarted(this::run);
        if (thread.compareAndSet(null, started)) {
          started.start();
        }
      } else {
        LockSupport.unpark(running);
      }
    }
  }

  private void run() {
    while (!closed && !journal.hasFailed()) {
      if (!asked) {
        LockSupport.park(this);
        continue;
      }
      long end = System.nanoTime() + delayNanos;
      for (long left = delayNanos; left > 0 && !closed; left = end - System.nanoTime()) {
        LockSupport.parkNanos(this, left);
      }
      // Before the tail is read: whoever asks from now on has the next round.
      asked = false;
      try {
        journal.sync(journal.tail());
      } catch (MediaUnavailable e) {
        // Everybody who asks is told by the journal.
        return;
      } catch (RuntimeException | Error e) {
        // Whatever it was: it is tried again, after another delay.
        asked = true;
      }
    }
  }

  /** Waits for what it is at. */
  @Override
  public void close() {
    closed = true;
    Thread running = thread.get();
    boolean interrupted = false;
    while (running != null && running.isAlive()) {
      LockSupport.unpark(running);
      try {
        running.join(PATIENCE_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
