package dev.dormouse.recovery;

import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import java.util.ArrayList;
import java.util.List;

/**
 * What a verify has seen: each extent that some record refers to is claimed once, for the owner that the heap knows; what is
 * owned and was not claimed is lost (I3).
 */
public final class Claims {
  private static final int MOST_FINDINGS = 1000;
  private static final int LINE_SHIFT = 6;
  private static final int LEAF_BITS = 1 << 15;

  private final Heap heap;
  // A bit for the first line of each claimed extent; leaves are made as they are needed.
  private final long[][] claimed;
  private final List<String> findings = new ArrayList<>();
  private long findingCount;
  private long componentCount;
  private long ownedBytes;

  Claims(Pool pool) {
    this.heap = pool.heap();
    this.claimed = new long[(int) ((pool.header().geometry().sizeBytes() >>> LINE_SHIFT) / LEAF_BITS) + 1][];
  }

  /**
   * Claims an extent.
   *
   * @param lengthBytes how much of it is used; the extent may be longer
   * @param what it is, for the finding
   * @return whether it is sound, so that it may be read
   */
  public boolean claim(long offset, long lengthBytes, long owner, String what) {
    try {
      Extent extent = heap.extentOf(offset);
      if (extent == null || extent.offset() != offset || lengthBytes > extent.lengthBytes()) {
        damage(what + " at " + offset + " of " + lengthBytes + " bytes is no extent of the heap");
        return false;
      }
      long found = heap.ownerOf(offset);
      if (found != owner) {
        damage(what + " at " + offset + " is owned by " + Owner.describe(found) + ", " + Owner.describe(owner) + " refers to it");
        return false;
      }
    } catch (DormouseException | IndexOutOfBoundsException e) {
      damage(what + " at " + offset + ": " + e.getMessage());
      return false;
    }
    if (!mark(offset)) {
      damage(what + " at " + offset + " is referred to twice");
      return false;
    }
    return true;
  }

  /** Counts a component. */
  public void component() {
    componentCount++;
  }

  /** Adds a sentence about something that is not as it should be. */
  public void damage(String finding) {
    findingCount++;
    if (findings.size() < MOST_FINDINGS) {
      findings.add(finding);
    }
  }

  /** Looks for owned extents that nobody claimed. */
  void finish() {
    heap.walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            ownedBytes += extent.lengthBytes();
            if (!isMarked(extent.offset())) {
              damage(
                  (record ? "the component record at " : "the extent at ") + extent.offset() + " of "
                      + extent.lengthBytes() + " bytes is owned by " + Owner.describe(owner) + ", and nothing leads to it");
            }
          }

          @Override
          public void damage(String message) {
            Claims.this.damage(message);
          }
        });
    if (findingCount > findings.size()) {
      findings.add((findingCount - findings.size()) + " more findings");
    }
  }

  private boolean mark(long offset) {
    if (isMarked(offset)) {
      return false;
    }
    long line = offset >>> LINE_SHIFT;
    int leaf = (int) (line / LEAF_BITS);
    if (claimed[leaf] == null) {
      claimed[leaf] = new long[LEAF_BITS / Long.SIZE];
    }
    claimed[leaf][(int) (line % LEAF_BITS) >>> 6] |= 1L << line;
    return true;
  }

  private boolean isMarked(long offset) {
    long line = offset >>> LINE_SHIFT;
    long[] leaf = claimed[(int) (line / LEAF_BITS)];
    return leaf != null && (leaf[(int) (line % LEAF_BITS) >>> 6] >>> line & 1) != 0;
  }

  List<String> findings() {
    return List.copyOf(findings);
  }

  long componentCount() {
    return componentCount;
  }

  long ownedBytes() {
    return ownedBytes;
  }
}
