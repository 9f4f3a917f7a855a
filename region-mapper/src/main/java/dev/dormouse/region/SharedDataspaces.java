package dev.dormouse.region;

import dev.dormouse.heap.Extent;

/**
 * The store's dataspaces as an epoch sees them, which are attached for reading only. Who counts the attachments is told of
 * each change, and makes it known with the epoch's commit.
 */
public interface SharedDataspaces {
  /**
   * Where the bytes of a dataspace lie, and how many there are. It is not destroyed before the epoch has ended.
   *
   * @throws dev.dormouse.heap.DormouseException if there is none of that name, or it is damaged
   */
  Extent find(String dataspace);

  /** Notes that a region over the bytes there, found in this epoch, is attached. */
  void attached(long offset);

  /** Notes that a region over the bytes there is detached. */
  void detached(long offset);

  /**
   * Sees that the dataspace around the bytes there is what was written.
   *
   * @throws dev.dormouse.heap.Damaged if it is not
   */
  void check(long offset);
}
