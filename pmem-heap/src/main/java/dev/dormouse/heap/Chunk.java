package dev.dormouse.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What is known in memory of a chunk of the arena: which pages may be given out, which are owned on the media, which read as
 * zeros; and the chunk's word on the media. Nothing is known until something of it is asked for; then its part of the page
 * table is read, once. Guarded by its own monitor. Pages are counted from the chunk's first.
 */
final class Chunk {
  /** Whoever wants to know of slabs that were found. */
  interface SlabFinder {
    void found(Slab slab);
  }

  private final Media media;
  private final PageTable table;
  private final ChunkTable words;
  private final SizeClasses classes;
  private final int index;
  private final long firstPage;
  private final SlabFinder finder;
  private int pages;
  // As many as the pool has, or is about to have, while it grows.
  private int pagesToCome;
  private int withheldFrom = ChunkTable.PAGES;
  // Once true, always true; what it promises was written before it. Written under the monitor, read by anybody.
  private volatile boolean examined;
  // What the chunk's word says, once it was read.
  private long value = -1;
  // May be given out; neither where they are owned on the media nor where they are reserved or being released.
  private long[] available;
  private long[] owned;
  private long[] releasing;
  private long[] zero;
  // Whether the word may promise more than there is, so that it is worth looking.
  private volatile boolean promisesTooMuch;
  // By window of pages. Entries change under the monitor and are read without it.
  private AtomicReferenceArray<Slab> slabs;
  // Released in a (d) that is not done yet, while the chunk was not examined: free on the media, and not to be taken for it.
  private final List<Extent> pending = new ArrayList<>(0);

  Chunk(Media media, PageTable table, ChunkTable words, SizeClasses classes, int index, int pages, SlabFinder finder) {
    this.media = media;
    this.table = table;
    this.words = words;
    this.classes = classes;
    this.index = index;
    this.firstPage = (long) index << ChunkTable.PAGE_SHIFT;
    this.pages = pages;
    this.pagesToCome = pages;
    this.finder = finder;
  }

  int index() {
    return index;
  }

  long firstPage() {
    return firstPage;
  }

  synchronized int pages() {
    return pages;
  }

  boolean isExamined() {
    return examined;
  }

  synchronized long value() {
    return known();
  }

  private long known() {
    if (value < 0) {
      value = words.read(index);
    }
    return value;
  }

  /** Learns what the page table says of the chunk, unless that was done. */
  synchronized void examine() {
    if (examined) {
      return;
    }
    available = PageBits.none();
    owned = PageBits.none();
    releasing = PageBits.none();
    slabs = new AtomicReferenceArray<>((ChunkTable.PAGES - 1) / classes.basePages() + 1);
    if (ChunkTable.isVirgin(known())) {
      PageBits.set(available, 0, pages);
      zero = available.clone();
    } else {
      for (int page = 0; page < pages; ) {
        page += examine(page);
      }
      takePendingAway();
      // What an earlier life left too high costs a look once.
      lowerNow();
      for (int window = 0; window < slabs.length(); window++) {
        Slab slab = slabs.get(window);
        if (slab != null && (window == 0 || !slab.equals(slabs.get(window - 1)))) {
          finder.found(slab);
        }
      }
    }
    examined = true;
  }

  /** Learns of what begins at a page, or reaches into the chunk there; answers how many pages of the chunk it covers. */
  private int examine(int page) {
    long head;
    long word;
    try {
      head = table.headOf(firstPage + page);
      word = head < 0 ? 0 : table.state(head);
    } catch (Damaged damaged) {
      // Withheld: nobody is given a page whose owner, or whose head, is not known. Verify names it.
      PageBits.set(owned, page, 1);
      return 1;
    }
    if (head < 0) {
      PageBits.set(available, page, 1);
      return 1;
    }
    int covered = (int) Math.min(head + PageState.number(word) - firstPage, pages) - page;
    PageBits.set(owned, page, covered);
    int sizeClass = PageState.sizeClass(word);
    if (PageState.kind(word) == PageState.SLAB && head == firstPage + page && isWhole(page, covered, sizeClass)) {
      boolean room = (known() & ChunkTable.classBit(sizeClass)) != 0;
      put(Slab.found(this, head, sizeClass, classes.slotsOf(sizeClass), room));
    }
    return covered;
  }

  private boolean isWhole(int page, int covered, int sizeClass) {
    return classes.isSlabClass(sizeClass)
        && covered == classes.slabPagesOf(sizeClass)
        && page % classes.slabPagesOf(sizeClass) == 0;
  }

  private void put(Slab slab) {
    setWindows(slab, slab);
  }

  private void setWindows(Slab slab, Slab value) {
    int window = (int) (slab.head - firstPage) / classes.basePages();
    int end = window + classes.slabPagesOf(slab.sizeClass) / classes.basePages();
    for (; window < end; window++) {
      slabs.set(window, value);
    }
  }

