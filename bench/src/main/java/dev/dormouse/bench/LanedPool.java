package dev.dormouse.bench;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.Reservation;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import java.nio.file.Path;

/** A pool in a mapped file with a heap and lanes, and nothing above them; its file is deleted with it. Threads: any. */
final class LanedPool implements AutoCloseable {
  /** Owns every extent here. */
  static final long OWNER = Owner.FIRST_BIRTH;

  private final Scratch scratch = new Scratch();
  private final Pool pool;
  private final Lanes lanes;

  LanedPool(long sizeBytes) {
    pool = Pool.create(scratch.file("laned.pool"), Geometry.forNewPool(sizeBytes), BootIdentity.ofThisMachine(), LanedPool::format);
    pool.begin();
    lanes = new Lanes(pool, Integer.MAX_VALUE);
  }

  private static PoolHeader.Roots format(Pool unborn) {
    Lanes.format(unborn);
    return PoolHeader.Roots.NONE;
  }

  Heap heap() {
    return pool.heap();
  }

  long sizeBytes() {
    return pool.media().sizeBytes();
  }

  Path path() {
    return scratch.file("laned.pool");
  }

  /** An extent of zeros becomes owned by an epoch, as a turn of a component would do it. */
  Extent allocate(long sizeBytes) {
    Epoch epoch = lanes.lease();
    Extent extent = epoch.allocate(sizeBytes, OWNER);
    epoch.commit();
    lanes.giveBack(epoch);
    return extent;
  }

  /** It is released by another epoch. */
  void free(Extent extent) {
    Epoch epoch = lanes.lease();
    epoch.free(extent, OWNER);
    epoch.commit();
    lanes.giveBack(epoch);
  }

  /** What {@link #allocate} asks of the heap, without a log. */
  Extent own(long sizeBytes) {
    Heap heap = pool.heap();
    Reservation reservation = heap.reserve(sizeBytes);
    heap.publish(reservation.offset(), reservation.lengthBytes(), reservation.place(), OWNER);
    pool.media().fence();
    heap.published(reservation.offset(), reservation.lengthBytes(), reservation.place());
    return reservation.extent();
  }

  /** What {@link #free} asks of the heap, without a log. */
  void disown(Extent extent) {
    pool.heap().release(extent, OWNER);
    pool.media().fence();
    pool.heap().reclaim(extent);
  }

  /** Writes that the pool was closed. The file stays until {@link #close}. */
  void closePool() {
    pool.close();
  }

  /** Leaves the pool as a kill would. The file stays until {@link #close}. */
  void abandonPool() {
    pool.abandon();
  }

  @Override
  public void close() {
    pool.abandon();
    scratch.close();
  }
}
