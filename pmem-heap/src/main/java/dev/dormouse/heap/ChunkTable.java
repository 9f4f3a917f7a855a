package dev.dormouse.heap;

/**
 * What the media tell of each chunk of the arena, a word each: for what there may be room in it. So a pool that was just
 * opened finds room without looking at its page table.
 *
 * <p>A chunk never has room that its word denies, after any crash: the word is raised before the room arises, or by the same
 * redo intents, and lowered when what took the room is done. Room that it promises in vain costs a look.
 */
final class ChunkTable {
  /** Pages in a chunk. The last one of a pool may have fewer. */
  static final int PAGES = 512;

  static final int PAGE_SHIFT = 9;

  /** What is assumed of a chunk whose word is damaged: that there may be room for anything, and that its pages are not zero. */
  static final long ANYTHING = (1L << 46) - 1;

  private static final int LONGEST_SHIFT = 42;
  private static final int SHARED_BITS = 8;
  private static final long CLASSES_MASK = (1L << LONGEST_SHIFT) - 1;
  private static final long VIRGIN = 1L << 46;

  private final Media media;
  private final Geometry geometry;

  ChunkTable(Media media, Geometry geometry) {
    this.media = media;
    this.geometry = geometry;
  }

  /** The word of a chunk in which nothing is owned and which reads as zeros. */
  static long virgin(int pages) {
    return of(0, pages) | VIRGIN;
  }

  /**
   * A chunk's word.
   *
   * @param classes a bit for each size class of which some slab has a free slot
   * @param longestRun pages of the longest run of free pages; its bits are kept, so that up to twice as many may be expected
   */
  static long of(long classes, int longestRun) {
    return classes | (long) (Integer.SIZE - Integer.numberOfLeadingZeros(longestRun)) << LONGEST_SHIFT;
  }

  /** The bit of a size class. The last eight classes share theirs with the eight before: what one promises both do. */
  static long classBit(int sizeClass) {
    return 1L << (sizeClass < LONGEST_SHIFT ? sizeClass : sizeClass - SHARED_BITS);
  }

  static long classes(long value) {
    return value & CLASSES_MASK;
  }

  /** An upper bound of the longest run of free pages. */
  static int mostPages(long value) {
    return (1 << (int) (value >>> LONGEST_SHIFT & 15)) - 1;
  }

  /** Whether no page of the chunk was ever given out, so that it reads as zeros. */
  static boolean isVirgin(long value) {
    return (value & VIRGIN) != 0;
  }

  static long withoutVirginity(long value) {
    return value & ~VIRGIN;
  }

  /** Whether {@code value} denies nothing that {@code needed} promises. */
  static boolean covers(long value, long needed) {
    return (classes(needed) & ~value) == 0 && mostPages(value) >= mostPages(needed);
  }

  /** The least value that denies nothing that either promises; virgin only where both are. */
  static long union(long a, long b) {
    long longer = mostPages(a) > mostPages(b) ? a : b;
    return classes(a) | classes(b) | (longer & ~CLASSES_MASK & ~VIRGIN) | (a & b & VIRGIN);
  }

  /** A chunk's value; {@link #ANYTHING} where the word is damaged. */
  long read(int chunk) {
    long word = media.getLong(offsetOf(chunk));
    return Check.isSealed(word, chunk) ? Check.open(word) : ANYTHING;
  }

  /** Whether a chunk's word is what was written. */
  boolean isSound(int chunk) {
    return Check.isSealed(media.getLong(offsetOf(chunk)), chunk);
  }

  /** Flushed, not fenced. */
  void write(int chunk, long value) {
    media.putLong(offsetOf(chunk), Check.seal(value, chunk));
    media.flush(offsetOf(chunk), Long.BYTES);
  }

  /** Where the word of a chunk lies. */
  long offsetOf(int chunk) {
    return geometry.chunkTableOffset() + (long) chunk * Long.BYTES;
  }
}
