package dev.dormouse.heap;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Makes durable what nobody waits for, after a while: a thread of its own, which is there from the first time on that it is asked for. */
final class DelayedSync implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 10;

  private final Journal journal;
  private final long delayNanos;
  private final ThreadFactory threads;
  private final AtomicReference<Thread> thread = new AtomicReference<>();
  private volatile boolean asked;
  private volatile boolean closed;

  DelayedSync(Journal journal, long delayNanos) {
    this(journal, delayNanos, Thread.ofPlatform().daemon().name("dormouse-sync").factory());
  }

  DelayedSync(Journal journal, long delayNanos, ThreadFactory threads) {
    this.journal = journal;
    this.delayNanos = delayNanos;
    this.threads = threads;
  }

  /**
   * What was ordered by now is durable after the delay and a sync. Where no thread can be had for it, it is when this returns. It
   * throws nothing because of that: who asks has committed, and must not be told that he has not.
   */
  void ask() {
    if (!asked) {
      asked = true;
      Thread running = thread.get();
      if (running == null) {
        start();
      } else {
        LockSupport.unpark(running);
      }
    }
  }

  private void start() {
    Thread started = null;
    try {
      started = threads.newThread(this::run);
      if (thread.compareAndSet(null, started)) {
        started.start();
      }
    } catch (RuntimeException | Error e) {
      thread.compareAndSet(started, null);
      // Before the tail is read: others may have seen that it was asked for already. Whoever asks from now on tries to start one again.
      asked = false;
      syncNow();
    }
  }

  private void syncNow() {
    try {
      journal.sync(journal.tail());
    } catch (MediaUnavailable e) {
      // Everybody who waits for it is told by the journal.
      return;
    } catch (RuntimeException | Error e) {
      // Neither thread nor sync can be had now: it stays ordered, which is what its acknowledgement says, until the next who asks.
      return;
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
