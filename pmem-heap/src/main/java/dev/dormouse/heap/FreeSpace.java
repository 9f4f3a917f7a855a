package dev.dormouse.heap;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known in memory of the pages and slots that may be given out. It is learnt from the page table as it is needed,
 * from its start on, so that opening reads nothing. Guarded by the heap's lock, but for {@link #isPageOfRecords}.
 */
final class FreeSpace {
  private static final int LOOK_AHEAD = 64;

  private final Media media;
  private final Geometry geometry;
  private final SizeClasses classes;
  private final PageTable table;
  private final FreePages freePages = new FreePages();
  private final List<ArrayDeque<Slab>> open = new ArrayList<>();
  private final List<ArrayDeque<Long>> unexamined = new ArrayList<>();
  private final Set<Long> unexaminedHeads = new HashSet<>();
  // Released in a (d) that is not done yet, by offset: free on the media, and not to be taken for it.
  private final Map<Long, Extent> releasing = new HashMap<>();
  private final Map<Long, Slab> slabs = new HashMap<>();
  private final RecordPages recordPages;
  private long examinedPages;

  FreeSpace(Media media, Geometry geometry, SizeClasses classes, PageTable table) {
    this.media = media;
    this.geometry = geometry;
    this.classes = classes;
    this.table = table;
    this.recordPages = new RecordPages(geometry.pageCount());
    for (int i = 0; i < classes.count(); i++) {
      open.add(new ArrayDeque<>());
      unexamined.add(new ArrayDeque<>());
    }
  }

  /** A slab of that class with a free slot, a new one if need be. */
  Slab slabWithRoom(int sizeClass) {
    Slab slab = open.get(sizeClass).peek();
    // A slab of an earlier life may have room: look some way ahead before making another.
    for (int i = 0; i < LOOK_AHEAD && slab == null && unexamined.get(sizeClass).isEmpty(); i++) {
      if (examinedPages < geometry.pageCount()) {
        examineMorePages();
      }
    }
    while (slab == null) {
      Long head = unexamined.get(sizeClass).poll();
      slab = head == null ? newSlab(sizeClass) : examine(head, sizeClass);
    }
    return slab;
  }

  /** A slot of a slab that has one, which is free no longer. */
  int takeSlot(Slab slab) {
    int slot = slab.take();
    if (slab.isFull()) {
      forget(slab);
    }
    return slot;
  }

  private Slab newSlab(int sizeClass) {
    long head = takePages(geometry.slabPages(), classes.bytesOf(sizeClass));
    // Durable before any slot of it can be published: the pages become a slab by that commit, with these owner words.
    table.clearSlab(head, sizeClass);
    Slab slab = new Slab(head, sizeClass, classes.slotsOf(sizeClass));
    remember(slab);
    return slab;
  }

  /** Reads the owner words of a slab that was not looked at since the pool was opened; null if it has no free slot. */
  private Slab examine(long head, int sizeClass) {
    unexaminedHeads.remove(head);
    int slots = classes.slotsOf(sizeClass);
    Slab slab = new Slab(head, sizeClass, slots);
    for (int slot = 0; slot < slots; slot++) {
      if (table.slotOwner(head, slot) != Owner.NONE || releasing.containsKey(table.slot(head, sizeClass, slot).offset())) {
        slab.markBusy(slot);
      }
    }
    if (slab.isEmpty()) {
      freeSlab(head);
      return null;
    }
    if (slab.isFull()) {
      return null;
    }
    remember(slab);
    return slab;
  }

  private void remember(Slab slab) {
    slabs.put(slab.head, slab);
    open.get(slab.sizeClass).addFirst(slab);
  }

  private void forget(Slab slab) {
    slabs.remove(slab.head);
    open.get(slab.sizeClass).remove(slab);
  }

