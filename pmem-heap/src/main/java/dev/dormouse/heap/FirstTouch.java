package dev.dormouse.heap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Fills the page tables of a mapping's range in the way that suits the file system. On one in memory a page that was read can be
 * written without another fault; elsewhere its first store would cost one more, so pages are made ready for stores at once.
 */
final class FirstTouch {
  private static final int EINVAL = 22;

  private FirstTouch() {}

  /**
   * Fills.
   *
   * @param range begins at a page
   * @param inMemory whether the file system is
   * @return how, or why not
   */
  static String of(MemorySegment range, boolean inMemory) {
    if (PageAdvice.isThere()) {
      int error;
      try (Arena arena = Arena.ofConfined()) {
        error = PageAdvice.populate(range, inMemory ? PageAdvice.POPULATE_READ : PageAdvice.POPULATE_WRITE, arena);
      }
      if (error == 0) {
        return inMemory ? "by MADV_POPULATE_READ" : "by MADV_POPULATE_WRITE, so that no store costs a fault";
      }
      if (error != EINVAL) {
        // What cannot be had now would have been a signal at a store: a full disk under a sparse copy, a line that cannot be read.
        return "not to the end: the system said error " + error + " to madvise, so a page cannot be had; is the disk full?";
      }
    }
    if (!range.isMapped()) {
      return "not at all: the mapping is PMDK's, and only madvise could do it; " + whatIsMissing();
    }
    range.load();
    return inMemory ? "by a read of each page" : "by a read of each page: the first store to it still costs a fault; " + whatIsMissing();
  }

  private static String whatIsMissing() {
    return PageAdvice.isThere() ? "Linux 5.14 or newer can do without" : NativeCalls.FLAG + " would make that unnecessary";
  }
}
