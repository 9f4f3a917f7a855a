package dev.dormouse.heap;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Threads that wait until a number has been reached. Allocates nothing. */
final class Waiters {
  static final int SEATS = 1024;
  private static final long LONGEST_NANOS = 1_000_000;

  private final AtomicReferenceArray<Thread> threads = new AtomicReferenceArray<>(SEATS);
  private final AtomicLongArray numbers = new AtomicLongArray(SEATS);
  private final AtomicInteger count = new AtomicInteger();
  private final long longestNanos;

  Waiters() {
    this(LONGEST_NANOS);
  }

  /** With another time after which everybody wakes by himself. */
  Waiters(long longestNanos) {
    this.longestNanos = longestNanos;
  }

  /**
   * Waits until it is woken, or for a millisecond; not at all if {@code isOver} once it can be woken.
   *
   * @return whether the thread was interrupted, which it is no longer: the caller has to see to that
   */
  boolean await(long number, BooleanSupplier isOver) {
    int seat = sit(number);
    boolean interrupted = false;
    try {
      if (!isOver.getAsBoolean()) {
        LockSupport.parkNanos(this, longestNanos);
        // Parking would not wait any more.
        interrupted = Thread.interrupted();
      }
    } finally {
      if (seat >= 0) {
        threads.set(seat, null);
        count.decrementAndGet();
      }
    }
    return interrupted;
  }

  private int sit(long number) {
    int first = (int) (Thread.currentThread().threadId() & (SEATS - 1));
    for (int i = 0; i < SEATS; i++) {
      int seat = (first + i) & (SEATS - 1);
      if (threads.get(seat) == null && threads.compareAndSet(seat, null, Thread.currentThread())) {
        // Not before the seat is taken: somebody else may have been faster, and it is his number then. Whoever comes between the two,
        // and takes it for the number of the one before, is not missed: it is asked after both whether it is over.
        numbers.set(seat, number);
        count.incrementAndGet();
        return seat;
      }
    }
    // It wakes by itself.
    return -1;
  }

  /** Wakes all who wait for {@code reached} or less, and one who waits for more, so that somebody goes on. */
  void wake(long reached) {
    boolean someMore = false;
    if (count.get() == 0) {
      return;
    }
    for (int seat = 0; seat < SEATS; seat++) {
      Thread thread = threads.get(seat);
      if (thread == null) {
        continue;
      }
      boolean more = numbers.get(seat) > reached;
      if (!more || !someMore) {
        someMore |= more;
        LockSupport.unpark(thread);
      }
    }
  }
}
