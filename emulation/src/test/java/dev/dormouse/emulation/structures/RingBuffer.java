package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.List;

/**
 * A queue in a ring of slots. Head and tail only grow; a slot is a counter's rest.
 *
 * <pre>
 *  offset  size  field
 *       0     8  head       how many were taken
 *      64     8  tail       how many were put
 *     128     8  slot 0; the next 64 further on
 * </pre>
 */
record RingBuffer(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** The slot's place is worked out anew for the flush, from a tail that has moved on. */
    FLUSH_OF_THE_WRONG_LINE
  }

  private static final long HEAD = 0;
  private static final long TAIL = 64;
  private static final long SLOTS = 128;
  private static final long SLOT_BYTES = 64;
  private static final int CAPACITY = 2;

  /** What each operation puts; 0 takes. The third put uses the first slot again. */
  private static final List<Long> SCRIPT = List.of(11L, 22L, 0L, 33L, 0L);

  @Override
  public long sizeBytes() {
    return SLOTS + CAPACITY * SLOT_BYTES;
  }

  @Override
  public int steps() {
    return SCRIPT.size();
  }

  @Override
  public void step(Media media, int number) {
    if (SCRIPT.get(number) == 0) {
      // The slot may be used again once this is durable, and the caller puts nothing before.
      media.putLong(HEAD, media.getLong(HEAD) + 1);
      Structure.persist(media, HEAD, 8);
    } else {
      put(media, SCRIPT.get(number));
    }
  }

  private void put(Media media, long value) {
    long tail = media.getLong(TAIL);
    // (a) The slot, which is nobody's. (b) The tail. Not before (a) is durable.
    media.putLong(slot(tail), value);
    Structure.persist(media, fault == Fault.FLUSH_OF_THE_WRONG_LINE ? slot(tail + 1) : slot(tail), 8);
    media.putLong(TAIL, tail + 1);
    Structure.persist(media, TAIL, 8);
  }

  private static long slot(long counter) {
    return SLOTS + counter % CAPACITY * SLOT_BYTES;
  }

  @Override
  public List<Long> contents(Media media) {
    List<Long> queued = new ArrayList<>();
    for (long counter = media.getLong(HEAD); counter < media.getLong(TAIL); counter++) {
      queued.add(media.getLong(slot(counter)));
    }
    return queued;
  }

  @Override
  public List<Long> expected(int steps) {
    List<Long> queued = new ArrayList<>();
    for (long value : SCRIPT.subList(0, steps)) {
      if (value == 0) {
        queued.removeFirst();
      } else {
        queued.add(value);
      }
    }
    return queued;
  }
}