  private void takePendingAway() {
    for (Extent extent : pending) {
      int page = (int) (table.pageOf(extent.offset()) - firstPage);
      Slab slab = slabs.get(page / classes.basePages());
      if (slab == null) {
        int count = (int) (extent.lengthBytes() / Geometry.PAGE_BYTES);
        PageBits.clear(available, page, count);
        PageBits.clear(owned, page, count);
        PageBits.set(releasing, page, count);
      } else {
        if (!slab.isExamined()) {
          slab.examine(table);
        }
        slab.isBeingReleased(table.slotAt(slab.head, slab.sizeClass, extent.offset()));
      }
    }
    pending.clear();
  }

  /** The slab around a page, or null; only where the chunk was examined. Without the monitor: every slot's way goes through here. */
  Slab slabAt(long page) {
    return isKnown() ? slabs.get((int) (page - firstPage) / classes.basePages()) : null;
  }

  /** Whether the chunk was examined; somebody who is at it is waited for. */
  private boolean isKnown() {
    if (examined) {
      return true;
    }
    synchronized (this) {
      return examined;
    }
  }

  /**
   * Sets pages aside: where they fit best, or, for a slab, at a multiple of its length.
   *
   * @return whether there were any
   */
  synchronized boolean take(int count, boolean forSlab, Taken taken) {
    examine();
    int start = forSlab ? PageBits.firstWindow(available, count, pages) : PageBits.bestFit(available, count, pages);
    if (start < 0) {
      return false;
    }
    taken.beginsAt(firstPage + start);
    giveOut(start, count, taken);
    return true;
  }

  /** Sets certain pages aside, a part of a longer run; false, with nothing changed, if they cannot all be had. */
  synchronized boolean takePart(int start, int count, Taken taken) {
    if (!PageBits.allSet(available, start, count)) {
      return false;
    }
    giveOut(start, count, taken);
    return true;
  }

  private void giveOut(int start, int count, Taken taken) {
    if (ChunkTable.isVirgin(value)) {
      // Durable before anybody can store to a page: after a crash the chunk must not be believed to read as zeros.
      value = ChunkTable.withoutVirginity(value);
      words.write(index, value);
      media.fence();
    }
    PageBits.clear(available, start, count);
    if (zero == null) {
      taken.addDirty(firstPage + start, count);
      return;
    }
    for (int page = start; page < start + count; page++) {
      if (!PageBits.allSet(zero, page, 1)) {
        taken.addDirty(firstPage + page, 1);
      }
    }
    PageBits.clear(zero, start, count);
  }

  /** Pages that were set aside can be had again. */
  synchronized void makeAvailable(int start, int count) {
    PageBits.set(available, start, count);
    withholdAgain();
  }

  /** Pages whose release is done can be had again. Does nothing for any others. */
  synchronized void reclaim(int start, int count) {
    if (!examined) {
      pending.remove(extentOf(start, count));
    } else if (PageBits.allSet(releasing, start, count)) {
      PageBits.clear(releasing, start, count);
      makeAvailable(start, count);
    }
  }

  /** Gives out no page from this one on, free or not. */
  synchronized void withholdFrom(int page) {
    examine();
    withheldFrom = page;
    withholdAgain();
  }

  private void withholdAgain() {
    if (withheldFrom < pages) {
      PageBits.clear(available, withheldFrom, pages - withheldFrom);
    }
  }

  /** The longest run that can be had; for a chunk that was not examined, at most that. */
  synchronized int longestAvailable() {
    return examined ? PageBits.longestSet(available, pages) : Math.min(pages, ChunkTable.mostPages(known()));
  }

  /** How many pages from the first on can be had. */
  synchronized int availablePrefix() {
    examine();
    return PageBits.nextClear(available, 0, pages);
  }

  /** How many pages up to the last can be had. */
  synchronized int availableSuffix() {
    examine();
    int count = 0;
    while (count < pages && PageBits.allSet(available, pages - 1 - count, 1)) {
      count++;
    }
    return count;
  }

  /** Pages become owned on the media. */
  synchronized void own(int start, int count) {
    if (examined) {
      PageBits.clear(available, start, count);
      PageBits.set(owned, start, count);
      if (zero != null) {
        PageBits.clear(zero, start, count);
      }
      promisesTooMuch = true;
    }
  }

  /** A slab of pages of the chunk is made, before the media know of it. */
  synchronized void add(Slab slab) {
    put(slab);
  }

  /** Pages became a slab on the media that nobody had set aside for it. */
  synchronized void adopt(long head, int sizeClass) {
    if (examined) {
      own((int) (head - firstPage), classes.slabPagesOf(sizeClass));
      Slab slab = Slab.found(this, head, sizeClass, classes.slotsOf(sizeClass), true);
      add(slab);
      finder.found(slab);
    }
  }

