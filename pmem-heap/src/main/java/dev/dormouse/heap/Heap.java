package dev.dormouse.heap;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Gives out extents of the pool's arena. An extent goes through four hands: {@link #reserve} sets it aside in memory and
 * zeroes it; {@link #publish} writes its owner, as part of the commit that links it; {@link #release} takes the owner away,
 * as part of the commit that unlinks it; {@link #reclaim} makes it available again, once that commit is done. The heap
 * keeps no log: publish and release are idempotent by owner, and the lanes' redo intents repeat them after a crash. Steps
 * and reasons: {@code docs/heap.md}.
 *
 * <p>Opening reads nothing. What is free is learnt chunk by chunk as it is needed; a word for each chunk says where to look.
 *
 * <p>Threads: all methods may be called by any thread. There is no lock that all of them take: threads of different stripes
 * have slabs and chunks of their own.
 */
public final class Heap {
  private static final int CLASS_BITS = 8;
  private static final long BYTES_FOR_A_STRIPE = 64L << 20;

  private final Media media;
  private final SizeClasses classes;
  private final PageTable table;
  private final ChunkTable words;
  private final Chunks chunks;
  private final Slabs slabs;
  private final RecordPages recordPages;
  private final long mostPages;
  // Records of every slab begin at this offset, modulo their length.
  private final long recordPhase;
  private final ReentrantLock makingRoom = new ReentrantLock();
  // How often room was made. Changed under that lock.
  private volatile long roomsMade;
  private volatile Growth growth = (pages, seenPages) -> false;

  /** Makes the pool larger. */
  interface Growth {
    /**
     * Makes room for a run of pages, unless the pool is as large as it may become.
     *
     * @param seenPages how many pages the arena had when there was no such run
     * @return whether the pool has grown since
     * @throws PoolFull if the disk has no room
     */
    boolean grow(long pages, long seenPages);
  }

  Heap(Media media, Geometry geometry) {
    this.media = media;
    this.classes = new SizeClasses(geometry.slabPages());
    this.table = new PageTable(media, geometry, classes);
    this.words = new ChunkTable(media, geometry);
    this.recordPhase = geometry.arenaOffset() + SizeClasses.firstSlotOf(classes.slotsOf(SizeClasses.RECORD));
    this.recordPages = new RecordPages(geometry.mostPages());
    int stripes = stripesFor(geometry);
    this.mostPages = geometry.mostPages();
    this.slabs = new Slabs(media, table, classes, recordPages, stripes);
    this.chunks = new Chunks(media, geometry, table, words, classes, stripes, slabs);
    slabs.use(chunks);
  }

  /** Twice the processors, so that two threads seldom meet; fewer in a small pool, because each keeps slabs half empty. */
  private static int stripesFor(Geometry geometry) {
    long most = Math.min(2L * Runtime.getRuntime().availableProcessors(), geometry.sizeBytes() / BYTES_FOR_A_STRIPE);
    return Integer.highestOneBit((int) Math.max(1, most));
  }

  void growBy(Growth how) {
    growth = how;
  }

  void format() {
    table.format(0, table.pageCount());
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      words.write(chunk, ChunkTable.virgin(Chunks.pagesOf(chunk, table.pageCount())));
    }
    media.fence();
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
    return reserve(classes.classOf(sizeBytes), sizeBytes, overwrittenBytes, true);
  }

  /** How long an extent for so many bytes is: what {@link #reserve} rounds them up to. */
  public long extentBytes(long sizeBytes) {
    int sizeClass = classes.classOf(sizeBytes);
    return sizeClass == SizeClasses.RUN ? ((sizeBytes - 1) / Geometry.PAGE_BYTES + 1) * Geometry.PAGE_BYTES : classes.bytesOf(sizeClass);
  }

  /** Like {@link #reserve}, with whatever bytes are there: for logs, which are never published and stamp what they write. */
  public Reservation reserveForLog(long sizeBytes) {
    return reserve(classes.classOf(sizeBytes), sizeBytes, 0, false);
  }

  /** Sets aside an extent of 128 bytes for a component's record, in slabs that hold nothing else. */
  public Reservation reserveRecord() {
    return reserve(SizeClasses.RECORD, SizeClasses.RECORD_BYTES, 0, true);
  }

  /** I4, R4: zeroed in full, slack included; without a lock, so that a large extent stops nobody. What is zero is left alone. */
  private Reservation reserve(int sizeClass, long sizeBytes, long overwrittenBytes, boolean zeroed) {
    if (sizeClass == SizeClasses.RUN) {
      long pages = (sizeBytes - 1) / Geometry.PAGE_BYTES + 1;
      Taken taken = takePages(pages, sizeBytes);
      long offset = table.offsetOf(taken.head());
      Extent extent = new Extent(offset, pages * Geometry.PAGE_BYTES);
      long storedFrom = !zeroed ? offset : taken.isZero() ? offset + extent.lengthBytes() : offset + overwrittenBytes;
      Reservation run = kept(new Reservation(extent, placeOf(taken.head(), SizeClasses.RUN), storedFrom));
      if (zeroed) {
        taken.zero(media, table, storedFrom);
      }
      return run;
    }
    Slabs.Slot slot = takeSlot(sizeClass, sizeBytes);
    Extent extent = table.slot(slot.slab().head, sizeClass, slot.number());
    boolean stores = zeroed && !slot.zero();
    long storedFrom = !zeroed ? extent.offset() : stores ? extent.offset() + overwrittenBytes : extent.offset() + extent.lengthBytes();
    Reservation reservation = kept(new Reservation(extent, placeOf(slot.slab().head, sizeClass), storedFrom));
    if (stores) {
      media.fill(storedFrom, extent.lengthBytes() - overwrittenBytes, (byte) 0);
    }
    return reservation;
  }

  private Reservation kept(Reservation reservation) {
    if (reservation.isKept()) {
      media.pin(reservation.storedFrom(), reservation.offset() + reservation.lengthBytes() - reservation.storedFrom());
    }
    return reservation;
  }

  /** What was stored to a reservation was handed over, or is not needed. Once for each; {@link #cancel} does it too. */
  public void isHandedOver(Reservation reservation) {
    if (reservation.isKept()) {
      media.unpin(reservation.storedFrom(), reservation.offset() + reservation.lengthBytes() - reservation.storedFrom());
    }
  }

  private static long placeOf(long head, int sizeClass) {
    return head << CLASS_BITS | sizeClass;
  }

  private Taken takePages(long pages, long sizeBytes) {
    while (true) {
      long seenRooms = roomsMade;
      Taken taken = chunks.take(pages, false, chunks.stripe());
      if (taken != null) {
        return taken;
      }
      makeRoom(pages, sizeBytes, seenRooms);
    }
  }

  private Slabs.Slot takeSlot(int sizeClass, long sizeBytes) {
    while (true) {
      long seenRooms = roomsMade;
      Slabs.Slot slot = slabs.take(sizeClass, chunks.stripe());
      if (slot != null) {
        return slot;
      }
      makeRoom(classes.slabPagesOf(sizeClass), sizeBytes, seenRooms);
    }
  }

  /**
   * Makes room where there was none when {@code seenRooms} was read. One thread at a time: who comes second must not take what the
   * first one is giving up for being in use.
   */
  private void makeRoom(long pages, long sizeBytes, long seenRooms) {
    makingRoom.lock();
    try {
      if (roomsMade == seenRooms) {
        makePagesAvailable(pages, sizeBytes);
        roomsMade = seenRooms + 1;
      }
    } finally {
      makingRoom.unlock();
    }
  }

  /** Makes pages available that nobody uses, in the order of what it costs. */
  private void makePagesAvailable(long pages, long sizeBytes) {
    PoolFull full =
        new PoolFull(
            media.describe(),
            "no free run of " + pages + " pages for " + sizeBytes + " bytes; destroy components, or make a larger pool");
    if (pages > mostPages) {
      // Nothing that could be done would help.
      throw full;
    }
    if (slabs.giveUpEmptyOnes()) {
      return;
    }
    try {
      if (growth.grow(pages, chunks.pageCount())) {
        return;
      }
    } catch (PoolFull noSpaceOnDisk) {
      full = noSpaceOnDisk;
    }
    if (!slabs.sweep()) {
      throw full;
    }
  }

  /**
   * Prepares for a larger pool: what the page table and the chunks' words say of the new pages is durable, and counts when the
   * header says that the pool has them.
   */
  void prepareToGrow(long newPageCount) {
    long old = table.pageCount();
    table.format(old, newPageCount - old);
    int last = Chunks.chunkCountOf(old) - 1;
    chunks.get(last).promisePages(Chunks.pagesOf(last, newPageCount));
    for (int chunk = last + 1; chunk < Chunks.chunkCountOf(newPageCount); chunk++) {
      words.write(chunk, ChunkTable.virgin(Chunks.pagesOf(chunk, newPageCount)));
    }
    media.fence();
  }

  /** The header says that the pool has grown. */
  void hasGrown(long newPageCount) {
    table.hasGrown(newPageCount);
    chunks.grow(newPageCount);
  }

  /**
   * From now on whatever is given out ends before a byte, so that what lies behind can be moved before it. For a pool that was
   * just opened and that nobody else uses; it holds until the pool is closed. The pool does not grow meanwhile.
   */
  public void confineBefore(long offset) {
    growth = (pages, seenPages) -> false;
    long page = Math.max(0, table.pageOf(offset));
    slabs.withholdFrom(page);
    chunks.withholdFrom(page);
    // An empty slab behind it is nobody's, and must not look as if it were.
    slabs.giveUpEmptyOnes();
    slabs.sweep();
  }

  /** Where the last page ends that is owned, or whose owner is not known; in bytes from the pool's start. */
  long usedUpTo() {
    long page = table.pageCount();
    while (page > 0 && table.isFree(page - 1)) {
      page--;
    }
    return table.offsetOf(page);
  }

  /**
   * (d) Writes the owner of an extent that was reserved, and makes its pages a run or a slab where they are not yet.
   * Idempotent. Flushed, not fenced.
   */
  public void publish(long offset, long lengthBytes, long place, long owner) {
    long head = place >>> CLASS_BITS;
    int sizeClass = (int) place & ((1 << CLASS_BITS) - 1);
    if (sizeClass == SizeClasses.RUN) {
      long pages = lengthBytes / Geometry.PAGE_BYTES;
      table.claim(head, pages, PageState.RUN, SizeClasses.RUN, owner);
      chunks.forEachPart(head, pages, Chunk::own);
    } else {
      slabs.publish(chunks.at(head), head, sizeClass, table.slotAt(head, sizeClass, offset), owner);
    }
  }

  /**
   * The epoch that published an extent is done, so that no crash can take it back: the chunks' words need not promise its
   * room any more.
   */
  public void published(long offset, long lengthBytes, long place) {
    if ((place & ((1 << CLASS_BITS) - 1)) == SizeClasses.RUN) {
      chunks.forEachPart(place >>> CLASS_BITS, lengthBytes / Geometry.PAGE_BYTES, (chunk, start, count) -> chunk.lower());
    } else {
      chunks.at(place >>> CLASS_BITS).lower();
    }
  }

  /** Whether {@link #publish} could have been asked for this: what a log record names is checked before it is believed. */
  public boolean isPlausible(long offset, long lengthBytes, long place) {
    long head = place >>> CLASS_BITS;
    int sizeClass = (int) place & ((1 << CLASS_BITS) - 1);
    if (sizeClass != SizeClasses.RUN && !classes.isSlabClass(sizeClass)) {
      return false;
    }
    long pages = sizeClass == SizeClasses.RUN ? lengthBytes / Geometry.PAGE_BYTES : classes.slabPagesOf(sizeClass);
    if (place < 0 || lengthBytes <= 0 || pages < 1 || head > table.pageCount() - pages) {
      return false;
    }
    if (sizeClass == SizeClasses.RUN) {
      return offset == table.offsetOf(head) && lengthBytes % Geometry.PAGE_BYTES == 0;
    }
    return lengthBytes == classes.bytesOf(sizeClass)
        && table.slotAt(head, sizeClass, offset) >= 0;
  }

  /**
   * (d) Takes the owner of an extent away, if it still is {@code owner}; {@link #reclaim} must follow. Idempotent. Flushed,
   * not fenced.
   */
  public void release(Extent extent, long owner) {
    long head = headOf(extent.offset());
    long word = head < 0 ? 0 : table.stateOfHead(head);
    if (head >= 0 && PageState.kind(word) == PageState.RUN && table.runOwner(head) == owner) {
      // Every chunk is told before the head is stored: one that is examined meanwhile must not take the pages for free.
      chunks.forEachPart(head, PageState.number(word), Chunk::disown);
      table.free(head);
      return;
    }
    int sizeClass = PageState.sizeClass(word);
    int slot = head >= 0 && PageState.kind(word) == PageState.SLAB ? table.slotAt(head, sizeClass, extent.offset()) : -1;
    if (slot < 0 || table.slotOwner(head, slot) != owner) {
      promiseAgain(extent);
      return;
    }
    Chunk chunk = chunks.at(head);
    if (!chunk.releaseUnexamined(head, sizeClass, slot)) {
      Slab slab = chunk.slabAt(head);
      if (slab == null) {
        // Pages that claim to be a slab and cannot be one are given to nobody; their owner goes all the same.
        table.setSlotOwner(head, slot, Owner.NONE);
      } else {
        slabs.release(slab, slot);
      }
    }
  }

  /** A release that is repeated after a crash may have reached the media without the word that tells of the room. */
  private void promiseAgain(Extent extent) {
    long page = table.pageOf(extent.offset());
    long head = table.headOf(page);
    if (head >= 0 && PageState.kind(table.state(head)) == PageState.SLAB) {
      chunks.at(head).promiseSlot(PageState.sizeClass(table.state(head)));
    } else {
      chunks.forEachPart(page, Math.max(1, extent.lengthBytes() / Geometry.PAGE_BYTES), (chunk, start, count) -> chunk.promiseRun());
    }
  }

  /** Makes a released extent available, once the lane that released it is done (R4). Does nothing for any other extent. */
  public void reclaim(Extent extent) {
    long page = table.pageOf(extent.offset());
    if (extent.offset() == table.offsetOf(page) && extent.lengthBytes() % Geometry.PAGE_BYTES == 0) {
      // No slot is like this: a slab begins with owner words.
      chunks.reclaim(page, extent.lengthBytes() / Geometry.PAGE_BYTES);
      return;
    }
    Chunk chunk = chunks.at(page);
    if (!chunk.reclaimUnexamined(extent)) {
      Slab slab = chunk.slabAt(page);
      if (slab != null) {
        slabs.reclaim(slab, table.slotAt(slab.head, slab.sizeClass, extent.offset()));
      }
    }
  }

  /** Gives back a reservation that was not published. */
  public void cancel(Reservation reservation) {
    isHandedOver(reservation);
    long head = reservation.place() >>> CLASS_BITS;
    int sizeClass = (int) reservation.place() & ((1 << CLASS_BITS) - 1);
    if (sizeClass == SizeClasses.RUN) {
      chunks.giveBack(head, reservation.lengthBytes() / Geometry.PAGE_BYTES);
    } else {
      slabs.giveBack(chunks.at(head).slabAt(head), table.slotAt(head, sizeClass, reservation.offset()));
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
    long word = table.stateOfHead(head);
    if (PageState.kind(word) == PageState.RUN) {
      return table.runOwner(head);
    }
    int slot = table.slotCovering(head, PageState.sizeClass(word), offset);
    return slot < 0 ? Owner.NONE : table.slotOwner(head, slot);
  }

  /**
   * The extent that covers {@code offset}, or null where the byte is free, the heap's own, or outside the arena: a record may say
   * anything.
   *
   * @throws Damaged if the page table does not tell
   */
  public Extent extentOf(long offset) {
    if (!isInArena(offset)) {
      return null;
    }
    long head = headOf(offset);
    if (head < 0) {
      return null;
    }
    long word = table.stateOfHead(head);
    if (PageState.kind(word) == PageState.RUN) {
      return new Extent(table.offsetOf(head), PageState.number(word) * Geometry.PAGE_BYTES);
    }
    int slot = table.slotCovering(head, PageState.sizeClass(word), offset);
    return slot < 0 ? null : table.slot(head, PageState.sizeClass(word), slot);
  }

  /** Whether a component's record may begin at {@code offset}: a slot of a slab of records. Never throws. */
  public boolean isRecordSlot(long offset) {
    if (offset < table.offsetOf(0) || offset > table.offsetOf(chunks.pageCount()) - SizeClasses.RECORD_BYTES) {
      return false;
    }
    long page = table.pageOf(offset);
    if (recordPages.contains(page)) {
      return (offset - recordPhase) % SizeClasses.RECORD_BYTES == 0;
    }
    // A slab lies in one chunk, and is given up under its monitor: what is remembered here cannot be out of date.
    synchronized (chunks.at(page)) {
      try {
        long head = table.headOf(page);
        boolean found =
            head >= 0 && table.isSlab(head, SizeClasses.RECORD) && table.slotAt(head, SizeClasses.RECORD, offset) >= 0;
        if (found && isAllRecords(page, head)) {
          recordPages.add(page);
        }
        return found;
      } catch (Damaged damaged) {
        return false;
      }
    }
  }

  /** Whether a page of a slab of records holds neither owner words nor what is left behind the last slot. */
  private boolean isAllRecords(long page, long head) {
    long start = table.offsetOf(page);
    return table.slotAt(head, SizeClasses.RECORD, start) >= 0
        && table.slotAt(head, SizeClasses.RECORD, start + Geometry.PAGE_BYTES - SizeClasses.RECORD_BYTES) >= 0;
  }

  /** Whether the byte at {@code offset} is one that extents are made of. */
  public boolean isInArena(long offset) {
    return offset >= table.offsetOf(0) && offset < table.endOffset();
  }

  private long headOf(long offset) {
    if (!isInArena(offset)) {
      throw new IndexOutOfBoundsException(
          media.describe() + ": byte " + offset + " is outside the arena [" + table.offsetOf(0) + ", " + table.endOffset() + ")");
    }
    return table.headOf(table.pageOf(offset));
  }

  /** Sees every owned extent, and what is wrong with the page table. */
  public interface Visitor {
    /** An extent and its owner; {@code record} where it is a slot for a component's record. */
    void extent(Extent extent, long owner, boolean record);

    /** A sentence about an entry that makes no sense. */
    void damage(String message);

    /** The same, of a page's entry, which lies at {@code entryOffset}. */
    default void damagedPage(long page, long entryOffset, String message) {
      damage(message);
    }

    /** The same, of a chunk's word, which lies at {@code wordOffset}; {@code needed} is what it should say. */
    default void damagedChunk(int chunk, long wordOffset, long needed, String message) {
      damage(message);
    }
  }

  /** Walks the whole page table. Reads as much as there are pages and slots; for verify, not for opening. */
  public void walk(Visitor visitor) {
    new HeapWalk(classes, table, words, visitor).walk();
  }
}
