package dev.dormouse.emulation.slow;

import dev.dormouse.heap.Media;

/**
 * Which blocks of a medium a cache would hold, and which of these are dirty: {@value #WAYS} ways, first in first out. Holds
 * tags, no bytes.
 *
 * <p>Threads use it without locks: two that touch the same set at the same moment may lose a tag, so that a block is charged
 * once more or once less.
 */
final class CacheModel {
  static final int WAYS = 4;
  static final int LEAST_BLOCK_BYTES = Media.LINE_BYTES;

  /** What {@link #touch} found. */
  static final int HIT = 0;

  static final int MISS = 1;

  /** A miss for which a dirty block had to go. */
  static final int MISS_EVICTING = 2;

  private static final int DIRTY = 1 << 31;

  private final int shift;
  private final int setMask;
  // A block's number plus one, so that 0 is an empty way.
  private final int[] tags;

  CacheModel(LatencyProfile.Cache cache, long sizeBytes) {
    this.shift = Integer.numberOfTrailingZeros(cache.blockBytes());
    this.setMask = cache.blocks() / WAYS - 1;
    this.tags = new int[cache.blocks()];
    if (sizeBytes >>> shift >= Integer.MAX_VALUE - 1) {
      throw new IllegalArgumentException(
          "slow media: " + sizeBytes + " bytes, fewer than 2^31 blocks of " + cache.blockBytes() + " expected");
    }
  }

  long blockOf(long offset) {
    return offset >>> shift;
  }

  /** Whether a number lies in one block that is held. */
  boolean holds(long offset, int length) {
    long block = offset >>> shift;
    return ((offset + length - 1) >>> shift) == block && wayOf(block) >= 0;
  }

  /** The same for a number that was stored: its block, if held, is dirty from now on. */
  boolean holdsStored(long offset, int length) {
    long block = offset >>> shift;
    if (((offset + length - 1) >>> shift) != block) {
      return false;
    }
    int way = wayOf(block);
    if (way < 0) {
      return false;
    }
    tags[way] |= DIRTY;
    return true;
  }

  /** Brings a block in if it is not there. */
  int touch(long block, boolean store) {
    int way = wayOf(block);
    if (way >= 0) {
      if (store) {
        tags[way] |= DIRTY;
      }
      return HIT;
    }
    int first = ((int) block & setMask) * WAYS;
    int evicted = tags[first + WAYS - 1];
    System.arraycopy(tags, first, tags, first + 1, WAYS - 1);
    tags[first] = tagOf(block) | (store ? DIRTY : 0);
    return (evicted & DIRTY) == 0 ? MISS : MISS_EVICTING;
  }

  /** Makes a block clean; answers whether it was dirty. */
  boolean clean(long block) {
    int way = wayOf(block);
    if (way < 0 || (tags[way] & DIRTY) == 0) {
      return false;
    }
    tags[way] &= ~DIRTY;
    return true;
  }

  /** Makes all blocks clean; answers how many were dirty. */
  int cleanAll() {
    int dirty = 0;
    for (int i = 0; i < tags.length; i++) {
      if ((tags[i] & DIRTY) != 0) {
        tags[i] &= ~DIRTY;
        dirty++;
      }
    }
    return dirty;
  }

  private int wayOf(long block) {
    int tag = tagOf(block);
    int first = ((int) block & setMask) * WAYS;
    for (int way = first; way < first + WAYS; way++) {
      if ((tags[way] & ~DIRTY) == tag) {
        return way;
      }
    }
    return -1;
  }

  private static int tagOf(long block) {
    return (int) (block + 1) & ~DIRTY;
  }
}
