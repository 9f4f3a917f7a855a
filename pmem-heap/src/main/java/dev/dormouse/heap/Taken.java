package dev.dormouse.heap;

import java.util.Arrays;

/** Pages that were set aside, and which of them do not read as zeros. For one thread. */
final class Taken {
  private long head = -1;
  private long[] dirty = new long[2];
  private int dirtyCount;

  /** The first page. */
  long head() {
    return head;
  }

  void beginsAt(long page) {
    head = page;
  }

  /** These pages have to be zeroed before anybody may read them. */
  void addDirty(long page, long pages) {
    if (dirtyCount > 0 && dirty[dirtyCount - 2] + dirty[dirtyCount - 1] == page) {
      dirty[dirtyCount - 1] += pages;
      return;
    }
    if (dirtyCount == dirty.length) {
      dirty = Arrays.copyOf(dirty, 2 * dirtyCount);
    }
    dirty[dirtyCount] = page;
    dirty[dirtyCount + 1] = pages;
    dirtyCount += 2;
  }

  boolean isZero() {
    return dirtyCount == 0;
  }

  /** Zeroes what is not zero from the byte {@code fromOffset} on. */
  void zero(Media media, PageTable table, long fromOffset) {
    for (int i = 0; i < dirtyCount; i += 2) {
      long start = Math.max(fromOffset, table.offsetOf(dirty[i]));
      long end = table.offsetOf(dirty[i] + dirty[i + 1]);
      if (start < end) {
        media.fill(start, end - start, (byte) 0);
      }
    }
  }
}
