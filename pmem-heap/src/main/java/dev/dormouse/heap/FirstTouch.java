package dev.dormouse.heap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Fills the page tables of a mapping's range in the way that suits the file system. On one in memory a page that was read can be
 * written without another fault; elsewhere its first store would cost one more, so pages are made ready for stores at once.
 */
final class FirstTouch {
  // What Linux says where a page cannot be had. Anything else means that it will not do this at all: too old, or forbidden.
  private static final int EIO = 5;
  private static final int ENOMEM = 12;
  private static final int EFAULT = 14;
  private static final int EHWPOISON = 133;

  private FirstTouch() {}

  /** Asks the system to fill a range in one of the ways of {@link PageAdvice}. */
  @FunctionalInterface
  interface Advice {
    /** 0, or the system's number for what went wrong. */
    int give(MemorySegment range, int way);
  }

  /**
   * Fills.
   *
   * @param range begins at a page
   * @param inMemory whether the file system is
   * @return how, or why not
   */
  static String of(MemorySegment range, boolean inMemory) {
    return of(range, inMemory, PageAdvice.isThere() ? FirstTouch::ask : null);
  }

  private static int ask(MemorySegment range, int way) {
    try (Arena arena = Arena.ofConfined()) {
      return PageAdvice.populate(range, way, arena);
    }
  }

  /** The same; {@code advice} is null where the system cannot be asked. */
  static String of(MemorySegment range, boolean inMemory, Advice advice) {
    String missing = NativeCalls.FLAG + " would make that unnecessary";
    if (advice != null) {
      int error = advice.give(range, inMemory ? PageAdvice.POPULATE_READ : PageAdvice.POPULATE_WRITE);
      switch (error) {
        case 0 -> {
          return inMemory ? "by MADV_POPULATE_READ" : "by MADV_POPULATE_WRITE, so that no store costs a fault";
        }
        case EIO, ENOMEM, EFAULT, EHWPOISON -> {
          // What cannot be had now would have been a signal at a store: a full disk under a sparse copy, a line that cannot be read.
          return "not to the end: the system said error " + error + " to madvise, so a page cannot be had; is the disk full, or memory damaged?";
        }
        default ->
            missing =
                "the system refused madvise with error " + error + ": Linux 5.14 or newer can do without, where no filter of system calls (seccomp) forbids it";
      }
    }
    if (!range.isMapped()) {
      return "not at all: the mapping is PMDK's, and only madvise could do it; " + missing;
    }
    range.load();
    return inMemory ? "by a read of each page; " + missing : "by a read of each page: the first store to it still costs a fault; " + missing;
  }
}
