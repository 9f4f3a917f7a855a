package dev.dormouse.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Gives out slots of slabs. Each stripe of threads has a slab of its own for each size class; when it is full another takes
 * its place: one with room that is known, one that an earlier life left, or a new one.
 *
 * <p>Threads: any. Locks are taken in this order: a slab's, a chunk's. Both are held for a few instructions, but where a slab
 * is made, looked into or given up.
 */
final class Slabs implements Chunk.SlabFinder {
  private final Media media;
  private final PageTable table;
  private final SizeClasses classes;
  private final int stripes;
  private final AtomicReferenceArray<Slab> current;
  // Slabs with room, or with nobody knows how many slots, by their first page: the first ones are filled first. A list for each
  // seat: what a stripe released it takes again, because it is in its processor's cache and in nobody else's.
  private final List<ConcurrentSkipListMap<Long, Slab>> listed = new ArrayList<>();
  // Up to this chunk none is left that an earlier life filled and nobody looked into, a cursor for each class.
  private final AtomicIntegerArray lookedAt;
  // How many threads look for a slab to seat, a count for each class.
  private final AtomicIntegerArray seating;
  private final RecordPages recordPages;
  private Chunks chunks;
  private volatile long withheldFrom = Long.MAX_VALUE;

  Slabs(Media media, PageTable table, SizeClasses classes, RecordPages recordPages, int stripes) {
    this.media = media;
    this.table = table;
    this.classes = classes;
    this.recordPages = recordPages;
    this.stripes = stripes;
    this.current = new AtomicReferenceArray<>(stripes * classes.count());
    this.lookedAt = new AtomicIntegerArray(classes.count());
    this.seating = new AtomicIntegerArray(classes.count());
    for (int seat = 0; seat < current.length(); seat++) {
      listed.add(new ConcurrentSkipListMap<>());
    }
  }

  void use(Chunks chunksOfArena) {
    chunks = chunksOfArena;
  }

  /** A slot that was set aside, and whether it reads as zeros. */
  record Slot(Slab slab, int number, boolean zero) {}

  /** Sets a slot aside; null if no slab has one and no pages are left for another. */
  Slot take(int sizeClass, int stripe) {
    int seat = seatOf(sizeClass, stripe);
    while (true) {
      Slab slab = current.get(seat);
      Slot slot = slab == null ? null : take(slab);
      if (slot != null) {
        return slot;
      }
      if (!takeSeat(seat, slab, sizeClass, stripe)) {
        // Before the seats are looked at: a slab that somebody is about to seat is not listed any more, and may be the last with room.
        boolean allAreSeated = seating.get(sizeClass) == 0;
        slot = takeFromAnotherStripe(sizeClass);
        if (slot != null || allAreSeated) {
          return slot;
        }
        Thread.onSpinWait();
      }
    }
  }

  private int seatOf(int sizeClass, int stripe) {
    return stripe * classes.count() + sizeClass;
  }

  /** Seats another slab in place of one that is full; false if there is none. */
  private boolean takeSeat(int seat, Slab full, int sizeClass, int stripe) {
    seating.incrementAndGet(sizeClass);
    try {
      Slab next = next(sizeClass, stripe);
      if (next == null) {
        return false;
      }
      if (current.compareAndSet(seat, full, next)) {
        if (full != null) {
          isCurrentNoLonger(full);
        }
      } else {
        // Another thread of the stripe was faster: this one is for whoever comes next.
        isCurrentNoLonger(next);
      }
      return true;
    } finally {
      seating.decrementAndGet(sizeClass);
    }
  }

  private Slot take(Slab slab) {
    slab.lock();
    try {
      int number = slab.state == Slab.State.RETIRED ? -1 : slab.take();
      return number < 0 ? null : new Slot(slab, number, slab.wasNeverTaken(number));
    } finally {
      slab.unlock();
    }
  }

  /** A slab with room that nobody else takes from; null if there is none, and no pages for another. */
  private Slab next(int sizeClass, int stripe) {
    Slab slab = nextListed(sizeClass, stripe);
    while (slab == null) {
      int from = lookedAt.get(sizeClass);
      int behind = chunks.examineNext(sizeClass, from);
      if (behind < 0) {
        slab = make(sizeClass, stripe);
        // Where nothing is left, chunks before the cursor may have got room since; one may promise it in vain, and the next not.
        while (slab == null && from > 0 && chunks.examineNext(sizeClass, 0) >= 0) {
          slab = nextListed(sizeClass, stripe);
        }
        return slab;
      }
      lookedAt.compareAndSet(sizeClass, from, behind);
      slab = nextListed(sizeClass, stripe);
    }
    return slab;
  }

