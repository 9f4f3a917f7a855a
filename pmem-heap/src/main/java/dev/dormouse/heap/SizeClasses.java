package dev.dormouse.heap;

import java.util.Arrays;

/**
 * The sizes of extents that are cut from slabs. Up to 512 bytes they are the multiples of a line; above, each doubling has
 * eight steps, so that at most an eighth of an extent is slack. Larger extents are runs of whole pages.
 */
final class SizeClasses {
  /** Class 0 stands for a run of pages. */
  static final int RUN = 0;

  /** Component records have slabs of their own, so that no user's bytes can ever be taken for one. */
  static final int RECORD = 1;

  static final int RECORD_BYTES = 128;

  private static final int FIRST_DATA = 2;
  private static final int[] BYTES = table();
  private static final int LEAST_SLOTS = 8;

  private final int slabPages;
  private final int slabBytes;
  private final int count;

  SizeClasses(int slabPages) {
    this.slabPages = slabPages;
    this.slabBytes = slabPages * Geometry.PAGE_BYTES;
    int classes = FIRST_DATA;
    while (classes < BYTES.length && BYTES[classes] * LEAST_SLOTS <= slabBytes) {
      classes++;
    }
    this.count = classes;
  }

  private static int[] table() {
    int[] sizes = new int[FIRST_DATA + 8 + 4 * 8];
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
    return sizes;
  }

  /** The class for a size in bytes; {@link #RUN} where none is large enough. */
  int classOf(long sizeBytes) {
    if (sizeBytes > BYTES[count - 1]) {
      return RUN;
    }
    int found = Arrays.binarySearch(BYTES, FIRST_DATA, count, (int) sizeBytes);
    return found >= 0 ? found : -found - 1;
  }

  /** Whether a slab can have this class. */
  boolean isSlabClass(int sizeClass) {
    return sizeClass >= RECORD && sizeClass < count;
  }

  int count() {
    return count;
  }

  int slabPages() {
    return slabPages;
  }

  int bytesOf(int sizeClass) {
    return BYTES[sizeClass];
  }

  /** How many extents a slab of this class holds, beside their owner words. */
  int slotsOf(int sizeClass) {
    int slots = slabBytes / (BYTES[sizeClass] + Long.BYTES);
    while (firstSlotOf(slots) + (long) slots * BYTES[sizeClass] > slabBytes) {
      slots--;
    }
    return slots;
  }

  /**
   * Where the first slot of a slab lies, in bytes from the slab's start: behind the owner words, on a pair of lines of its
   * own, so that a component's record is one pair, which the processor fetches together.
   */
  static long firstSlotOf(int slots) {
    return Geometry.alignUp((long) slots * Long.BYTES, 2L * Media.LINE_BYTES);
  }
}
