package dev.dormouse.heap;

/**
 * What is known in memory of a slab: which slots are owned, reserved or being released, and who gives them out. Guarded by
 * its own lock, but for what is said to be guarded by the chunk's monitor.
 *
 * <p>Slabs of two stripes share no line of the processor's cache, wherever the garbage collector moves them: each begins and
 * ends with two lines that nobody uses, and so does its array.
 */
class Slab extends Mutex {
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
  // In which list, where it is or was in one.
  int listedAt;
  // A bit for each slot that is not free, then a bit for each that loses its owner in a (d) that is not done yet. Null until the
  // owner words were read.
  private long[] bits;
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
    Slab slab = new Padded(chunk, head, sizeClass, slots, roomOnMedia ? State.LISTED : State.FULL);
    slab.published = true;
    slab.roomOnMedia = roomOnMedia;
    slab.zeroFrom = slots;
    return slab;
  }

  /** A slab of pages that were taken for it; the media do not know of it yet. */
  static Slab made(Chunk chunk, long head, int sizeClass, int slots, boolean zero) {
    Slab slab = new Padded(chunk, head, sizeClass, slots, State.CURRENT);
    slab.bits = slab.noBits();
    slab.zeroFrom = zero ? 0 : slots;
    return slab;
  }

  private int words() {
    return (slots + 63) >>> 6;
  }

  private long[] noBits() {
    return new long[WORDS + 2 * words() + WORDS];
  }

  boolean isExamined() {
    return bits != null;
  }

  /** Reads which slots are owned. */
  void examine(PageTable table) {
    bits = noBits();
    for (int slot = 0; slot < slots; slot++) {
      if (table.slotOwner(head, slot) != Owner.NONE) {
        markBusy(slot);
        ownedCount++;
      }
    }
  }

  /** A slot that was free and is busy now; -1 if there is none. The lowest one, so that others stay untouched. */
  int take() {
    for (int word = 0; busyCount < slots && word < words(); word++) {
      long busy = bits[WORDS + word];
      int slot = word * Long.SIZE + Long.numberOfTrailingZeros(~busy);
      if (busy != -1 && slot < slots) {
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

  private int busyWordOf(int slot) {
    return WORDS + slot / Long.SIZE;
  }

  private int releasingWordOf(int slot) {
    return WORDS + words() + slot / Long.SIZE;
  }

  private void markBusy(int slot) {
    int word = busyWordOf(slot);
    if ((bits[word] & 1L << slot) == 0) {
      bits[word] |= 1L << slot;
      busyCount++;
    }
  }

  void markFree(int slot) {
    int word = busyWordOf(slot);
    if ((bits[word] & 1L << slot) != 0) {
      bits[word] &= ~(1L << slot);
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
    bits[releasingWordOf(slot)] |= 1L << slot;
  }

  /** Whether a slot was being released; it is free now. */
  boolean reclaim(int slot) {
    int word = releasingWordOf(slot);
    boolean was = (bits[word] & 1L << slot) != 0;
    if (was) {
      bits[word] &= ~(1L << slot);
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

  /** A slab with two lines behind it. */
  @SuppressWarnings("unused") // They take up room, and that is what they are for.
  private static final class Padded extends Slab {
    private long p0;
    private long p1;
    private long p2;
    private long p3;
    private long p4;
    private long p5;
    private long p6;
    private long p7;
    private long p8;
    private long p9;
    private long p10;
    private long p11;
    private long p12;
    private long p13;
    private long p14;
    private long p15;

    Padded(Chunk chunk, long head, int sizeClass, int slots, State state) {
      super(chunk, head, sizeClass, slots, state);
    }
  }
}