  /** A slab that is listed, one of the stripe's own if there is any. */
  private Slab nextListed(int sizeClass, int stripe) {
    Slab slab = null;
    for (int i = 0; slab == null && i < stripes; i++) {
      slab = nextListed(listed.get(seatOf(sizeClass, (stripe + i) % stripes)));
    }
    return slab;
  }

  private Slab nextListed(ConcurrentSkipListMap<Long, Slab> slabs) {
    while (true) {
      var first = slabs.pollFirstEntry();
      if (first == null) {
        return null;
      }
      Slab slab = first.getValue();
      slab.lock();
      try {
        if (slab.state == Slab.State.LISTED) {
          examine(slab);
          slab.state = slab.isFull() || isWithheld(slab) ? Slab.State.FULL : Slab.State.CURRENT;
          if (slab.state == Slab.State.CURRENT) {
            return slab;
          }
        }
      } finally {
        slab.unlock();
      }
    }
  }

  /** Looks into a slab that the media show, unless somebody did. Under the slab's lock. */
  private void examine(Slab slab) {
    if (!slab.isExamined()) {
      slab.examine(table);
      if (slab.isOwnedWhole()) {
        synchronized (slab.chunk) {
          slab.chunk.isOwnedWhole(slab);
          slab.chunk.lower();
        }
      }
    }
  }

  private Slab make(int sizeClass, int stripe) {
    Taken taken = chunks.take(classes.slabPagesOf(sizeClass), true, stripe);
    if (taken == null) {
      return null;
    }
    // Durable before any slot of it can be published: the pages become a slab by that commit, with these owner words.
    table.clearSlab(taken.head(), sizeClass, taken.isZero());
    Chunk chunk = chunks.at(taken.head());
    boolean zero = taken.isZero() || sizeClass == SizeClasses.RECORD;
    Slab slab = Slab.made(chunk, taken.head(), sizeClass, classes.slotsOf(sizeClass), zero);
    chunk.add(slab);
    return slab;
  }

  /** Rather than that the pool is full, another stripe's slab is used. */
  private Slot takeFromAnotherStripe(int sizeClass) {
    for (int stripe = 0; stripe < stripes; stripe++) {
      Slab slab = current.get(seatOf(sizeClass, stripe));
      Slot slot = slab == null ? null : take(slab);
      if (slot != null) {
        return slot;
      }
    }
    return null;
  }

  /** Gives up the slabs that stripes keep and of which no slot is in use; whether there were any. */
  boolean giveUpEmptyOnes() {
    boolean any = false;
    for (int seat = 0; seat < current.length(); seat++) {
      Slab slab = current.get(seat);
      if (slab != null) {
        slab.lock();
        try {
          if (slab.isEmpty() && slab.state == Slab.State.CURRENT && current.compareAndSet(seat, slab, null)) {
            retire(slab);
            any = true;
          }
        } finally {
          slab.unlock();
        }
      }
    }
    return any;
  }

  /**
   * Looks into all that an earlier life left and nobody looked into yet, and gives up the slabs of which no slot is in use;
   * whether there were any. Costs as much as there is to look at; for a pool that would be full otherwise.
   */
  boolean sweep() {
    chunks.examineAllWithSlabs();
    boolean any = false;
    for (ConcurrentSkipListMap<Long, Slab> slabs : listed) {
      for (Slab slab : slabs.values()) {
        slab.lock();
        try {
          if (slab.state == Slab.State.LISTED && !slab.isExamined()) {
            examine(slab);
            slabs.remove(slab.head, slab);
            slab.state = Slab.State.FULL;
            if (!slab.isFull()) {
              offer(slab);
              any |= slab.state == Slab.State.RETIRED;
            }
          }
        } finally {
          slab.unlock();
        }
      }
    }
    return any;
  }

