package dev.dormouse.heap;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Which pages of a private mapping were stored to, and who is at them: so that they can be given back when the file below has all that
 * they have. Steps (g) of {@code docs/journal.md}.
 *
 * <p>Threads: any; {@link #markClean} and {@link #giveBack} one at a time.
 */
final class PrivatePages {
  private static final int CHUNK_SHIFT = 9;
  private static final int CHUNK_PAGES = 1 << CHUNK_SHIFT;
  private static final int PAGE_SHIFT = 12;

  // A page's state: how many pins it has, and what follows.
  private static final int CLOSED = 1 << 31;
  private static final int STORED_TO = 1 << 30;
  private static final int CLEAN = 1 << 29;
  private static final int PINS = CLEAN - 1;

  private final AtomicReferenceArray<AtomicIntegerArray> chunks;
  private final long firstPage;
  private final AtomicLong count = new AtomicLong();

  /** Gives a range of pages back to the system. */
  @FunctionalInterface
  interface Giver {
    void giveBack(long offset, long length);
  }

  /**
   * @param firstOffset pages before it are never given back, and not counted
   */
  PrivatePages(long firstOffset, long sizeBytes) {
    this.firstPage = firstOffset >>> PAGE_SHIFT;
    this.chunks = new AtomicReferenceArray<>(Math.toIntExact((sizeBytes >>> (PAGE_SHIFT + CHUNK_SHIFT)) + 1));
  }

  /** How many bytes the pages have that were stored to and not given back. */
  long bytes() {
    return count.get() << PAGE_SHIFT;
  }

  /** From now on the pages of a range stay, until as many calls of {@link #unpin}. Waits while one of them is being given back. */
  void pin(long offset, long length) {
    long last = (offset + length - 1) >>> PAGE_SHIFT;
    for (long page = Math.max(firstPage, offset >>> PAGE_SHIFT); page <= last; page++) {
      pin(page);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // For as long as a system call takes, and nobody would wake this thread.
  private void pin(long page) {
    AtomicIntegerArray states = chunkOf(page);
    int index = (int) page & (CHUNK_PAGES - 1);
    while (true) {
      int state = states.get(index);
      if (state < 0) {
        Thread.yield();
      } else if (states.compareAndSet(index, state, ((state & PINS) + 1) | STORED_TO)) {
        if ((state & STORED_TO) == 0) {
          count.incrementAndGet();
        }
        return;
      }
    }
  }

  private AtomicIntegerArray chunkOf(long page) {
    int chunk = (int) (page >>> CHUNK_SHIFT);
    AtomicIntegerArray states = chunks.get(chunk);
    if (states == null) {
      states = new AtomicIntegerArray(CHUNK_PAGES);
      if (!chunks.compareAndSet(chunk, null, states)) {
        states = chunks.get(chunk);
      }
    }
    return states;
  }

  void unpin(long offset, long length) {
    long last = (offset + length - 1) >>> PAGE_SHIFT;
    for (long page = Math.max(firstPage, offset >>> PAGE_SHIFT); page <= last; page++) {
      chunkOf(page).getAndDecrement((int) page & (CHUNK_PAGES - 1));
    }
  }

  /** (g) 1 Marks the pages without a pin. */
  void markClean() {
    for (int chunk = 0; chunk < chunks.length(); chunk++) {
      AtomicIntegerArray states = chunks.get(chunk);
      for (int index = 0; states != null && index < CHUNK_PAGES; index++) {
        if (states.get(index) == STORED_TO) {
          // If somebody pins it meanwhile, it is not clean.
          states.compareAndSet(index, STORED_TO, STORED_TO | CLEAN);
        }
      }
    }
  }

  /** (g) 2 Gives back the pages that nobody has pinned since they were marked, those that lie together at once. */
  void giveBack(Giver giver) {
    for (int chunk = 0; chunk < chunks.length(); chunk++) {
      AtomicIntegerArray states = chunks.get(chunk);
      for (int index = 0; states != null && index < CHUNK_PAGES; index++) {
        int first = index;
        while (index < CHUNK_PAGES && states.get(index) == (STORED_TO | CLEAN) && states.compareAndSet(index, STORED_TO | CLEAN, CLOSED)) {
          index++;
        }
        if (index > first) {
          // Where they cannot be given back they are as they were: whoever wants to pin one must not wait for ever.
          int then = STORED_TO;
          try {
            giver.giveBack((((long) chunk << CHUNK_SHIFT) + first) << PAGE_SHIFT, (long) (index - first) << PAGE_SHIFT);
            count.addAndGet(first - index);
            then = 0;
          } finally {
            for (int page = first; page < index; page++) {
              states.set(page, then);
            }
          }
        }
      }
    }
  }
}
