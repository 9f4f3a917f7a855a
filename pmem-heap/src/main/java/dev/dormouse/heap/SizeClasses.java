package dev.dormouse.heap;

import java.util.Arrays;

/**
 * The sizes of extents that are cut from slabs. Up to 512 bytes they are the multiples of a line; above, each doubling has
 * eight steps, so that at most an eighth of an extent is slack. Between 8 and 32 KiB whole pages do half of that, and classes
 * the rest. Larger extents are runs of whole pages. Where slabs are shorter than {@value #FULL_SLAB_PAGES} pages, in small
 * pools, the classes end at an eighth of a slab.
 */
final class SizeClasses {
  /** Class 0 stands for a run of pages. */
  static final int RUN = 0;

  /** Component records have slabs of their own, so that no user's bytes can ever be taken for one. */
  static final int RECORD = 1;

  static final int RECORD_BYTES = 128;

  /** Slabs of so many pages, or more, hold all classes. */
  private static final int FULL_SLAB_PAGES = 16;

  private static final int FIRST_DATA = 2;
  // Those above the last doubling for which runs of whole pages would have too much slack.
  private static final int[] BETWEEN_PAGES = {9216, 10_240, 11_264, 14_016, 15_360, 18_432, 22_528, 26_624};
  private static final int[] BYTES = table();
  private static final int LEAST_SLOTS = 8;
  private static final int MOST_MULTIPLE = 4;
  private static final int LAST_DOUBLING_BYTES = 8192;

  private final int[] slabPages;
  private final int[] slots;
  private final int basePages;
  private final int count;

  SizeClasses(int basePages) {
    this.basePages = basePages;
    this.slabPages = new int[BYTES.length];
    this.slots = new int[BYTES.length];
    int longest = Math.min(basePages * MOST_MULTIPLE, ChunkTable.PAGES);
    int classes = RECORD;
    while (classes < BYTES.length && isHeld(classes)) {
      int pages = basePages;
      // A longer slab where the end of a short one would be left over.
      while (basePages >= FULL_SLAB_PAGES && 2 * pages <= longest && leavesTooMuch(pages, BYTES[classes])) {
        pages *= 2;
      }
      slabPages[classes] = pages;
      slots[classes] = slotsIn(pages, BYTES[classes]);
      classes++;
    }
    this.count = classes;
  }

  private boolean isHeld(int sizeClass) {
    return BYTES[sizeClass] * LEAST_SLOTS <= basePages * Geometry.PAGE_BYTES || basePages >= FULL_SLAB_PAGES;
  }

  private static boolean leavesTooMuch(int pages, int bytes) {
    int slabBytes = pages * Geometry.PAGE_BYTES;
    return slotsIn(pages, bytes) < LEAST_SLOTS || slabBytes - slotsIn(pages, bytes) * bytes > slabBytes / 16;
  }

  private static int slotsIn(int pages, int bytes) {
    int slabBytes = pages * Geometry.PAGE_BYTES;
    int slots = slabBytes / (bytes + Long.BYTES);
    while (firstSlotOf(slots) + (long) slots * bytes > slabBytes) {
      slots--;
    }
    return slots;
  }

  private static int[] table() {
    int[] sizes = new int[FIRST_DATA + 8 + 4 * 8 + BETWEEN_PAGES.length];
    sizes[RECORD] = RECORD_BYTES;
    int at = FIRST_DATA;
    for (int bytes = 64; bytes <= 512; bytes += 64) {
      sizes[at++] = bytes;
    }
    for (int base = 512; base < 8192; base *= 2) {
      for (int step = 1; step <= 8; step++) {
        sizes[at++] = base + step * base / 8;
      }
    }
    System.arraycopy(BETWEEN_PAGES, 0, sizes, at, BETWEEN_PAGES.length);
    return sizes;
  }

  /** The class for a size in bytes; {@link #RUN} where whole pages are no longer than the extent of a class would be. */
  int classOf(long sizeBytes) {
    if (sizeBytes > BYTES[count - 1]) {
      return RUN;
    }
    int found = Arrays.binarySearch(BYTES, FIRST_DATA, count, (int) sizeBytes);
    int sizeClass = found >= 0 ? found : -found - 1;
    return sizeBytes > LAST_DOUBLING_BYTES && Geometry.alignUp(sizeBytes, Geometry.PAGE_BYTES) <= BYTES[sizeClass] ? RUN : sizeClass;
  }

  /** Whether a slab can have this class. */
  boolean isSlabClass(int sizeClass) {
    return sizeClass >= RECORD && sizeClass < count;
  }

  int count() {
    return count;
  }

  /** Every slab has this many pages, or a multiple of it. */
  int basePages() {
    return basePages;
  }

  /** How many pages a slab of this class has. */
  int slabPagesOf(int sizeClass) {
    return slabPages[sizeClass];
  }

  int bytesOf(int sizeClass) {
    return BYTES[sizeClass];
  }

  /** How many extents a slab of this class holds, beside their owner words. */
  int slotsOf(int sizeClass) {
    return slots[sizeClass];
  }

  /**
   * Where the first slot of a slab lies, in bytes from the slab's start: behind the owner words, on a pair of lines of its
   * own, so that a component's record is one pair, which the processor fetches together.
   */
  static long firstSlotOf(int slots) {
    return Geometry.alignUp((long) slots * Long.BYTES, 2L * Media.LINE_BYTES);
  }
}