  private void isCurrentNoLonger(Slab slab) {
    slab.lock();
    try {
      if (slab.state == Slab.State.CURRENT) {
        slab.state = Slab.State.FULL;
        if (!slab.isFull()) {
          offer(slab);
        }
      }
    } finally {
      slab.unlock();
    }
  }

  /** Under the slab's lock: others may take from it, or, if nobody uses it, its pages. */
  private void offer(Slab slab) {
    if (slab.isEmpty()) {
      retire(slab);
    } else if (!isWithheld(slab)) {
      slab.state = Slab.State.LISTED;
      list(slab);
    }
  }

  private void list(Slab slab) {
    slab.listedAt = seatOf(slab.sizeClass, chunks.stripe());
    listed.get(slab.listedAt).put(slab.head, slab);
  }

  /** Takes no slot from slabs that reach behind this page. Before any slot was taken. */
  void withholdFrom(long page) {
    withheldFrom = page;
  }

  private boolean isWithheld(Slab slab) {
    return slab.head + classes.slabPagesOf(slab.sizeClass) > withheldFrom;
  }

  private void retire(Slab slab) {
    slab.state = Slab.State.RETIRED;
    synchronized (slab.chunk) {
      recordPages.remove(slab.head, classes.slabPagesOf(slab.sizeClass));
      slab.chunk.retire(slab);
      chunks.hasMoreRoom(slab.chunk);
    }
  }

  @Override
  public void found(Slab slab) {
    if (slab.state == Slab.State.LISTED) {
      list(slab);
    }
  }

  /** (d) Writes a slot's owner, and makes its pages a slab where they are not yet. */
  void publish(Chunk chunk, long head, int sizeClass, int number, long owner) {
    Slab slab = chunk.slabAt(head);
    if (slab == null) {
      // Recovery: nobody has set the slot aside in this life, and nobody else is there.
      if (!table.isSoundSlab(head, sizeClass)) {
        chunk.promiseSlot(sizeClass);
        claim(head, sizeClass);
        chunk.adopt(head, sizeClass);
      }
      table.setSlotOwner(head, number, owner);
      return;
    }
    slab.lock();
    try {
      examine(slab);
      if (!slab.isPublished()) {
        // The slots beside it are free on the media from now on.
        chunk.promiseSlot(slab);
        claim(head, sizeClass);
        chunk.own((int) (head - chunk.firstPage()), classes.slabPagesOf(sizeClass));
        slab.isPublishedNow();
      }
      if (table.slotOwner(head, number) == Owner.NONE) {
        slab.isOwnedNow(number);
      }
      table.setSlotOwner(head, number, owner);
      if (slab.isOwnedWhole()) {
        chunk.isOwnedWhole(slab);
      }
    } finally {
      slab.unlock();
    }
  }

  private void claim(long head, int sizeClass) {
    table.claim(head, classes.slabPagesOf(sizeClass), PageState.SLAB, sizeClass, Owner.NONE);
    // Before the owner word: an owned slot in pages that are not a slab would be nobody's after a crash.
    media.fence();
  }

  /** (d) Takes a slot's owner away. It cannot be had before {@link #reclaim}. */
  void release(Slab slab, int number) {
    slab.lock();
    try {
      examine(slab);
      if (slab.isOwnedWhole()) {
        slab.chunk.promiseSlot(slab);
      }
      slab.isOwnedNoLonger(number);
      table.setSlotOwner(slab.head, number, Owner.NONE);
    } finally {
      slab.unlock();
    }
  }

  /** A slot whose release is done can be had again. Does nothing for any other. */
  void reclaim(Slab slab, int number) {
    slab.lock();
    try {
      // Nobody looked into it where a repeated release found another owner and did nothing.
      if (slab.isExamined() && slab.reclaim(number)) {
        offerAgain(slab);
      }
    } finally {
      slab.unlock();
    }
  }

  /** A slot that was set aside can be had again. */
  void giveBack(Slab slab, int number) {
    slab.lock();
    try {
      slab.markFree(number);
      offerAgain(slab);
    } finally {
      slab.unlock();
    }
  }

  private void offerAgain(Slab slab) {
    if (slab.state == Slab.State.FULL || (slab.state == Slab.State.LISTED && slab.isEmpty())) {
      if (slab.state == Slab.State.LISTED) {
        listed.get(slab.listedAt).remove(slab.head, slab);
      }
      offer(slab);
    }
  }
}
