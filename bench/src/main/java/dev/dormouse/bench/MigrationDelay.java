package dev.dormouse.bench;

import dev.dormouse.bench.JournalReport.Spread;
import dev.dormouse.bench.JournalReport.Verdict;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournalOptions;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * How long turns take in memory while migration runs behind them: one thread with a pause after each turn, so that neither the
 * processor nor the journal's room is what it waits for.
 */
final class MigrationDelay {
  private static final String GROUP = "a turn that does not wait for the disk, while migration runs; floor: on a mapped file, without one";
  private static final String MIGRATION = "migration meanwhile";
  private static final int COMPONENTS = 10_000;
  // As much as the states of all: from half of it on pages are given back, and nobody has to wait.
  private static final long GIVEN_BACK = (long) COMPONENTS * 2 * DurableTurns.RECORD_BYTES;
  // So short that a round of migration begins at its quarter more than once a second.
  private static final JournalOptions SHORT = JournalOptions.STANDARD.withJournalBytes(2L << 20);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final double MOST_NANOS = 1_000_000;

  private MigrationDelay() {}

  private record Seen(Spread clean, Spread dirty, int cuts, double waits) {}

  static void measure(JournalScale scale, JournalReport report) {
    Seen floor = run(scale, FileMedium.MAPPED, SHORT);
    tell(report, "", run(scale, FileMedium.JOURNALED, SHORT), floor);
    tell(report, ", pages given back", run(scale, FileMedium.JOURNALED, SHORT.withPrivateBytes(GIVEN_BACK)), floor);
  }

  private static void tell(JournalReport report, String how, Seen seen, Seen floor) {
    report.time(GROUP, "clean" + how, seen.clean, floor.clean, goal(seen.clean));
    report.time(GROUP, "256 dirty bytes, ordered" + how, seen.dirty, floor.dirty, goal(seen.dirty));
    report.count(MIGRATION, "rounds that were seen to end" + how, "", seen.cuts, Double.NaN);
    report.count(MIGRATION, "waits for room" + how, "", seen.waits, Double.NaN);
  }

  private static Verdict goal(Spread spread) {
    return new Verdict(String.format(Locale.ROOT, "p99.9 <= %s", Units.nanos(MOST_NANOS)), spread.p999() <= MOST_NANOS);
  }

  private static Seen run(JournalScale scale, FileMedium medium, JournalOptions options) {
    try (JournaledPool pool =
        new JournaledPool(medium, options, COMPONENTS, DurableTurns.RECORD_BYTES, ChangePrograms.StoresOrReads.class, all -> all)) {
      SplittableRandom random = new SplittableRandom(Sleepers.SEED);
      ByteBuffer store = ByteBuffer.allocate(1);
      Histogram clean = TurnLoad.histogram();
      Histogram dirty = TurnLoad.histogram();
      long nanos = 2L * scale.rounds() * scale.nanos();
      long measured = System.nanoTime() + nanos / 2;
      long end = measured + nanos;
      boolean warm = false;
      int cuts = 0;
      for (long cut = 0; System.nanoTime() < end; ) {
        turn(pool, random.nextInt(COMPONENTS), store.rewind(), dirty);
        turn(pool, random.nextInt(COMPONENTS), Sleepers.NO_REQUEST, clean);
        if (!warm && System.nanoTime() >= measured) {
          warm = true;
          cuts = 0;
          clean.reset();
          dirty.reset();
        }
        if (pool.journal() != null && pool.journal().cut() != cut) {
          cut = pool.journal().cut();
          cuts++;
        }
      }
      return new Seen(Spread.of(clean), Spread.of(dirty), cuts, pool.journal() == null ? 0 : pool.journal().waits());
    }
  }

  private static void turn(JournaledPool pool, int component, ByteBuffer request, Histogram histogram) {
    long start = System.nanoTime();
    pool.component(component).invokeOrdered(request);
    histogram.recordValue(System.nanoTime() - start);
    LockSupport.parkNanos(PAUSE_NANOS);
  }
}
