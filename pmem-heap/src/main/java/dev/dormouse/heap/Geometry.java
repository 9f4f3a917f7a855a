package dev.dormouse.heap;

/**
 * Where things lie in a pool: two header pages, the lanes, the page table, the words of the chunks, the arena. Decided when the
 * pool is created, stored in its header, the same for as long as it lives, but for its length. Everything is in bytes from the
 * pool's start.
 *
 * @param sizeBytes the pool's length now, a multiple of {@value #PAGE_BYTES}
 * @param maxBytes the length up to which it may grow; the page table has room for it from the start
 * @param laneCount how many epochs can run at once
 * @param laneBytes a lane's header line and its log, a multiple of {@value #PAGE_BYTES}
 * @param slabPages pages in a slab, from which extents of the small size classes are cut
 */
public record Geometry(
    long sizeBytes,
    long maxBytes,
    int laneCount,
    long laneBytes,
    int slabPages,
    long laneTableOffset,
    long pageTableOffset,
    long arenaOffset) {
  /** The unit of the page table, in bytes. */
  public static final int PAGE_BYTES = 4096;

  /** The least pool that can be made, in bytes. */
  public static final long LEAST_POOL_BYTES = 128 << 10;

  /** The largest pool that can be made, in bytes: 16 TiB. */
  public static final long MOST_POOL_BYTES = 1L << 44;

  private static final long HEADER_BYTES = 2L * PAGE_BYTES;
  private static final long SMALL_POOL_BYTES = 32L << 20;
  private static final long FULL_SLABS_FROM_BYTES = 8L << 20;
  private static final int PAGE_DESCRIPTOR_BYTES = PageLayout.BYTES;

  /**
   * The geometry for a new pool: 64 lanes of 64 KiB from 32 MiB on, slabs of 64 KiB from 8 MiB on, fewer and smaller below. It
   * stays as large as it is.
   *
   * @throws IllegalArgumentException if {@code sizeBytes} is below {@link #LEAST_POOL_BYTES}
   */
  public static Geometry forNewPool(long sizeBytes) {
    return forNewPool(sizeBytes, sizeBytes);
  }

  /**
   * The same for a pool that may grow; lanes are those of a pool of its least size, and slabs those of its greatest.
   *
   * @param maxBytes at least {@code sizeBytes}; each further MiB takes 4 KiB of the pool from the start
   * @throws IllegalArgumentException if a length cannot be, or the pool is too small for what it is to become
   */
  public static Geometry forNewPool(long sizeBytes, long maxBytes) {
    int slabPages = maxBytes < FULL_SLABS_FROM_BYTES ? 2 : 16;
    if (sizeBytes < SMALL_POOL_BYTES) {
      return of(sizeBytes, maxBytes, sizeBytes < (1 << 20) ? 4 : 8, sizeBytes < (1 << 20) ? PAGE_BYTES : 4 * PAGE_BYTES, slabPages);
    }
    return of(sizeBytes, maxBytes, 64, 64 << 10, slabPages);
  }

  /** A geometry with lanes and slabs of the caller's choice; for tests, and for pools with unusual needs. */
  public static Geometry of(long sizeBytes, int laneCount, long laneBytes, int slabPages) {
    return of(sizeBytes, sizeBytes, laneCount, laneBytes, slabPages);
  }

  /** The same for a pool that may grow. */
  public static Geometry of(long sizeBytes, long maxBytes, int laneCount, long laneBytes, int slabPages) {
    if (sizeBytes < LEAST_POOL_BYTES || sizeBytes % PAGE_BYTES != 0) {
      throw new IllegalArgumentException(
          "a pool of " + sizeBytes + " bytes: at least " + LEAST_POOL_BYTES + " and a multiple of " + PAGE_BYTES + " expected");
    }
    if (maxBytes < sizeBytes || maxBytes > MOST_POOL_BYTES || maxBytes % PAGE_BYTES != 0) {
      throw new IllegalArgumentException(
          "a pool of " + sizeBytes + " bytes that may grow to " + maxBytes + ": at least its size, at most " + MOST_POOL_BYTES
              + ", and a multiple of " + PAGE_BYTES + " expected");
    }
    if (laneCount < 2 || laneCount > 64 || laneBytes < PAGE_BYTES || laneBytes % PAGE_BYTES != 0 || laneBytes > 1 << 30) {
      throw new IllegalArgumentException(
          laneCount + " lanes of " + laneBytes + " bytes: 2 to 64 lanes of a multiple of " + PAGE_BYTES + " bytes expected");
    }
    if (slabPages < 1 || slabPages > 256) {
      throw new IllegalArgumentException("slabs of " + slabPages + " pages: 1 to 256 expected");
    }
    long pageTableOffset = HEADER_BYTES + laneCount * laneBytes;
    long pages = tablePages(maxBytes, pageTableOffset);
    long arenaOffset = alignUp(chunkTableOffset(pages, pageTableOffset) + (long) Chunks.chunkCountOf(pages) * Long.BYTES, PAGE_BYTES);
    if (maxBytes <= pageTableOffset || arenaOffset > sizeBytes - PAGE_BYTES) {
      throw new IllegalArgumentException(
          "a pool of " + sizeBytes + " bytes has no room for " + laneCount + " lanes of " + laneBytes + " bytes and the page table of "
              + maxBytes + " bytes");
    }
    return new Geometry(sizeBytes, maxBytes, laneCount, laneBytes, slabPages, HEADER_BYTES, pageTableOffset, arenaOffset);
  }

  /** For how many pages the page table has room. */
  private static long tablePages(long maxBytes, long pageTableOffset) {
    return Math.max(0, maxBytes - pageTableOffset) / (PAGE_BYTES + PAGE_DESCRIPTOR_BYTES);
  }

  private static long chunkTableOffset(long tablePages, long pageTableOffset) {
    return alignUp(pageTableOffset + tablePages * PAGE_DESCRIPTOR_BYTES, Media.LINE_BYTES);
  }

  /** Where the words of the chunks begin, behind the page table. */
  public long chunkTableOffset() {
    return chunkTableOffset(tablePages(maxBytes, pageTableOffset), pageTableOffset);
  }

  /** The number of pages in the arena. */
  public long pageCount() {
    return (sizeBytes - arenaOffset) / PAGE_BYTES;
  }

  /** The number of pages that the arena may come to have. */
  public long mostPages() {
    return (maxBytes - arenaOffset) / PAGE_BYTES;
  }

  /** The same pool with another length. */
  Geometry withSize(long newSizeBytes) {
    return new Geometry(newSizeBytes, maxBytes, laneCount, laneBytes, slabPages, laneTableOffset, pageTableOffset, arenaOffset);
  }

  /** Whether these numbers are what {@link #of} makes of the same size, lanes and slabs. */
  boolean isConsistent() {
    try {
      return equals(of(sizeBytes, maxBytes, laneCount, laneBytes, slabPages));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static long alignUp(long value, long unit) {
    return (value + unit - 1) / unit * unit;
  }
}
