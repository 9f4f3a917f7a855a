package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.List;

/**
 * A log without a length: an entry counts if it has the ordinal that is due and its check is right. One fence for each
 * entry is enough, because an entry that was written in part is not believed.
 *
 * <pre>
 *  offset  size  field      (the next entry 32 further on)
 *       0     8  ordinal    1 for the first entry
 *       8     8  check      over ordinal and values
 *      16    16  values
 * </pre>
 */
record ChecksummedLog(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** The check leaves out the last value. */
    CHECK_TOO_SHORT
  }

  private static final long ENTRY_BYTES = 32;

  @Override
  public long sizeBytes() {
    return (steps() + 1) * ENTRY_BYTES;
  }

  @Override
  public int steps() {
    return 3;
  }

  @Override
  public void step(Media media, int number) {
    long entry = number * ENTRY_BYTES;
    long ordinal = number + 1L;
    media.putLong(entry, ordinal);
    media.putLong(entry + 8, check(ordinal, ordinal * 3, ordinal * 7));
    media.putLong(entry + 16, ordinal * 3);
    media.putLong(entry + 24, ordinal * 7);
    Structure.persist(media, entry, ENTRY_BYTES);
  }

  private long check(long ordinal, long first, long second) {
    return fault == Fault.CHECK_TOO_SHORT
        ? Structure.check(ordinal, first)
        : Structure.check(ordinal, first, second);
  }

  @Override
  public List<Long> contents(Media media) {
    List<Long> values = new ArrayList<>();
    for (long entry = 0, ordinal = 1; entry < sizeBytes(); entry += ENTRY_BYTES, ordinal++) {
      long first = media.getLong(entry + 16);
      long second = media.getLong(entry + 24);
      if (media.getLong(entry) != ordinal || media.getLong(entry + 8) != check(ordinal, first, second)) {
        break;
      }
      values.add(first);
      values.add(second);
    }
    return values;
  }

  @Override
  public List<Long> expected(int steps) {
    List<Long> values = new ArrayList<>();
    for (long ordinal = 1; ordinal <= steps; ordinal++) {
      values.add(ordinal * 3);
      values.add(ordinal * 7);
    }
    return values;
  }
}
