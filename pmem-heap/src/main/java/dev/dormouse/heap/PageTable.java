package dev.dormouse.heap;

/** Reads and writes the page table, and the owner words of slabs: all that the heap keeps on the media. */
final class PageTable {
  private final Media media;
  private final Geometry geometry;
  private final SizeClasses classes;
  private volatile long pageCount;

  PageTable(Media media, Geometry geometry, SizeClasses classes) {
    this.media = media;
    this.geometry = geometry;
    this.classes = classes;
    this.pageCount = geometry.pageCount();
  }

  /** Writes pages as free, and persists it. */
  void format(long firstPage, long count) {
    for (long page = firstPage; page < firstPage + count; page++) {
      media.putLong(descriptorOf(page) + PageLayout.STATE, PageState.of(PageState.FREE, 0, 0, page));
      media.putLong(descriptorOf(page) + PageLayout.OWNER, Owner.NONE);
    }
    media.persist(descriptorOf(firstPage), count * PageLayout.BYTES);
  }

  /**
   * The state word of a page.
   *
   * @throws Damaged if it is not one
   */
  long state(long page) {
    long word = media.getLong(descriptorOf(page) + PageLayout.STATE);
    if (!isSound(word, page)) {
      throw new Damaged(
          media.describe(),
          String.format(
              "page table entry %d holds 0x%016x, which is no state of a page; its pages are not given out, run verify", page, word));
    }
    return word;
  }

  /** Whether the word of a page was written for it, and, if it is a head, covers pages that there are: check bits do not say that. */
  private boolean isSound(long word, long page) {
    if (!PageState.isSound(word, page)) {
      return false;
    }
    long pages = PageState.number(word);
    int sizeClass = PageState.sizeClass(word);
    return switch (PageState.kind(word)) {
      case PageState.RUN -> pages >= 1 && pages <= pageCount - page;
      case PageState.SLAB -> classes.isSlabClass(sizeClass) && pages == classes.slabPagesOf(sizeClass) && pages <= pageCount - page;
      default -> true;
    };
  }

  /** Whether the state word of a page is one. */
  boolean isSound(long page) {
    return isSound(stateOfHead(page), page);
  }

  /** The state word of a head that {@link #headOf} answered, which has been checked. */
  long stateOfHead(long head) {
    return media.getLong(descriptorOf(head) + PageLayout.STATE);
  }

  /** The head whose run covers {@code page}, or -1 where the page is free. */
  long headOf(long page) {
    long word = state(page);
    return switch (PageState.kind(word)) {
      case PageState.SLAB, PageState.RUN -> page;
      case PageState.CONTINUED -> coveringHead(page, PageState.number(word));
      default -> -1;
    };
  }

  /** Whether a page is nobody's for certain. */
  boolean isFree(long page) {
    try {
      return headOf(page) < 0;
    } catch (Damaged damaged) {
      return false;
    }
  }

  private long coveringHead(long page, long distance) {
    long head = page - distance;
    if (head < 0) {
      return -1;
    }
    long word = state(head);
    int kind = PageState.kind(word);
    return (kind == PageState.SLAB || kind == PageState.RUN) && PageState.number(word) > distance ? head : -1;
  }

  long runOwner(long head) {
    return media.getLong(descriptorOf(head) + PageLayout.OWNER);
  }

  /**
   * Makes {@code pages} free pages one run or slab. The further pages and the owner come first and are durable before the
   * head, because the head alone decides what the others mean.
   */
  void claim(long head, long pages, int kind, int sizeClass, long owner) {
    for (long i = 1; i < pages; i++) {
      media.putLong(descriptorOf(head + i) + PageLayout.STATE, PageState.of(PageState.CONTINUED, sizeClass, i, head + i));
    }
    media.putLong(descriptorOf(head) + PageLayout.OWNER, owner);
    media.persist(descriptorOf(head), pages * PageLayout.BYTES);
    media.putLong(descriptorOf(head) + PageLayout.STATE, PageState.of(kind, sizeClass, pages, head));
    media.flush(descriptorOf(head), PageLayout.BYTES);
  }

  /** Makes a run or slab free by the one store to its head. Flushed, not fenced. */
  void free(long head) {
    media.putLong(descriptorOf(head) + PageLayout.STATE, PageState.of(PageState.FREE, 0, 0, head));
    media.flush(descriptorOf(head), PageLayout.BYTES);
  }

  long slotOwner(long head, int slot) {
    return media.getLong(ownerWordOf(head, slot));
  }

  /** Flushed, not fenced. */
  void setSlotOwner(long head, int slot, long owner) {
    media.putAndFlush(ownerWordOf(head, slot), owner);
  }

  /** Which slot of a slab begins at {@code offset}, or -1. */
  int slotAt(long head, int sizeClass, long offset) {
    int slots = classes.slotsOf(sizeClass);
    long within = offset - offsetOf(head) - SizeClasses.firstSlotOf(slots);
    int bytes = classes.bytesOf(sizeClass);
    return within < 0 || within % bytes != 0 || within / bytes >= slots ? -1 : (int) (within / bytes);
  }

  /** The slot of a slab that covers {@code offset}, or -1. */
  int slotCovering(long head, int sizeClass, long offset) {
    int slots = classes.slotsOf(sizeClass);
    long within = offset - offsetOf(head) - SizeClasses.firstSlotOf(slots);
    return within < 0 || within / classes.bytesOf(sizeClass) >= slots ? -1 : (int) (within / classes.bytesOf(sizeClass));
  }

  Extent slot(long head, int sizeClass, int slot) {
    int bytes = classes.bytesOf(sizeClass);
    return new Extent(
        offsetOf(head) + SizeClasses.firstSlotOf(classes.slotsOf(sizeClass)) + (long) slot * bytes, bytes);
  }

  /** Zeroes a slab that is being made, or only its owner words, and persists it. */
  void clearSlab(long head, int sizeClass, boolean isZero) {
    if (!isZero) {
      // A record's slot that was never used must not read as anybody's record.
      long length =
          sizeClass == SizeClasses.RECORD
              ? (long) classes.slabPagesOf(sizeClass) * Geometry.PAGE_BYTES
              : SizeClasses.firstSlotOf(classes.slotsOf(sizeClass));
      media.zeroAndFlush(offsetOf(head), length);
      media.fence();
    }
  }

  /** Whether a page is the head of a slab of that class. */
  boolean isSlab(long head, int sizeClass) {
    long word = state(head);
    return PageState.kind(word) == PageState.SLAB && PageState.sizeClass(word) == sizeClass;
  }

  /** As {@link #isSlab}; false too where the word of the head is damaged. */
  boolean isSoundSlab(long head, int sizeClass) {
    return isSound(head) && isSlab(head, sizeClass);
  }

  /** How many pages the arena has now. */
  long pageCount() {
    return pageCount;
  }

  void hasGrown(long newPageCount) {
    pageCount = newPageCount;
  }

  /** Where the arena ends now. */
  long endOffset() {
    return offsetOf(pageCount);
  }

  long offsetOf(long page) {
    return geometry.arenaOffset() + page * Geometry.PAGE_BYTES;
  }

  long pageOf(long offset) {
    return (offset - geometry.arenaOffset()) / Geometry.PAGE_BYTES;
  }

  private long ownerWordOf(long head, int slot) {
    return offsetOf(head) + (long) slot * Long.BYTES;
  }

  /** Where the entry of a page lies. */
  long entryOffset(long page) {
    return descriptorOf(page);
  }

  private long descriptorOf(long page) {
    return geometry.pageTableOffset() + page * PageLayout.BYTES;
  }
}
