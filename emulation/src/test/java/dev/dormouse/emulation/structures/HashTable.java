package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A hash table with open addressing. A slot lies within a line, so that one flush and one fence make an insertion durable:
 * its presence word is stored last, and a line keeps the order of its stores. That the compiler keeps it too needs a
 * release store.
 *
 * <pre>
 *  offset  size  field      (the next slot 32 further on)
 *       0     8  present    1 if the slot is taken
 *       8     8  key
 *      16     8  value
 * </pre>
 */
record HashTable(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** The presence word is stored like any other. */
    PLAIN_PRESENCE
  }

  private static final long SLOT_BYTES = 32;
  private static final int SLOTS = 4;

  /** The second and third collide with the first. */
  private static final List<Long> KEYS = List.of(5L, 9L, 1L);

  @Override
  public long sizeBytes() {
    return SLOTS * SLOT_BYTES;
  }

  @Override
  public int steps() {
    return KEYS.size();
  }

  @Override
  public void step(Media media, int number) {
    long key = KEYS.get(number);
    long slot = slotFor(media, key);
    // (a) The entry. The slot is not taken yet. (b) The presence word. Not before (a): by order, not by a fence.
    media.putLong(slot + 8, key);
    media.putLong(slot + 16, key * 100);
    if (fault == Fault.PLAIN_PRESENCE) {
      media.putLong(slot, 1);
    } else {
      media.putLongRelease(slot, 1);
    }
    Structure.persist(media, slot, SLOT_BYTES);
  }

  private static long slotFor(Media media, long key) {
    long index = key % SLOTS;
    while (media.getLong(index * SLOT_BYTES) == 1) {
      index = (index + 1) % SLOTS;
    }
    return index * SLOT_BYTES;
  }

  @Override
  public Map<Long, Long> contents(Media media) {
    Map<Long, Long> entries = new HashMap<>();
    for (long slot = 0; slot < sizeBytes(); slot += SLOT_BYTES) {
      if (media.getLong(slot) == 1) {
        entries.put(media.getLong(slot + 8), media.getLong(slot + 16));
      }
    }
    return entries;
  }

  @Override
  public Map<Long, Long> expected(int steps) {
    Map<Long, Long> entries = new HashMap<>();
    KEYS.subList(0, steps).forEach(key -> entries.put(key, key * 100));
    return entries;
  }
}
