package dev.dormouse.component;

import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.Reservation;

/** Gives out extents of a pool on a copy in memory, where no log is needed. */
final class RepairHeap {
  private final Pool pool;

  /** For a pool whose page table was mended before it was opened. */
  RepairHeap(Pool pool) {
    this.pool = pool;
  }

  /**
   * An extent that holds {@code bytes}.
   *
   * @throws dev.dormouse.heap.PoolFull if there is no room
   */
  long allocate(byte[] bytes, long owner) {
    Heap heap = pool.heap();
    Reservation extent = heap.reserve(bytes.length);
    pool.media().write(extent.offset(), bytes, 0, bytes.length);
    heap.publish(extent.offset(), extent.lengthBytes(), extent.place(), owner);
    heap.published(extent.offset(), extent.lengthBytes(), extent.place());
    return extent.offset();
  }
}
