package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.List;

/**
 * A doubly linked list under an undo log. Node 0 is the anchor of the ring; an insertion changes two links of others, which
 * must change together.
 *
 * <pre>
 *  offset  size  field
 *       0     8  logged     how many records of the log count
 *      64    16  record 0: place and old value of a word; the next 64 further on
 *     512    24  node 0: next, previous (numbers of nodes), value; the next 64 further on
 * </pre>
 */
record LinkedList(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** The log is handed over together with the change that it could undo. */
    LOG_NOT_FIRST,
    /** Recovery voids the log before what it restored is durable. */
    LOG_VOIDED_EARLY
  }

  private static final long LOGGED = 0;
  private static final long RECORDS = 64;
  private static final long NODES = 512;
  private static final long UNIT_BYTES = 64;
  private static final int NEXT = 0;
  private static final int PREVIOUS = 8;
  private static final int VALUE = 16;

  @Override
  public long sizeBytes() {
    return NODES + (steps() + 1) * UNIT_BYTES;
  }

  @Override
  public int steps() {
    return 2;
  }

  /** Inserts a node in front. */
  @Override
  public void step(Media media, int number) {
    long inserted = number + 1L;
    long first = media.getLong(node(0) + NEXT);
    // (a) The old links, then the word that makes them count. Not before the records are durable.
    log(media, 0, node(0) + NEXT);
    log(media, 1, node(first) + PREVIOUS);
    Structure.persist(media, RECORDS, 2 * UNIT_BYTES);
    media.putLong(LOGGED, 2);
    if (fault != Fault.LOG_NOT_FIRST) {
      Structure.persist(media, LOGGED, 8);
    }
    // (b) The node and both links, in place. Not before (a) is durable, or there is nothing to go back to.
    media.putLong(node(inserted) + NEXT, first);
    media.putLong(node(inserted) + PREVIOUS, 0);
    media.putLong(node(inserted) + VALUE, inserted * 11);
    media.putLong(node(0) + NEXT, inserted);
    media.putLong(node(first) + PREVIOUS, inserted);
    Structure.persist(media, 0, sizeBytes());
    // (c) Commit point.
    media.putLong(LOGGED, 0);
    Structure.persist(media, LOGGED, 8);
  }

  private static void log(Media media, int record, long place) {
    media.putLong(RECORDS + record * UNIT_BYTES, place);
    media.putLong(RECORDS + record * UNIT_BYTES + 8, media.getLong(place));
  }

  @Override
  public void recover(Media media) {
    long logged = media.getLong(LOGGED);
    for (long record = RECORDS + (logged - 1) * UNIT_BYTES; record >= RECORDS; record -= UNIT_BYTES) {
      media.putLong(media.getLong(record), media.getLong(record + 8));
    }
    if (logged != 0 && fault != Fault.LOG_VOIDED_EARLY) {
      Structure.persist(media, NODES, sizeBytes() - NODES);
    }
    media.putLong(LOGGED, 0);
    Structure.persist(media, 0, sizeBytes());
  }

  private static long node(long number) {
    return NODES + number * UNIT_BYTES;
  }

  /** The values from the front, and from the back. */
  @Override
  public List<List<Long>> contents(Media media) {
    return List.of(walk(media, NEXT), walk(media, PREVIOUS));
  }

  private List<Long> walk(Media media, int link) {
    List<Long> values = new ArrayList<>();
    for (long at = media.getLong(node(0) + link); at != 0 && values.size() <= steps(); at = media.getLong(node(at) + link)) {
      values.add(media.getLong(node(at) + VALUE));
    }
    return values;
  }

  @Override
  public List<List<Long>> expected(int steps) {
    List<Long> forward = new ArrayList<>();
    for (long inserted = 1; inserted <= steps; inserted++) {
      forward.addFirst(inserted * 11);
    }
    return List.of(forward, forward.reversed());
  }
}
