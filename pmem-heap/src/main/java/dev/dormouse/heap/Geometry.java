package dev.dormouse.heap;

/**
 * Where things lie in a pool: two header pages, the lanes, the page table, the arena. Decided when the pool is created,
 * stored in its header, the same for as long as it lives. Everything is in bytes from the pool's start.
 *
 * @param sizeBytes the pool's length, a multiple of {@value #PAGE_BYTES}
 * @param laneCount how many epochs can run at once
 * @param laneBytes a lane's header line and its log, a multiple of {@value #PAGE_BYTES}
 * @param slabPages pages in a slab, from which extents of the small size classes are cut
 */
public record Geometry(
    long sizeBytes, int laneCount, long laneBytes, int slabPages, long laneTableOffset, long pageTableOffset, long arenaOffset) {
  /** The unit of the page table, in bytes. */
  public static final int PAGE_BYTES = 4096;

  /** The least pool that can be made, in bytes. */
  public static final long LEAST_POOL_BYTES = 128 << 10;

  private static final long HEADER_BYTES = 2L * PAGE_BYTES;
  private static final long SMALL_POOL_BYTES = 32L << 20;
  private static final int PAGE_DESCRIPTOR_BYTES = PageLayout.BYTES;

  /**
   * The geometry for a new pool: 64 lanes of 64 KiB and slabs of 64 KiB from 32 MiB on, fewer and smaller below.
   *
   * @throws IllegalArgumentException if {@code sizeBytes} is below {@link #LEAST_POOL_BYTES}
   */
  public static Geometry forNewPool(long sizeBytes) {
    if (sizeBytes < SMALL_POOL_BYTES) {
      return of(sizeBytes, sizeBytes < (1 << 20) ? 4 : 8, sizeBytes < (1 << 20) ? PAGE_BYTES : 4 * PAGE_BYTES, 2);
    }
    return of(sizeBytes, 64, 64 << 10, 16);
  }

  /** A geometry with lanes and slabs of the caller's choice; for tests, and for pools with unusual needs. */
  public static Geometry of(long sizeBytes, int laneCount, long laneBytes, int slabPages) {
    if (sizeBytes < LEAST_POOL_BYTES || sizeBytes % PAGE_BYTES != 0) {
      throw new IllegalArgumentException(
          "a pool of " + sizeBytes + " bytes: at least " + LEAST_POOL_BYTES + " and a multiple of " + PAGE_BYTES + " expected");
    }
    if (laneCount < 2 || laneCount > 64 || laneBytes < PAGE_BYTES || laneBytes % PAGE_BYTES != 0 || laneBytes > 1 << 30) {
      throw new IllegalArgumentException(
          laneCount + " lanes of " + laneBytes + " bytes: 2 to 64 lanes of a multiple of " + PAGE_BYTES + " bytes expected");
    }
    if (slabPages < 1 || slabPages > 256) {
      throw new IllegalArgumentException("slabs of " + slabPages + " pages: 1 to 256 expected");
    }
    long pageTableOffset = HEADER_BYTES + laneCount * laneBytes;
    long rest = sizeBytes - pageTableOffset;
    long pages = rest / (PAGE_BYTES + PAGE_DESCRIPTOR_BYTES);
    long arenaOffset = alignUp(pageTableOffset + pages * PAGE_DESCRIPTOR_BYTES, PAGE_BYTES);
    if (rest <= 0 || arenaOffset > sizeBytes - PAGE_BYTES) {
      throw new IllegalArgumentException(
          "a pool of " + sizeBytes + " bytes has no room for " + laneCount + " lanes of " + laneBytes + " bytes");
    }
    return new Geometry(sizeBytes, laneCount, laneBytes, slabPages, HEADER_BYTES, pageTableOffset, arenaOffset);
  }

  /** The number of pages in the arena. */
  public long pageCount() {
    return (sizeBytes - arenaOffset) / PAGE_BYTES;
  }

  /** Whether these numbers are what {@link #of} makes of the same size, lanes and slabs. */
  boolean isConsistent() {
    try {
      return equals(of(sizeBytes, laneCount, laneBytes, slabPages));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static long alignUp(long value, long unit) {
    return (value + unit - 1) / unit * unit;
  }
}
