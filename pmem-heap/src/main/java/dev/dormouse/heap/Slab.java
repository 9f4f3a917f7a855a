package dev.dormouse.heap;

/** What is known in memory of a slab that has a free slot: which slots are owned or reserved. Guarded by the heap's lock. */
final class Slab {
  final long head;
  final int sizeClass;
  private final int slots;
  private final long[] busy;
  private int free;

  Slab(long head, int sizeClass, int slots) {
    this.head = head;
    this.sizeClass = sizeClass;
    this.slots = slots;
    this.busy = new long[(slots + 63) >>> 6];
    this.free = slots;
  }

  void markBusy(int slot) {
    if ((busy[slot >>> 6] & 1L << slot) == 0) {
      busy[slot >>> 6] |= 1L << slot;
      free--;
    }
  }

  void markFree(int slot) {
    if ((busy[slot >>> 6] & 1L << slot) != 0) {
      busy[slot >>> 6] &= ~(1L << slot);
      free++;
    }
  }

  /** A slot that was free and is busy now; -1 if there is none. */
  int take() {
    for (int i = 0; free > 0 && i < busy.length; i++) {
      int slot = i * 64 + Long.numberOfTrailingZeros(~busy[i]);
      if (busy[i] != -1 && slot < slots) {
        markBusy(slot);
        return slot;
      }
    }
    return -1;
  }

  boolean isFull() {
    return free == 0;
  }

  boolean isEmpty() {
    return free == slots;
  }
}
