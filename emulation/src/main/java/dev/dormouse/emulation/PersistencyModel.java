package dev.dormouse.emulation;

import dev.dormouse.heap.Media;

/**
 * Which of the stores that were made may be on the media after a crash. The package's description has the models in one
 * table; {@code docs/crash-model.md} has their sources.
 */
public enum PersistencyModel {
  /**
   * Persistent memory behind the caches of x86 (Px86). Of each 64-byte line a prefix of its stored 8-byte pieces is left;
   * what was stored to a line before a flush and a later fence of the flushing thread is left for certain; lines are
   * independent of each other.
   */
  PX86(6, true),
  /** Caches within the persistence domain: what is left is a prefix of all 8-byte pieces in the order in which they were stored. */
  EADR(3, false),
  /**
   * A file in the page cache when the process is killed: what was executed is left. Between two fences of a thread the
   * compiler may order plain stores as it likes, so of each 8-byte word a prefix of its stores is left, and words are
   * independent of each other; a release store comes after every earlier store of its thread, and a fence before every
   * later one.
   */
  PAGE_CACHE(3, false),
  /**
   * Files when the machine goes down: each sector of 512 bytes holds what it held after one of the store calls since the
   * last {@link Media#sync}, or the last {@link Media#settle} of a range that has a byte of it, or at that sync; sectors are
   * independent of each other. Flush and fence do nothing.
   */
  SECTORS(9, false);

  private final int granuleShift;
  private final boolean flushes;

  PersistencyModel(int granuleShift, boolean flushes) {
    this.granuleShift = granuleShift;
    this.flushes = flushes;
  }

  /** The logarithm of the number of bytes within which stores keep an order. */
  int granuleShift() {
    return granuleShift;
  }

  /** What {@link Media#flushes} says on a medium of this model. */
  boolean flushes() {
    return flushes;
  }
}