  /**
   * The first page of a run that nobody else is given.
   *
   * @throws PoolFull if there is no such run
   */
  long takePages(long pages, long sizeBytes) {
    long head = freePages.take(pages);
    while (head < 0) {
      if (!examineMorePages()) {
        throw new PoolFull(
            media.describe(),
            "no free run of " + pages + " pages for " + sizeBytes + " bytes; destroy components, or make a larger pool");
      }
      head = freePages.take(pages);
    }
    return head;
  }

  /** Learns of the next run, slab or free page in the page table, or of a slab behind it; false when there is no more. */
  private boolean examineMorePages() {
    if (examinedPages >= geometry.pageCount()) {
      return examineAnySlab();
    }
    long page = examinedPages;
    Extent pending = releasing.get(table.offsetOf(page));
    if (pending != null && pending.lengthBytes() >= Geometry.PAGE_BYTES) {
      examinedPages += pending.lengthBytes() / Geometry.PAGE_BYTES;
      return true;
    }
    long word;
    boolean free;
    try {
      word = table.state(page);
      free = table.headOf(page) < 0;
    } catch (Damaged damaged) {
      // Withheld: nobody is given a page whose owner, or whose head, is not known. Verify names it.
      examinedPages++;
      return true;
    }
    switch (PageState.kind(word)) {
      case PageState.RUN -> examinedPages = page + PageState.number(word);
      case PageState.SLAB -> {
        unexamined.get(PageState.sizeClass(word)).add(page);
        unexaminedHeads.add(page);
        examinedPages = page + PageState.number(word);
      }
      default -> {
        if (free) {
          freePages.add(page, 1);
        }
        examinedPages++;
      }
    }
    return true;
  }

  private boolean examineAnySlab() {
    for (int sizeClass = 0; sizeClass < unexamined.size(); sizeClass++) {
      Long head = unexamined.get(sizeClass).poll();
      if (head != null) {
        examine(head, sizeClass);
        return true;
      }
    }
    return false;
  }

  /** Pages that were taken, or owned, are free again. */
  void addPages(long head, long pages) {
    freePages.add(head, pages);
  }

  /** A slot that was taken, or owned, is free again. */
  void addSlot(long head, int sizeClass, int slot) {
    Slab slab = slabs.get(head);
    if (slab == null) {
      // It was full: every slot is busy but this one.
      int slots = classes.slotsOf(sizeClass);
      slab = new Slab(head, sizeClass, slots);
      for (int i = 0; i < slots; i++) {
        slab.markBusy(i);
      }
      slab.markFree(slot);
      remember(slab);
    } else {
      slab.markFree(slot);
    }
    if (slab.isEmpty()) {
      forget(slab);
      freeSlab(head);
    }
  }

  private void freeSlab(long head) {
    recordPages.remove(head, geometry.slabPages());
    if (PageState.kind(table.state(head)) == PageState.SLAB) {
      // Durable before the pages are used again: a head that came back would cover what others own by then.
      table.free(head);
      media.fence();
    }
    freePages.add(head, geometry.slabPages());
  }

  /** An extent is about to lose its owner on the media; it is not free before {@link #isReleased}. */
  void isBeingReleased(Extent extent) {
    releasing.put(extent.offset(), extent);
  }

  /** The lane that released an extent is done. Does nothing for any other extent. */
  void isReleased(Extent extent) {
    long page = table.pageOf(extent.offset());
    if (releasing.remove(extent.offset()) == null || page >= examinedPages) {
      return;
    }
    long head = table.headOf(page);
    if (head < 0) {
      freePages.add(page, extent.lengthBytes() / Geometry.PAGE_BYTES);
    } else if (!unexaminedHeads.contains(head)) {
      int sizeClass = PageState.sizeClass(table.state(head));
      addSlot(head, sizeClass, table.slotAt(head, sizeClass, extent.offset()));
    }
  }

  /** Whether the page was found to be one of a slab of records. Takes no lock. */
  boolean isPageOfRecords(long page) {
    return recordPages.contains(page);
  }

  void rememberPageOfRecords(long page) {
    recordPages.add(page);
  }
}
