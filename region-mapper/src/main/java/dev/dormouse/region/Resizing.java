package dev.dormouse.region;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolFull;

/**
 * A region becomes longer or shorter, in the extent that it has or in another. In its own, what was given up earlier is not
 * zeroed until it is gained again (R4): the bytes behind a region's end are nobody's to read.
 */
final class Resizing {
  private static final int CHUNK_BYTES = 4096;

  private final AddressSpace space;
  private final Media media;
  private final int index;
  private final RegionEntry old;
  private final long lengthBytes;
  // Of a region with bytes of its own.
  private final Extent extent;
  private final boolean moves;

  Resizing(AddressSpace space, int index, RegionEntry old, long lengthBytes) {
    this.space = space;
    this.media = space.media;
    this.index = index;
    this.old = old;
    this.lengthBytes = lengthBytes;
    this.extent = old.kind() == RegionKind.OWN ? space.extentOf(old) : null;
    this.moves = extent != null && !staysIn(extent);
  }

  private boolean staysIn(Extent current) {
    return lengthBytes <= current.lengthBytes()
        && (lengthBytes >= current.lengthBytes() / 2 || space.table.extentBytes(lengthBytes) >= current.lengthBytes());
  }

  /** Whether the bytes get another extent. */
  boolean moves() {
    return moves;
  }

  /** How long the extent is that it has. */
  long oldBytes() {
    return extent.lengthBytes();
  }

  void carryOut() {
    Extent moved = moves ? allocate() : null;
    space.epoch.whole(
        () -> {
          if (moved != null) {
            long kept = Math.min(lengthBytes, old.lengthBytes());
            space.epoch.willStore(moved.offset(), kept);
            media.copy(old.extentOffset(), moved.offset(), kept);
            space.epoch.free(extent, space.holder.birth());
          } else if (old.kind() == RegionKind.OWN) {
            zeroGained(old.extentOffset() + old.lengthBytes(), old.extentOffset() + lengthBytes);
          }
          space.table.set(index, old.with(moved == null ? old.extentOffset() : moved.offset(), lengthBytes));
        });
  }

  /** Another extent; none if the pool is full and the bytes can as well stay. */
  private Extent allocate() {
    try {
      return space.epoch.allocate(lengthBytes, space.holder.birth(), Math.min(lengthBytes, old.lengthBytes()));
    } catch (PoolFull full) {
      if (lengthBytes > extent.lengthBytes()) {
        throw full;
      }
      return null;
    }
  }

  /**
   * What a region gains in its own extent reads as zeros, and as before if the turn is undone. Most of the time it is zero
   * already, since an extent is when it is given out.
   */
  private void zeroGained(long from, long to) {
    long first = firstUsed(from, to);
    if (first < to) {
      space.epoch.prepare(space.holder.birth(), space.holder.recordOffset(), first, to - first);
      media.fill(first, to - first, (byte) 0);
    }
  }

  /** Where the first byte lies that is not zero. */
  private long firstUsed(long from, long to) {
    byte[] chunk = new byte[Math.clamp(to - from, 0, CHUNK_BYTES)];
    for (long at = from; at < to; at += chunk.length) {
      int length = (int) Math.min(chunk.length, to - at);
      media.read(at, chunk, 0, length);
      for (int i = 0; i < length; i++) {
        if (chunk[i] != 0) {
          return at + i;
        }
      }
    }
    return to;
  }
}
