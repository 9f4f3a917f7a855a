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
    return publish(pool.heap().reserve(bytes.length), bytes, owner);
  }

  /**
   * A slot for a component's record that holds {@code bytes}.
   *
   * @throws dev.dormouse.heap.PoolFull if there is no room
   */
  long allocateRecord(byte[] bytes, long owner) {
    return publish(pool.heap().reserveRecord(), bytes, owner);
  }

  private long publish(Reservation extent, byte[] bytes, long owner) {
    Heap heap = pool.heap();
    pool.media().write(extent.offset(), bytes, 0, bytes.length);
    heap.publish(extent.offset(), extent.lengthBytes(), extent.place(), owner);
    heap.published(extent.offset(), extent.lengthBytes(), extent.place());
    return extent.offset();
  }
}
