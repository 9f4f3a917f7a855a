package dev.dormouse.bench;

import dev.dormouse.bench.JournalReport.Spread;
import dev.dormouse.bench.JournalReport.Verdict;
import dev.dormouse.component.Component;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournalOptions;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/** What needs no disk: waking and reaching a component on a journaled file, in turns with the same on a mapped one. */
final class BesideMapped {
  private static final String GROUP = "what waits for no disk, on a journaled file; floor: on a mapped one";
  private static final int SLEEPERS = 10_000;
  private static final int BLOCK = 256;
  private static final int LOOPS = 16;
  private static final double MOST = 1.1;

  private BesideMapped() {}

  static void measure(JournalScale scale, JournalReport report) {
    try (JournaledPool journaled = sleepers(FileMedium.JOURNALED);
        JournaledPool mapped = sleepers(FileMedium.MAPPED)) {
      Spread[] resumes = alternate(scale, BLOCK, histogram -> resume(journaled, histogram), histogram -> resume(mapped, histogram));
      report.time(GROUP, "wake to the first read", resumes[0], resumes[1], Verdict.ratioAtMost(JournalReport.ratio(resumes[0], resumes[1]), MOST));
    }
    try (JournaledPool journaled = loops(FileMedium.JOURNALED);
        JournaledPool mapped = loops(FileMedium.MAPPED)) {
      Spread[] loops = alternate(scale, LOOPS, histogram -> loop(journaled, histogram), histogram -> loop(mapped, histogram));
      report.time(
          GROUP,
          "putLong through " + Units.bytes(ChangePrograms.LOOP_BYTES) + " that are declared",
          loops[0],
          loops[1],
          Verdict.ratioAtMost(JournalReport.ratio(loops[0], loops[1]), MOST));
    }
  }

  private static JournaledPool sleepers(FileMedium medium) {
    return new JournaledPool(medium, JournalOptions.STANDARD, SLEEPERS, Population.SMALL_BYTES, Programs.ReadsOneLong.class, options -> options);
  }

  private static JournaledPool loops(FileMedium medium) {
    return new JournaledPool(medium, JournalOptions.STANDARD, 1, ChangePrograms.LOOP_BYTES, ChangePrograms.LoopsThroughWords.class, options -> options);
  }

  /** Records a time. */
  private interface Measured {
    void once(Histogram histogram);
  }

  private static Spread[] alternate(JournalScale scale, int block, Measured ours, Measured floor) {
    Histogram first = TurnLoad.histogram();
    Histogram second = TurnLoad.histogram();
    long nanos = 2L * scale.rounds() * scale.nanos();
    long measured = System.nanoTime() + nanos / 2;
    long end = measured + nanos;
    while (System.nanoTime() < end) {
      if (System.nanoTime() < measured) {
        first.reset();
        second.reset();
      }
      for (int i = 0; i < block; i++) {
        ours.once(first);
      }
      for (int i = 0; i < block; i++) {
        floor.once(second);
      }
    }
    return new Spread[] {Spread.of(first), Spread.of(second)};
  }

  private static final SplittableRandom RANDOM = new SplittableRandom(Sleepers.SEED);

  private static void resume(JournaledPool pool, Histogram histogram) {
    Component component = pool.component(RANDOM.nextInt(pool.count()));
    long start = System.nanoTime();
    component.invoke(Sleepers.NO_REQUEST);
    histogram.recordValue(System.nanoTime() - start);
    component.hibernate();
  }

  private static final ByteBuffer REQUEST = ByteBuffer.allocate(1);

  private static void loop(JournaledPool pool, Histogram histogram) {
    pool.component(0).invoke(REQUEST.rewind());
    histogram.recordValue(ChangePrograms.loopNanos);
  }
}
