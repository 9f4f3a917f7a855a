package dev.dormouse.cli.torture;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/** Counts of what the kills of a run met. */
final class Tally {
  /** What is counted. */
  enum Count {
    /** Kills that found the child at its turns. */
    KILLS_WHILE_WORKING,
    /** Kills that found the child opening the pool, and perhaps recovering it. */
    KILLS_WHILE_OPENING,
    /** Kills that found the child closing the pool. */
    KILLS_WHILE_CLOSING,
    /** Kills while it opened that left some of the lanes finished which recovery had to finish, and some not. */
    RECOVERIES_CUT_SHORT,
    /** Kills after which recovery had something to do. */
    KILLS_WITH_LANES_TO_FINISH,
    LANES_TO_ROLL_BACK,
    LANES_TO_REDO,
    /** Operations that were acknowledged. */
    ACKNOWLEDGED,
    /** Operations under way at the kill of which the pool holds everything, or all up to a commit in their middle. */
    UNDER_WAY_DONE,
    /** Operations under way at the kill of which the pool holds nothing. */
    UNDER_WAY_UNDONE
  }

  private final long[] counts = new long[Count.values().length];

  Tally copy() {
    return new Tally().add(this);
  }

  Tally add(Tally other) {
    Arrays.setAll(counts, i -> counts[i] + other.counts[i]);
    return this;
  }

  @SuppressWarnings("EnumOrdinal") // The counts of one run, in the order of the constants.
  void add(Count count, long more) {
    counts[count.ordinal()] += more;
  }

  @SuppressWarnings("EnumOrdinal") // As above.
  long get(Count count) {
    return counts[count.ordinal()];
  }

  long kills() {
    return get(Count.KILLS_WHILE_WORKING) + get(Count.KILLS_WHILE_OPENING) + get(Count.KILLS_WHILE_CLOSING);
  }

  void save(DataOutputStream to) throws IOException {
    for (long count : counts) {
      to.writeLong(count);
    }
  }

  static Tally load(DataInputStream from) throws IOException {
    Tally tally = new Tally();
    for (int i = 0; i < tally.counts.length; i++) {
      tally.counts[i] = from.readLong();
    }
    return tally;
  }
}
