package dev.dormouse.heap;

/**
 * What is known in memory of a slab: which slots are owned, reserved or being released, and who gives them out. Guarded by
 * its own monitor, but for what is said to be guarded by the chunk's.
 */
final class Slab {
  /** Who may take slots of a slab. */
  enum State {
    /** The threads of one stripe. */
    CURRENT,
    /** Whoever takes it from the list of its size class. */
    LISTED,
    /** Nobody: it is full, as far as is known. */
    FULL,
    /** Nobody ever: its pages are free, or will be. */
    RETIRED
  }

  final Chunk chunk;
  final long head;
  final int sizeClass;
  private final int slots;
  State state;
  // Null until the owner words were read.
  private long[] busy;
  // Lose their owner in a (d) that is not done yet. Null until there is one.
  private long[] releasing;
  private int busyCount;
  private int ownedCount;
  private boolean published;
  // From this slot on nobody ever had one, and they read as zeros.
  private int zeroFrom;
  // Guarded by the chunk's monitor: whether the media show a free slot in it.
  boolean roomOnMedia;

  private Slab(Chunk chunk, long head, int sizeClass, int slots, State state) {
    this.chunk = chunk;
    this.head = head;
    this.sizeClass = sizeClass;
    this.slots = slots;
    this.state = state;
  }

  /** A slab that the media show, and into which nobody has looked yet. */
  static Slab found(Chunk chunk, long head, int sizeClass, int slots, boolean roomOnMedia) {
    Slab slab = new Slab(chunk, head, sizeClass, slots, roomOnMedia ? State.LISTED : State.FULL);
    slab.published = true;
    slab.roomOnMedia = roomOnMedia;
    slab.zeroFrom = slots;
    return slab;
  }

  /** A slab of pages that were taken for it; the media do not know of it yet. */
  static Slab made(Chunk chunk, long head, int sizeClass, int slots, boolean zero) {
    Slab slab = new Slab(chunk, head, sizeClass, slots, State.CURRENT);
    slab.busy = new long[(slots + 63) >>> 6];
    slab.zeroFrom = zero ? 0 : slots;
    return slab;
  }

  boolean isExamined() {
    return busy != null;
  }

  /** Reads which slots are owned. */
  void examine(PageTable table) {
    busy = new long[(slots + 63) >>> 6];
    for (int slot = 0; slot < slots; slot++) {
      if (table.slotOwner(head, slot) != Owner.NONE) {
        markBusy(slot);
        ownedCount++;
      }
    }
  }

  /** A slot that was free and is busy now; -1 if there is none. The lowest one, so that others stay untouched. */
  int take() {
    for (int i = 0; busyCount < slots && i < busy.length; i++) {
      int slot = i * 64 + Long.numberOfTrailingZeros(~busy[i]);
      if (busy[i] != -1 && slot < slots) {
        markBusy(slot);
        return slot;
      }
    }
    return -1;
  }

  /** Whether a slot that was just taken reads as zeros because nobody ever had it. */
  boolean wasNeverTaken(int slot) {
    boolean never = slot >= zeroFrom;
    if (never) {
      zeroFrom = slot + 1;
    }
    return never;
  }

  private void markBusy(int slot) {
    if ((busy[slot >>> 6] & 1L << slot) == 0) {
      busy[slot >>> 6] |= 1L << slot;
      busyCount++;
    }
  }

  void markFree(int slot) {
    if ((busy[slot >>> 6] & 1L << slot) != 0) {
      busy[slot >>> 6] &= ~(1L << slot);
      busyCount--;
    }
  }

  void isOwnedNow(int slot) {
    markBusy(slot);
    zeroFrom = Math.max(zeroFrom, slot + 1);
    ownedCount++;
  }

  /** A slot has lost its owner; it stays busy until {@link #reclaim}. */
  void isOwnedNoLonger(int slot) {
    ownedCount--;
    isBeingReleased(slot);
  }

  void isBeingReleased(int slot) {
    markBusy(slot);
    if (releasing == null) {
      releasing = new long[busy.length];
    }
    releasing[slot >>> 6] |= 1L << slot;
  }

  /** Whether a slot was being released; it is free now. */
  boolean reclaim(int slot) {
    boolean was = releasing != null && (releasing[slot >>> 6] & 1L << slot) != 0;
    if (was) {
      releasing[slot >>> 6] &= ~(1L << slot);
      markFree(slot);
    }
    return was;
  }

  boolean isPublished() {
    return published;
  }

  void isPublishedNow() {
    published = true;
  }

  /** Whether every slot is owned on the media. */
  boolean isOwnedWhole() {
    return ownedCount == slots;
  }

  /** Whether no slot is owned, reserved or being released. */
  boolean isEmpty() {
    return busyCount == 0;
  }

  boolean isFull() {
    return busyCount == slots;
  }
}
