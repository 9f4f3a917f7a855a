package dev.dormouse.bench;

import java.util.List;

/**
 * How long to look at the journaled medium, and at how much.
 *
 * @param millis how long each thing is measured in a round
 * @param rounds how often what is compared takes turns, so that what else the disk does meets all of them
 * @param threads how many commit at the same time, the last of them being the most
 * @param records of 4 KiB in a store beside others
 * @param hibernated how many are put to sleep in a batch
 * @param population components among which turns are spread where what is written is counted
 * @param turns how many of them
 */
record JournalScale(
    String name, int millis, int rounds, List<Integer> threads, int records, int hibernated, int population, int turns) {
  /** Two or three minutes. */
  static JournalScale brief() {
    return new JournalScale("short form of the journaled medium", 1_000, 3, List.of(1, 4, 16, 64), 10_000, 4_096, 100_000, 200_000);
  }

  /** A quarter of an hour. */
  static JournalScale full() {
    return new JournalScale("the journaled medium", 3_000, 5, List.of(1, 4, 16, 64), 100_000, 4_096, 100_000, 1_000_000);
  }

  /** Seconds, for a test. */
  static JournalScale smoke() {
    return new JournalScale("smoke test of the journaled medium", 20, 1, List.of(1, 4), 64, 16, 200, 400);
  }

  int mostThreads() {
    return threads.getLast();
  }

  long nanos() {
    return millis * 1_000_000L;
  }
}
