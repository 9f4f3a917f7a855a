package dev.dormouse.recovery;

import dev.dormouse.heap.Media;
import java.util.Arrays;

/**
 * Which granules an epoch may store to: those whose old bytes are in its log, and those that nobody owned before. Granules
 * are lines of 64 bytes; an entry covers a page of 64 of them. It is also the list of what the commit must flush. Clearing
 * costs what was marked. For the epoch's thread only.
 */
final class WriteSet {
  static final int GRANULE_SHIFT = 6;
  static final int PAGE_SHIFT = 12;

  private static final int FIRST_CAPACITY = 64;

  private long[] pages = new long[FIRST_CAPACITY];
  private long[] masks = new long[FIRST_CAPACITY];
  private int[] used = new int[FIRST_CAPACITY / 2];
  private int size;
  // Kept by the medium as long as they are marked, where it has a journal; null elsewhere.
  private final Media keeper;

  /** Of an epoch on a medium. */
  WriteSet(Media media) {
    keeper = media.journal() == null ? null : media;
  }

  /** The granules of a page that may be stored to, a bit each. Page numbers count from the pool's start; page 0 is no one's. */
  long mask(long page) {
    int slot = slotOf(page);
    return pages[slot] == page ? masks[slot] : 0;
  }

  void mark(long page, long granules) {
    int slot = slotOf(page);
    if (pages[slot] == 0) {
      if (size == used.length) {
        grow();
        slot = slotOf(page);
      }
      if (keeper != null) {
        keeper.pin(page << PAGE_SHIFT, 1);
      }
      pages[slot] = page;
      used[size++] = slot;
    }
    masks[slot] |= granules;
  }

  /** What is done with a range of granules. */
  interface Visitor {
    void visit(long offset, long length);
  }

  /** Visits every marked granule, those of a page that lie together at once. */
  void forEach(Visitor visitor) {
    for (int i = 0; i < size; i++) {
      long base = pages[used[i]] << PAGE_SHIFT;
      long mask = masks[used[i]];
      while (mask != 0) {
        int first = Long.numberOfTrailingZeros(mask);
        int count = Long.numberOfTrailingZeros(~(mask >>> first));
        visitor.visit(base + ((long) first << GRANULE_SHIFT), (long) count << GRANULE_SHIFT);
        mask = count == Long.SIZE ? 0 : mask & ~(((1L << count) - 1) << first);
      }
    }
  }

  void clear() {
    for (int i = 0; i < size; i++) {
      if (keeper != null) {
        keeper.unpin(pages[used[i]] << PAGE_SHIFT, 1);
      }
      pages[used[i]] = 0;
      masks[used[i]] = 0;
    }
    size = 0;
    if (pages.length > 1 << 16) {
      // One huge epoch must not make every later one carry its table.
      pages = new long[FIRST_CAPACITY];
      masks = new long[FIRST_CAPACITY];
      used = new int[FIRST_CAPACITY / 2];
    }
  }

  private int slotOf(long page) {
    int slot = (int) ((page * 0x9E3779B97F4A7C15L) >>> 40) & (pages.length - 1);
    while (pages[slot] != page && pages[slot] != 0) {
      slot = (slot + 1) & (pages.length - 1);
    }
    return slot;
  }

  private void grow() {
    long[] oldPages = pages;
    long[] oldMasks = masks;
    int[] oldUsed = used;
    long[] newPages = new long[oldPages.length * 4];
    long[] newMasks = new long[oldPages.length * 4];
    used = Arrays.copyOf(used, oldUsed.length * 4);
    pages = newPages;
    masks = newMasks;
    for (int i = 0; i < size; i++) {
      int from = oldUsed[i];
      int slot = slotOf(oldPages[from]);
      pages[slot] = oldPages[from];
      masks[slot] = oldMasks[from];
      used[i] = slot;
    }
  }
}
