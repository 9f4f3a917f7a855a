package dev.dormouse.cli;

import dev.dormouse.component.OpeningReport;
import dev.dormouse.component.OpeningReport.Opening;
import dev.dormouse.component.StoreStatistics;
import java.util.stream.LongStream;

/** Adds up what the workers say before they are killed. What one did in its last 100 milliseconds is not in it. */
final class DemoTally {
  private final Latencies hibernations = new Latencies();
  private final Latencies resumes = new Latencies();
  private final LongStream.Builder recoveryNanos = LongStream.builder();
  private final LongStream.Builder openingNanos = LongStream.builder();
  private StoreStatistics formerLives = new StoreStatistics(0, 0, 0, 0, 0);
  private StoreStatistics thisLife = formerLives;
  private long rolledBack;
  private long redone;
  private long unclosed;
  private long position;
  private OpeningReport lastOpening;

  void add(WorkerMessage message) {
    if (message.opening() != null) {
      addOpening(message.opening());
    }
    if (message.statistics() != null) {
      thisLife = message.statistics();
      position = message.position();
    }
    if (message.hibernations() != null) {
      hibernations.add(message.hibernations());
      resumes.add(message.resumes());
    }
  }

  private void addOpening(OpeningReport opening) {
    formerLives = statistics();
    thisLife = new StoreStatistics(0, 0, 0, 0, 0);
    lastOpening = opening;
    if (opening.how() == Opening.ROLLED_BACK) {
      unclosed++;
      recoveryNanos.add(opening.recovery().nanos());
      openingNanos.add(opening.nanos());
      rolledBack += opening.recovery().lanesRolledBack();
      redone += opening.recovery().lanesRedone();
    }
  }

  StoreStatistics statistics() {
    return new StoreStatistics(
        formerLives.turns() + thisLife.turns(),
        formerLives.resumes() + thisLife.resumes(),
        formerLives.hibernations() + thisLife.hibernations(),
        formerLives.repeats() + thisLife.repeats(),
        formerLives.overdue() + thisLife.overdue());
  }

  Latencies.Summary hibernations() {
    return hibernations.summary();
  }

  Latencies.Summary resumes() {
    return resumes.summary();
  }

  /** How long recovery took when the pool was found as a killed process had left it. */
  Durations.Spread recovery() {
    return Durations.Spread.of(recoveryNanos.build().toArray());
  }

  /** How long opening took then, recovery included. */
  Durations.Spread opening() {
    return Durations.Spread.of(openingNanos.build().toArray());
  }

  long rolledBack() {
    return rolledBack;
  }

  long redone() {
    return redone;
  }

  /** How often the pool was found not closed. */
  long unclosed() {
    return unclosed;
  }

  long position() {
    return position;
  }

  /** Of the opening that was last; null before the first. */
  OpeningReport lastOpening() {
    return lastOpening;
  }
}
