package dev.dormouse.heap;

/** Sets of the pages of a chunk, a bit each: runs of them are found, set and cleared. */
final class PageBits {
  static final int WORDS = ChunkTable.PAGES / Long.SIZE;

  private PageBits() {}

  static long[] none() {
    return new long[WORDS];
  }

  static void set(long[] bits, int from, int count) {
    for (int at = from; at < from + count; ) {
      int step = Math.min(Long.SIZE - (at & 63), from + count - at);
      bits[at >>> 6] |= mask(at, step);
      at += step;
    }
  }

  static void clear(long[] bits, int from, int count) {
    for (int at = from; at < from + count; ) {
      int step = Math.min(Long.SIZE - (at & 63), from + count - at);
      bits[at >>> 6] &= ~mask(at, step);
      at += step;
    }
  }

  static boolean allSet(long[] bits, int from, int count) {
    for (int at = from; at < from + count; ) {
      int step = Math.min(Long.SIZE - (at & 63), from + count - at);
      long mask = mask(at, step);
      if ((bits[at >>> 6] & mask) != mask) {
        return false;
      }
      at += step;
    }
    return true;
  }

  private static long mask(int at, int step) {
    return (step == Long.SIZE ? -1L : (1L << step) - 1) << at;
  }

  /** The first page from {@code at} on whose bit is set; {@code limit} if there is none before it. */
  static int nextSet(long[] bits, int at, int limit) {
    return next(bits, at, limit, 0);
  }

  /** The first page from {@code at} on whose bit is not set; {@code limit} if there is none before it. */
  static int nextClear(long[] bits, int at, int limit) {
    return next(bits, at, limit, -1);
  }

  private static int next(long[] bits, int at, int limit, long flip) {
    for (int from = at; from < limit; from = (from | 63) + 1) {
      long rest = (bits[from >>> 6] ^ flip) >>> from;
      if (rest != 0) {
        return Math.min(limit, from + Long.numberOfTrailingZeros(rest));
      }
    }
    return limit;
  }

  /** The length of the longest run of set bits below {@code limit}. */
  static int longestSet(long[] bits, int limit) {
    return longest(bits, limit, 0);
  }

  /** The length of the longest run of bits below {@code limit} that are not set. */
  static int longestClear(long[] bits, int limit) {
    return longest(bits, limit, -1);
  }

  private static int longest(long[] bits, int limit, long flip) {
    int longest = 0;
    for (int start = next(bits, 0, limit, flip); start < limit; ) {
      int end = next(bits, start, limit, ~flip);
      longest = Math.max(longest, end - start);
      start = next(bits, end, limit, flip);
    }
    return longest;
  }

  /** The start of the shortest run of at least {@code count} set bits, the first of these; -1 if there is none. */
  static int bestFit(long[] bits, int count, int limit) {
    int best = -1;
    int bestLength = Integer.MAX_VALUE;
    for (int start = nextSet(bits, 0, limit); start < limit; ) {
      int end = nextClear(bits, start, limit);
      if (end - start >= count && end - start < bestLength) {
        best = start;
        bestLength = end - start;
      }
      start = nextSet(bits, end, limit);
    }
    return best;
  }

  /** The first multiple of {@code count} from which on {@code count} bits are set; -1 if there is none. */
  static int firstWindow(long[] bits, int count, int limit) {
    for (int start = 0; start <= limit - count; start += count) {
      if (allSet(bits, start, count)) {
        return start;
      }
    }
    return -1;
  }
}
