package dev.dormouse.component;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/**
 * Births that own something and whose records are not found: what the owner words and the annexes that are left say of them.
 * Annexes of other components are not read a second time.
 */
final class BirthSearch {
  private final Media media;
  private final TreeSet<Long> births = new TreeSet<>();
  private final Map<Long, Long> annexes = new HashMap<>();
  private final Map<Long, Long> bySlot = new HashMap<>();

  /**
   * @param known who need not be looked for
   * @param slotOf where a name leads to; 0 for nowhere
   */
  BirthSearch(Mending mending, Heap heap, Set<Long> known, ToLongFunction<byte[]> slotOf) {
    this.media = mending.media();
    heap.walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            // A record alone holds nothing: whoever there was has an annex.
            if (!record && mending.canBeBirth(owner) && !known.contains(owner)) {
              births.add(owner);
              take(extent.offset(), owner, slotOf);
            }
          }

          @Override
          public void damage(String message) {
            // Told elsewhere.
          }
        });
  }

  private void take(long offset, long owner, ToLongFunction<byte[]> slotOf) {
    byte[] head = media.getLong(offset + AnnexLayout.BIRTH) == owner ? ComponentNames.readAnnex(media, offset, owner) : null;
    if (head == null || annexes.putIfAbsent(owner, offset) != null) {
      return;
    }
    long slot = slotOf.applyAsLong(Arrays.copyOfRange(head, AnnexLayout.BYTES, head.length));
    if (slot != 0) {
      bySlot.putIfAbsent(slot, owner);
    }
  }

  /** Those who own something besides a record, in order. */
  NavigableSet<Long> births() {
    return births;
  }

  /** Where the annex of a birth lies; 0 where none is left. */
  long annexOf(long birth) {
    return annexes.getOrDefault(birth, 0L);
  }

  /** The birth whose name leads to that slot; 0 if there is none. */
  long birthOf(long slot) {
    return bySlot.getOrDefault(slot, 0L);
  }
}
