package dev.dormouse.bench;

import dev.dormouse.bench.JournalReport.Spread;
import dev.dormouse.bench.JournalReport.Verdict;
import java.util.Locale;

/** Many threads that commit after every turn: how many share a sync, and whether the processor or the disk is what they wait for. */
final class SharedSyncs {
  private static final String LATENCY = "threads that read 4 KiB, change 256 bytes and wait for it, each at components of its own; floor: one thread";
  private static final String SHARING = "the same threads";
  private static final String JOURNAL = "journal written for a committed byte, 256 of them in a turn";
  private static final int COMPONENTS_OF_EACH = 16;
  private static final double LEAST_SHARING = 32;
  private static final double BUSY = 0.95;
  private static final double MOST_JOURNAL = 2;

  private SharedSyncs() {}

  static void measure(JournalScale scale, JournalReport report) {
    int components = scale.mostThreads() * COMPONENTS_OF_EACH;
    long[] stored = new long[components * DurableTurns.PLACES];
    try (JournaledTurns turns = new JournaledTurns(components)) {
      TurnLoad.run(turns, stored, scale.mostThreads(), scale.nanos() * scale.rounds());
      TurnLoad.run(turns, stored, 1, scale.nanos());
      Spread alone = null;
      for (int threads : scale.threads()) {
        long syncs = turns.journal().syncs();
        long tail = turns.journal().tail();
        TurnLoad load = TurnLoad.run(turns, stored, threads, scale.nanos() * scale.rounds());
        double shared = (double) load.turns() / (turns.journal().syncs() - syncs);
        double journaled = (double) (turns.journal().tail() - tail) / (load.turns() * DurableTurns.CHANGED_BYTES);
        Spread spread = Spread.of(load.latencies());
        alone = alone == null ? spread : alone;
        String who = threads == 1 ? "1 thread" : threads + " threads";
        report.time(LATENCY, "a turn of one of " + who, spread, alone);
        report.count(SHARING, who + ", commits a second", "/s", load.perSecond(), Double.NaN);
        report.count(SHARING, who + ", processors busy", "", load.busyProcessors(), Double.NaN);
        if (threads == scale.mostThreads()) {
          boolean met = shared >= LEAST_SHARING || load.busyProcessors() >= BUSY;
          String goal = String.format(Locale.ROOT, ">= %.0f, or a processor busy", LEAST_SHARING);
          report.count(SHARING, who + ", commits that share a sync", "", shared, Double.NaN, new Verdict(goal, met));
        } else {
          report.count(SHARING, who + ", commits that share a sync", "", shared, Double.NaN);
        }
        report.count(JOURNAL, who, "", journaled, Double.NaN, Verdict.atMost(journaled, MOST_JOURNAL, "2"));
      }
    }
  }
}
