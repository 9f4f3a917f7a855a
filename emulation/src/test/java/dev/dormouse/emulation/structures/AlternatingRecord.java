package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.List;

/**
 * A record in two slots, of which the newer one that is whole counts. An update overwrites the other, so that there is
 * always one to fall back to.
 *
 * <pre>
 *  offset  size  field      (the second slot at 512)
 *       0     8  serial     1 for the first update
 *       8    16  values
 *      24     8  check      over serial and values
 * </pre>
 */
record AlternatingRecord(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** The reader believes the greater serial, whole or not. */
    CHECK_SKIPPED,
    /** Every update overwrites the same slot. */
    ONE_SLOT
  }

  private static final long SLOT_BYTES = 512;

  @Override
  public long sizeBytes() {
    return 2 * SLOT_BYTES;
  }

  @Override
  public int steps() {
    return 3;
  }

  @Override
  public void step(Media media, int number) {
    long serial = number + 1L;
    long slot = fault == Fault.ONE_SLOT ? 0 : serial % 2 * SLOT_BYTES;
    media.putLong(slot, serial);
    media.putLong(slot + 8, serial * 10);
    media.putLong(slot + 16, serial * 100);
    media.putLong(slot + 24, Structure.check(serial, serial * 10, serial * 100));
    Structure.persist(media, slot, 32);
  }

  @Override
  public List<Long> contents(Media media) {
    long newest = 0;
    List<Long> values = List.of(0L, 0L);
    for (long slot = 0; slot < sizeBytes(); slot += SLOT_BYTES) {
      long serial = media.getLong(slot);
      long first = media.getLong(slot + 8);
      long second = media.getLong(slot + 16);
      boolean whole = media.getLong(slot + 24) == Structure.check(serial, first, second);
      if (serial > newest && (whole || fault == Fault.CHECK_SKIPPED)) {
        newest = serial;
        values = List.of(first, second);
      }
    }
    return values;
  }

  @Override
  public List<Long> expected(int steps) {
    return List.of(steps * 10L, steps * 100L);
  }
}
