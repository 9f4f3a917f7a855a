package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.List;

/**
 * Two accounts and a redo log: what the accounts will hold is durable before the commit word, and is brought home behind
 * it, by whoever comes first, the transfer or a recovery.
 *
 * <pre>
 *  offset  size  field
 *       0     8  committed  1 from the commit until everything is home
 *      64    16  new values of both accounts
 *     512     8  first account
 *    1024     8  second account
 * </pre>
 */
record RedoTransfer(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** The log has the amount, and bringing it home is an addition. */
    ADDS_AGAIN,
    /** Commit word and home are handed over together at the end. */
    HOME_NOT_DURABLE
  }

  private static final long COMMITTED = 0;
  private static final long LOG = 64;
  private static final long FIRST = 512;
  private static final long SECOND = 1024;

  @Override
  public long sizeBytes() {
    return 1536;
  }

  @Override
  public int steps() {
    return 2;
  }

  @Override
  public void step(Media media, int number) {
    long amount = number + 3L;
    boolean adds = fault == Fault.ADDS_AGAIN;
    // (a) The log. Nothing counts yet.
    media.putLong(LOG, (adds ? 0 : media.getLong(FIRST)) + amount);
    media.putLong(LOG + 8, (adds ? 0 : media.getLong(SECOND)) - amount);
    Structure.persist(media, LOG, 16);
    // (b) Commit point. Not before (a) is durable.
    media.putLong(COMMITTED, 1);
    Structure.persist(media, COMMITTED, 8);
    bringHome(media);
  }

  @Override
  public void recover(Media media) {
    if (media.getLong(COMMITTED) == 1) {
      bringHome(media);
    }
  }

  private void bringHome(Media media) {
    boolean adds = fault == Fault.ADDS_AGAIN;
    // (c) The accounts. Not before (b) is durable.
    media.putLong(FIRST, (adds ? media.getLong(FIRST) : 0) + media.getLong(LOG));
    media.putLong(SECOND, (adds ? media.getLong(SECOND) : 0) + media.getLong(LOG + 8));
    if (fault != Fault.HOME_NOT_DURABLE) {
      Structure.persist(media, FIRST, SECOND + 8 - FIRST);
    }
    // (d) The log is void. Not before (c) is durable.
    media.putLong(COMMITTED, 0);
    Structure.persist(media, 0, sizeBytes());
  }

  @Override
  public List<Long> contents(Media media) {
    return List.of(media.getLong(FIRST), media.getLong(SECOND));
  }

  @Override
  public List<Long> expected(int steps) {
    long sum = 0;
    for (int number = 0; number < steps; number++) {
      sum += number + 3L;
    }
    return List.of(sum, -sum);
  }
}
