package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.List;

/**
 * A log that is appended to, and a word that says how many entries count.
 *
 * <pre>
 *  offset  size  field
 *       0     8  count
 *     512    16  entry 0, two words; the next 64 further on
 * </pre>
 */
record LengthLog(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** Entry and count are handed over together, with one fence behind both. */
    FENCE_MISSING,
    /** What is enough for memory, on a file: the fence orders nothing there. */
    SYNC_MISSING
  }

  private static final long ENTRIES = 512;
  private static final long ENTRY_BYTES = 64;

  @Override
  public long sizeBytes() {
    return ENTRIES + steps() * ENTRY_BYTES;
  }

  @Override
  public int steps() {
    return 3;
  }

  @Override
  public void step(Media media, int number) {
    // (a) The entry. Nothing counts it yet.
    long entry = ENTRIES + number * ENTRY_BYTES;
    media.putLong(entry, number + 1L);
    media.putLong(entry + 8, -number - 1L);
    if (fault == Fault.FENCE_MISSING) {
      media.flush(entry, 16);
    } else {
      persist(media, entry, 16);
    }
    // (b) The count. Not before (a) is durable.
    media.putLong(0, number + 1L);
    persist(media, 0, 8);
  }

  private void persist(Media media, long offset, long length) {
    if (fault == Fault.SYNC_MISSING) {
      media.persist(offset, length);
    } else {
      Structure.persist(media, offset, length);
    }
  }

  @Override
  public List<Long> contents(Media media) {
    List<Long> words = new ArrayList<>();
    for (int entry = 0; entry < media.getLong(0); entry++) {
      words.add(media.getLong(ENTRIES + entry * ENTRY_BYTES));
      words.add(media.getLong(ENTRIES + entry * ENTRY_BYTES + 8));
    }
    return words;
  }

  @Override
  public List<Long> expected(int steps) {
    List<Long> words = new ArrayList<>();
    for (long entry = 1; entry <= steps; entry++) {
      words.add(entry);
      words.add(-entry);
    }
    return words;
  }
}
