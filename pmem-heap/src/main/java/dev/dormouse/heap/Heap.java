package dev.dormouse.heap;

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

  private final Media media;
  private final Geometry geometry;
  private final SizeClasses classes;
  private final PageTable table;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by the lock, but for what it says about records.
  private final FreeSpace free;
  // Records of every slab begin at this offset, modulo their length.
  private final long recordPhase;

  Heap(Media media, Geometry geometry) {
    this.media = media;
    this.geometry = geometry;
    this.classes = new SizeClasses(geometry.slabPages());
    this.table = new PageTable(media, geometry, classes);
    this.recordPhase = geometry.arenaOffset() + SizeClasses.firstSlotOf(classes.slotsOf(SizeClasses.RECORD));
    this.free = new FreeSpace(media, geometry, classes, table);
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
    return reserve(sizeBytes, 0);
  }

  /**
   * As {@link #reserve(long)}, but the first bytes are whatever is there.
   *
   * @param overwrittenBytes how many bytes the caller overwrites before anybody can read them; zeroing them as well would be
   *     writing them twice
   */
  public Reservation reserve(long sizeBytes, long overwrittenBytes) {
    if (sizeBytes <= 0 || overwrittenBytes < 0 || overwrittenBytes > sizeBytes) {
      throw new IllegalArgumentException(
          "an extent of " + sizeBytes + " bytes of which " + overwrittenBytes + " are overwritten: at least 1, and no more than that, expected");
    }
    int sizeClass = classes.classOf(sizeBytes);
    return zeroed(sizeClass == SizeClasses.RUN ? reserveRun(sizeBytes) : reserveSlot(sizeClass), overwrittenBytes);
  }

  /** Like {@link #reserve}, with whatever bytes are there: for logs, which are never published and stamp what they write. */
  public Reservation reserveForLog(long sizeBytes) {
    int sizeClass = classes.classOf(sizeBytes);
    return sizeClass == SizeClasses.RUN ? reserveRun(sizeBytes) : reserveSlot(sizeClass);
  }

  /** Sets aside an extent of 128 bytes for a component's record, in slabs that hold nothing else. */
  public Reservation reserveRecord() {
    return zeroed(reserveSlot(SizeClasses.RECORD), 0);
  }

  private Reservation zeroed(Reservation reservation, long from) {
    // I4, R4: in full, slack included; outside the lock, so that a large extent stops nobody.
    media.fill(reservation.offset() + from, reservation.lengthBytes() - from, (byte) 0);
    return reservation;
  }

  private Reservation reserveRun(long sizeBytes) {
    long pages = (sizeBytes - 1) / Geometry.PAGE_BYTES + 1;
    lock.lock();
    try {
      long head = free.takePages(pages, sizeBytes);
      return new Reservation(
          new Extent(table.offsetOf(head), pages * Geometry.PAGE_BYTES), head << CLASS_BITS | SizeClasses.RUN);
    } finally {
      lock.unlock();
    }
  }

  private Reservation reserveSlot(int sizeClass) {
    lock.lock();
    try {
      Slab slab = free.slabWithRoom(sizeClass);
      int slot = free.takeSlot(slab);
      return new Reservation(table.slot(slab.head, sizeClass, slot), slab.head << CLASS_BITS | sizeClass);
    } finally {
      lock.unlock();
    }
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
      free.isBeingReleased(extent);
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
      free.isReleased(extent);
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
        free.addPages(head, reservation.lengthBytes() / Geometry.PAGE_BYTES);
      } else {
        free.addSlot(head, sizeClass, table.slotAt(head, sizeClass, reservation.offset()));
      }
    } finally {
      lock.unlock();
    }
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
    if (free.isPageOfRecords(page)) {
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
        free.rememberPageOfRecords(page);
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
    new HeapWalk(geometry, classes, table, visitor).walk();
  }
}
