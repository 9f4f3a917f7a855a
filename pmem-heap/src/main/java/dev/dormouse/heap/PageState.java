package dev.dormouse.heap;

/**
 * The state word of a page: kind, size class and number, sealed with the page's index, so that it can change by one store
 * and a word that is zeroed, flipped or from elsewhere is told from a free page.
 *
 * <p>A head covers as many pages as its number says. A {@link #CONTINUED} page counts only while the head it names covers
 * it; otherwise it is free, and what it says is left over. So one store to the head frees all pages of a run.
 */
final class PageState {
  static final int FREE = 1;

  /** Head of a slab; the number is its pages. Its owners are the words at the slab's start. */
  static final int SLAB = 2;

  /** Head of an extent of whole pages; the number is its pages, the owner stands in the page table. */
  static final int RUN = 3;

  /** A further page; the number is the distance to the head. */
  static final int CONTINUED = 4;

  private static final int CLASS_SHIFT = 36;
  private static final int KIND_SHIFT = 44;
  private static final long NUMBER_MASK = (1L << CLASS_SHIFT) - 1;

  private PageState() {}

  static long of(int kind, int sizeClass, long number, long page) {
    return Check.seal((long) kind << KIND_SHIFT | (long) sizeClass << CLASS_SHIFT | number, page);
  }

  static boolean isSound(long word, long page) {
    int kind = kind(word);
    return Check.isSealed(word, page) && kind >= FREE && kind <= CONTINUED;
  }

  static int kind(long word) {
    return (int) (word >>> KIND_SHIFT) & 0xf;
  }

  static int sizeClass(long word) {
    return (int) (word >>> CLASS_SHIFT) & 0xff;
  }

  static long number(long word) {
    return word & NUMBER_MASK;
  }
}
