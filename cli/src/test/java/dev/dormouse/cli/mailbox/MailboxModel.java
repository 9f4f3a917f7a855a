package dev.dormouse.cli.mailbox;

import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.LongStream;

/** What the mailbox does in its n-th operation, and what it holds after it. */
final class MailboxModel {
  static final int OPERATIONS = 0;
  static final int PRODUCED = 1;
  static final int CONSUMED = 2;
  static final int SENT = 3;

  private static final int MOST_WAITING = 8;

  private final long[] counts = new long[SENT + 1];

  static int paddingBytes(long number) {
    return (int) (number % 41);
  }

  /** The operation of that number, by parts of it; which ones also depends on how many messages wait. */
  static void operate(long number, IntToLongFunction count, Runnable produce, Runnable abort, Runnable consume, Runnable send) {
    boolean all = number % 7 == 6;
    if (number % 5 == 4) {
      abort.run();
    }
    if ((number % 3 == 0 || all) && count.applyAsLong(PRODUCED) - count.applyAsLong(CONSUMED) < MOST_WAITING) {
      produce.run();
    }
    for (int i = 0; i < 2; i++) {
      if ((number % 3 == 1 || all)
          && count.applyAsLong(CONSUMED) < count.applyAsLong(PRODUCED)
          && count.applyAsLong(CONSUMED) - count.applyAsLong(SENT) < MOST_WAITING) {
        consume.run();
      }
    }
    if ((number % 4 == 2 || all) && count.applyAsLong(SENT) < count.applyAsLong(CONSUMED)) {
      send.run();
    }
  }

  long operations() {
    return counts[OPERATIONS];
  }

  void advanceTo(long operations) {
    while (counts[OPERATIONS] < operations) {
      operate(
          counts[OPERATIONS], counter -> counts[counter], () -> counts[PRODUCED]++, () -> {}, () -> counts[CONSUMED]++, () -> counts[SENT]++);
      counts[OPERATIONS]++;
    }
  }

  String everything() {
    return everything(
        counts[OPERATIONS], counts[PRODUCED], counts[CONSUMED], counts[SENT], between(CONSUMED, PRODUCED), between(SENT, CONSUMED),
        counts[CONSUMED] - 1);
  }

  private List<Long> between(int from, int to) {
    return LongStream.range(counts[from], counts[to]).boxed().toList();
  }

  static String everything(long operations, long produced, long consumed, long sent, List<Long> inbox, List<Long> outbox, long lastNews) {
    return operations + " operations, " + produced + " produced, " + consumed + " consumed, " + sent + " sent; inbox " + inbox + ", outbox "
        + outbox + ", last news " + lastNews;
  }
}