  /** The media will show a free slot of that class: the word says so first. Flushed, not fenced. */
  synchronized void promiseSlot(int sizeClass) {
    raise(ChunkTable.of(ChunkTable.classBit(sizeClass), 0));
  }

  /** As {@link #promiseSlot}, and remembered with the slab. */
  synchronized void promiseSlot(Slab slab) {
    slab.roomOnMedia = true;
    raise(ChunkTable.of(ChunkTable.classBit(slab.sizeClass), 0));
  }

  /** Every slot of the slab is owned on the media by now; the word may say so when that is done. */
  synchronized void isOwnedWhole(Slab slab) {
    slab.roomOnMedia = false;
    promisesTooMuch = true;
  }

  /** Pages will be free on the media: the word says so first. They are not available before {@link #makeAvailable}. */
  synchronized void disown(int start, int count) {
    if (examined) {
      PageBits.clear(owned, start, count);
      PageBits.set(releasing, start, count);
      raise(ChunkTable.of(0, longestFreeOnMedia()));
    } else {
      raise(ChunkTable.of(0, pages));
      pending.add(extentOf(start, count));
    }
  }

  private Extent extentOf(int start, int count) {
    return new Extent(table.offsetOf(firstPage + start), (long) count * Geometry.PAGE_BYTES);
  }

  /**
   * Releases a slot of a slab in a chunk that was not examined.
   *
   * @return false, with nothing done, if it was examined
   */
  boolean releaseUnexamined(long head, int sizeClass, int slot) {
    if (examined) {
      return false;
    }
    synchronized (this) {
      if (examined) {
        return false;
      }
      raise(ChunkTable.of(ChunkTable.classBit(sizeClass), 0));
      pending.add(table.slot(head, sizeClass, slot));
      table.setSlotOwner(head, slot, Owner.NONE);
      return true;
    }
  }

  /** That release is done; false if the chunk was examined since. */
  boolean reclaimUnexamined(Extent extent) {
    if (examined) {
      return false;
    }
    synchronized (this) {
      if (examined) {
        return false;
      }
      pending.remove(extent);
      return true;
    }
  }

  /** A slab is one no longer. Its head is free on the media, durably, when this returns, and only then are its pages available. */
  synchronized void retire(Slab slab) {
    int start = (int) (slab.head - firstPage);
    int count = classes.slabPagesOf(slab.sizeClass);
    setWindows(slab, null);
    if (slab.isPublished()) {
      PageBits.clear(owned, start, count);
      long needed = ChunkTable.of(0, longestFreeOnMedia());
      if (!ChunkTable.covers(value, needed)) {
        raise(needed);
        // No intent repeats it: the word is durable before the room is.
        media.fence();
      }
      table.free(slab.head);
      // Durable before the pages are used again: a head that came back would cover what others own by then.
      media.fence();
    }
    makeAvailable(start, count);
  }

  private void raise(long needed) {
    if (!ChunkTable.covers(known(), needed)) {
      value = ChunkTable.union(value, needed);
      words.write(index, value);
    }
  }

  /** Takes back what the word promises in vain. Only for room that is taken durably. Flushed, not fenced. */
  void lower() {
    if (promisesTooMuch) {
      lowerNow();
    }
  }

  private synchronized void lowerNow() {
    if (ChunkTable.isVirgin(value)) {
      return;
    }
    promisesTooMuch = false;
    long rooms = 0;
    for (int window = 0; window < slabs.length(); window++) {
      Slab slab = slabs.get(window);
      if (slab != null && slab.roomOnMedia) {
        rooms |= ChunkTable.classBit(slab.sizeClass);
      }
    }
    long exact = ChunkTable.of(rooms, longestFreeOnMedia());
    if (exact != value) {
      value = exact;
      words.write(index, exact);
    }
  }

  private int longestFreeOnMedia() {
    return PageBits.longestClear(owned, pagesToCome);
  }

  /** As far as is known any run of pages may be free. Flushed, not fenced. */
  synchronized void promiseRun() {
    raise(ChunkTable.of(0, pages));
    promisesTooMuch = examined;
  }

  /** The pool will grow, and the chunk with it: the word says so first, and goes on saying so. */
  synchronized void promisePages(int newPages) {
    pagesToCome = newPages;
    if (ChunkTable.isVirgin(known())) {
      value = ChunkTable.virgin(newPages);
      words.write(index, value);
    } else {
      raise(ChunkTable.of(0, examined ? longestFreeOnMedia() : newPages));
    }
    // Under the monitor: whoever finds that the word covers what it needs may take it for durable.
    media.fence();
  }

  /** The pool has grown, and the chunk with it; what it gained is zero and was never given out. */
  synchronized void grow(int newPages) {
    if (examined) {
      if (zero == null) {
        zero = PageBits.none();
      }
      PageBits.set(available, pages, newPages - pages);
      PageBits.set(zero, pages, newPages - pages);
    }
    pages = newPages;
  }
}
