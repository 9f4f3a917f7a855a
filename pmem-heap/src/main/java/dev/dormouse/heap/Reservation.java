package dev.dormouse.heap;

/**
 * An extent that is set aside in memory and zeroed. It becomes owned when it is published, by the epoch whose commit
 * links it; until then a crash, or {@link Heap#cancel}, leaves nothing of it.
 *
 * @param place where the heap keeps its owner: slab and size class, or a run of pages. For a log record, opaque.
 * @param storedFrom from this offset on the heap stored to it, up to its end; its end where nothing had to be stored
 */
public record Reservation(Extent extent, long place, long storedFrom) {
  /** Whether the heap stored to it, and has asked the medium to keep that. */
  public boolean isKept() {
    return storedFrom < extent.offset() + extent.lengthBytes();
  }

  public long offset() {
    return extent.offset();
  }

  public long lengthBytes() {
    return extent.lengthBytes();
  }
}
