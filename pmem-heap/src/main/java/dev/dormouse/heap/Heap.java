package dev.dormouse.heap;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gives out extents of the pool's arena. An extent goes through four hands: {@link #reserve} sets it aside in memory and
 * zeroes it; {@link #publish} writes its owner, as part of the commit that links it; {@link #release} takes the owner away,
 * as part of the commit that unlinks it; {@link #reclaim} makes it available again, once that commit is done. The heap
 * keeps no log: publish and release are idempotent by owner, and the lanes' redo intents repeat them after a crash.
 *
 * <p>Opening reads nothing. What is free is learnt from the page table as it is needed, from its start on.
 *
 * <p>Threads: all methods may be called by any thread.
 */
public final class Heap {
  private static final int CLASS_BITS = 8;
  private static final int LOOK_AHEAD = 64;

  private final Media media;
  private final Geometry geometry;
  private final SizeClasses classes;
  private final PageTable table;
  private final ReentrantLock lock = new ReentrantLock();
  // All below is guarded by the lock.
  private final FreePages freePages = new FreePages();
  private final List<ArrayDeque<Slab>> open = new ArrayList<>();
  private final List<ArrayDeque<Long>> unexamined = new ArrayList<>();
  private final Set<Long> unexaminedHeads = new HashSet<>();
  // Released in a (d) that is not done yet, by offset: free on the media, and not to be taken for it.
  private final Map<Long, Extent> releasing = new HashMap<>();
  private final Map<Long, Slab> slabs = new HashMap<>();
  private long examinedPages;
  // A bit for each page of a slab of records but its first: what isRecordSlot found once, it need not look up again.
  // Changed under the lock, read without.
  private final AtomicLongArray recordPages;
  // Records of every slab begin at this offset, modulo their length.
  private final long recordPhase;

  Heap(Media media, Geometry geometry) {
    this.media = media;
    this.geometry = geometry;
    this.classes = new SizeClasses(geometry.slabPages());
    this.table = new PageTable(media, geometry, classes);
    this.recordPhase = geometry.arenaOffset() + SizeClasses.firstSlotOf(classes.slotsOf(SizeClasses.RECORD));
    this.recordPages = new AtomicLongArray(Math.toIntExact((geometry.pageCount() + 63) >>> 6));
    for (int i = 0; i < classes.count(); i++) {
      open.add(new ArrayDeque<>());
      unexamined.add(new ArrayDeque<>());
    }
  }

  void format() {
    table.format();
  }

  /**
   * Sets aside an extent of at least {@code sizeBytes} zero bytes. They are flushed with the epoch that publishes it.
   *
   * @throws PoolFull if there is none; nothing was set aside
   */
  public Reservation reserve(long sizeBytes) {
    if (sizeBytes <= 0) {
      throw new IllegalArgumentException("an extent of " + sizeBytes + " bytes: at least 1 expected");
    }
    int sizeClass = classes.classOf(sizeBytes);
    return zeroed(sizeClass == SizeClasses.RUN ? reserveRun(sizeBytes) : reserveSlot(sizeClass));
  }

  /** Like {@link #reserve}, with whatever bytes are there: for logs, which are never published and stamp what they write. */
  public Reservation reserveForLog(long sizeBytes) {
    int sizeClass = classes.classOf(sizeBytes);
    return sizeClass == SizeClasses.RUN ? reserveRun(sizeBytes) : reserveSlot(sizeClass);
  }

  /** Sets aside an extent of 128 bytes for a component's record, in slabs that hold nothing else. */
  public Reservation reserveRecord() {
    return zeroed(reserveSlot(SizeClasses.RECORD));
  }

  private Reservation zeroed(Reservation reservation) {
    // I4, R4: in full, slack included; outside the lock, so that a large extent stops nobody.
    media.fill(reservation.offset(), reservation.lengthBytes(), (byte) 0);
    return reservation;
  }

  private Reservation reserveRun(long sizeBytes) {
    long pages = (sizeBytes - 1) / Geometry.PAGE_BYTES + 1;
    lock.lock();
    try {
      long head = takePages(pages, sizeBytes);
      return new Reservation(
          new Extent(table.offsetOf(head), pages * Geometry.PAGE_BYTES), head << CLASS_BITS | SizeClasses.RUN);
    } finally {
      lock.unlock();
    }
  }

  private Reservation reserveSlot(int sizeClass) {
    lock.lock();
    try {
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
      int slot = slab.take();
      if (slab.isFull()) {
        forget(slab);
      }
      return new Reservation(table.slot(slab.head, sizeClass, slot), slab.head << CLASS_BITS | sizeClass);
    } finally {
      lock.unlock();
    }
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

  private long takePages(long pages, long sizeBytes) {
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

  /**
   * (d) Writes the owner of an extent that was reserved, and makes its pages a run or a slab where they are not yet.
   * Idempotent. Flushed, not fenced.
   */
  public void publish(long offset, long lengthBytes, long place, long owner) {
    long head = place >>> CLASS_BITS;
    int sizeClass = (int) place & ((1 << CLASS_BITS) - 1);
    if (sizeClass == SizeClasses.RUN) {
      table.claim(head, lengthBytes / Geometry.PAGE_BYTES, PageState.RUN, SizeClasses.RUN, owner);
      return;
    }
    lock.lock();
    try {
      long word = table.state(head);
      if (PageState.kind(word) != PageState.SLAB || PageState.sizeClass(word) != sizeClass) {
        table.claim(head, geometry.slabPages(), PageState.SLAB, sizeClass, Owner.NONE);
        // Before the owner word: an owned slot in pages that are not a slab would be nobody's after a crash.
        media.fence();
      }
    } finally {
      lock.unlock();
    }
    table.setSlotOwner(head, table.slotAt(head, sizeClass, offset), owner);
  }

  /** Whether {@link #publish} could have been asked for this: what a log record names is checked before it is believed. */
  public boolean isPlausible(long offset, long lengthBytes, long place) {
    long head = place >>> CLASS_BITS;
    int sizeClass = (int) place & ((1 << CLASS_BITS) - 1);
    long pages = sizeClass == SizeClasses.RUN ? lengthBytes / Geometry.PAGE_BYTES : geometry.slabPages();
    if (place < 0 || lengthBytes <= 0 || pages < 1 || head > geometry.pageCount() - pages) {
      return false;
    }
    if (sizeClass == SizeClasses.RUN) {
      return offset == table.offsetOf(head) && lengthBytes % Geometry.PAGE_BYTES == 0;
    }
    return classes.isSlabClass(sizeClass)
        && lengthBytes == classes.bytesOf(sizeClass)
        && table.slotAt(head, sizeClass, offset) >= 0;
  }

  /**
   * (d) Takes the owner of an extent away, if it still is {@code owner}; {@link #reclaim} must follow. Idempotent. Flushed,
   * not fenced.
   */
  public void release(Extent extent, long owner) {
    lock.lock();
    try {
      if (ownerOf(extent.offset()) != owner) {
        return;
      }
      releasing.put(extent.offset(), extent);
      long head = table.headOf(table.pageOf(extent.offset()));
      long word = table.state(head);
      if (PageState.kind(word) == PageState.RUN) {
        table.free(head);
      } else {
        table.setSlotOwner(head, table.slotAt(head, PageState.sizeClass(word), extent.offset()), Owner.NONE);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes a released extent available, once the lane that released it is done (R4). Does nothing for any other extent. */
  public void reclaim(Extent extent) {
    lock.lock();
    try {
      long page = table.pageOf(extent.offset());
      if (releasing.remove(extent.offset()) == null || page >= examinedPages) {
        return;
      }
      long head = table.headOf(page);
      if (head < 0) {
        freePages.add(page, extent.lengthBytes() / Geometry.PAGE_BYTES);
      } else if (!unexaminedHeads.contains(head)) {
        int sizeClass = PageState.sizeClass(table.state(head));
        giveBackSlot(head, sizeClass, table.slotAt(head, sizeClass, extent.offset()));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives back a reservation that was not published. */
  public void cancel(Reservation reservation) {
    long head = reservation.place() >>> CLASS_BITS;
    int sizeClass = (int) reservation.place() & ((1 << CLASS_BITS) - 1);
    lock.lock();
    try {
      if (sizeClass == SizeClasses.RUN) {
        freePages.add(head, reservation.lengthBytes() / Geometry.PAGE_BYTES);
      } else {
        giveBackSlot(head, sizeClass, table.slotAt(head, sizeClass, reservation.offset()));
      }
    } finally {
      lock.unlock();
    }
  }

  private void giveBackSlot(long head, int sizeClass, int slot) {
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
    for (long page = head; page < head + geometry.slabPages(); page++) {
      recordPages.getAndAccumulate((int) (page >>> 6), ~(1L << page), (bits, mask) -> bits & mask);
    }
    if (PageState.kind(table.state(head)) == PageState.SLAB) {
      // Durable before the pages are used again: a head that came back would cover what others own by then.
      table.free(head);
      media.fence();
    }
    freePages.add(head, geometry.slabPages());
  }

  /**
   * Who owns the byte at {@code offset}.
   *
   * @return the owner, or {@link Owner#NONE}
   * @throws IndexOutOfBoundsException if the offset is outside the arena
   * @throws Damaged if the page table does not tell
   */
  public long ownerOf(long offset) {
    long head = headOf(offset);
    if (head < 0) {
      return Owner.NONE;
    }
    long word = table.state(head);
    if (PageState.kind(word) == PageState.RUN) {
      return table.runOwner(head);
    }
    int slot = table.slotCovering(head, PageState.sizeClass(word), offset);
    return slot < 0 ? Owner.NONE : table.slotOwner(head, slot);
  }

  /** The extent that covers {@code offset}, or null where the byte is free or the heap's own. Errors as for {@link #ownerOf}. */
  public Extent extentOf(long offset) {
    long head = headOf(offset);
    if (head < 0) {
      return null;
    }
    long word = table.state(head);
    if (PageState.kind(word) == PageState.RUN) {
      return new Extent(table.offsetOf(head), PageState.number(word) * Geometry.PAGE_BYTES);
    }
    int slot = table.slotCovering(head, PageState.sizeClass(word), offset);
    return slot < 0 ? null : table.slot(head, PageState.sizeClass(word), slot);
  }

  /** Whether a component's record may begin at {@code offset}: a slot of a slab of records. Never throws. */
  public boolean isRecordSlot(long offset) {
    if (offset < geometry.arenaOffset() || offset > geometry.sizeBytes() - SizeClasses.RECORD_BYTES) {
      return false;
    }
    long page = table.pageOf(offset);
    if (((recordPages.getPlain((int) (page >>> 6)) >>> page) & 1) != 0) {
      return (offset - recordPhase) % SizeClasses.RECORD_BYTES == 0;
    }
    lock.lock();
    try {
      long head = table.headOf(page);
      if (head < 0) {
        return false;
      }
      long word = table.state(head);
      boolean found =
          PageState.kind(word) == PageState.SLAB
              && PageState.sizeClass(word) == SizeClasses.RECORD
              && table.slotAt(head, SizeClasses.RECORD, offset) >= 0;
      if (found && page != head) {
        recordPages.getAndAccumulate((int) (page >>> 6), 1L << page, (bits, bit) -> bits | bit);
      }
      return found;
    } catch (Damaged damaged) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  private long headOf(long offset) {
    if (offset < geometry.arenaOffset() || offset >= geometry.sizeBytes()) {
      throw new IndexOutOfBoundsException(
          media.describe() + ": byte " + offset + " is outside the arena [" + geometry.arenaOffset() + ", "
              + geometry.sizeBytes() + ")");
    }
    return table.headOf(table.pageOf(offset));
  }

  /** Sees every owned extent, and what is wrong with the page table. */
  public interface Visitor {
    /** An extent and its owner; {@code record} where it is a slot for a component's record. */
    void extent(Extent extent, long owner, boolean record);

    /** A sentence about an entry that makes no sense. */
    void damage(String message);
  }

  /** Walks the whole page table. Reads as much as there are pages and slots; for verify, not for opening. */
  public void walk(Visitor visitor) {
    for (long page = 0; page < geometry.pageCount(); ) {
      page = walkOne(page, visitor);
    }
  }

  private long walkOne(long page, Visitor visitor) {
    long word;
    try {
      word = table.state(page);
    } catch (Damaged damaged) {
      visitor.damage(damaged.getMessage());
      return page + 1;
    }
    int kind = PageState.kind(word);
    long pages = PageState.number(word);
    int sizeClass = PageState.sizeClass(word);
    if (kind == PageState.FREE || kind == PageState.CONTINUED) {
      return page + 1;
    }
    boolean soundSlab = kind != PageState.SLAB || (pages == geometry.slabPages() && classes.isSlabClass(sizeClass));
    if (pages < 1 || pages > geometry.pageCount() - page || !soundSlab) {
      visitor.damage("page table entry " + page + " claims " + pages + " pages of size class " + sizeClass);
      return page + 1;
    }
    if (kind == PageState.RUN) {
      visitor.extent(new Extent(table.offsetOf(page), pages * Geometry.PAGE_BYTES), table.runOwner(page), false);
    } else {
      for (int slot = 0; slot < classes.slotsOf(sizeClass); slot++) {
        long owner = table.slotOwner(page, slot);
        if (owner != Owner.NONE) {
          visitor.extent(table.slot(page, sizeClass, slot), owner, sizeClass == SizeClasses.RECORD);
        }
      }
    }
    return page + pages;
  }
}
