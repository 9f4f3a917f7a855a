package dev.dormouse.bench;

import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.JournalOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntSupplier;

/** How many bytes reach the disk for a byte that was committed, in journal and pool, until the store is closed. */
final class WriteAmplification {
  private static final ByteBuffer STORE = ByteBuffer.allocate(1);
  private static final double ZIPF = 0.99;

  private WriteAmplification() {}

  static void measure(JournalScale scale, JournalReport report) {
    JournalOptions journal = JournalOptions.STANDARD;
    measure(scale, report, journal, "random", () -> uniform(scale.population()));
    measure(scale, report, journal, "skewed (Zipf 0.99)", () -> skewed(scale.population()));
    report.note(
        "what is written is counted in pages of 4 KiB, as file systems write: of the journal one for each sync that reaches it, of the pool"
            + " one for each round of migration that changes something in it, until all of the turns is in the pool");
  }

  /** Makes what chooses the next component, for one thread. */
  private interface Choice {
    IntSupplier begin();
  }

  private static void measure(JournalScale scale, JournalReport report, JournalOptions options, String how, Choice choice) {
    String group =
        String.format(
            Locale.ROOT,
            "written for a committed byte, 256 of them in a turn, %,d turns by %d threads among %,d components of 4 KiB, journal %d MiB",
            scale.turns(),
            scale.mostThreads(),
            scale.population(),
            options.journalBytes() >> 20);
    try (JournaledPool pool =
        new JournaledPool(
            FileMedium.JOURNALED, options, scale.population(), DurableTurns.RECORD_BYTES, ChangePrograms.StoresOrReads.class, all -> all)) {
      Journal written = pool.journal();
      long tail = written.tail();
      long start = System.nanoTime();
      int turns = run(pool, scale, choice);
      long nanos = System.nanoTime() - start;
      double committed = (double) turns * DurableTurns.CHANGED_BYTES;
      double journaled = written.tail() - tail;
      double waits = written.waits();
      pool.settle();
      double journalPages = (double) written.writtenPages() * Geometry.PAGE_BYTES;
      double homePages = (double) written.homePages() * Geometry.PAGE_BYTES;
      report.count(group, how + ", records of the journal", "", journaled / committed, Double.NaN);
      report.count(group, how + ", pages of the journal", "", journalPages / committed, Double.NaN);
      report.count(group, how + ", pages of the pool", "", homePages / committed, Double.NaN);
      report.count(group, how + ", all pages", "", (journalPages + homePages) / committed, Double.NaN);
      report.count(group, how + ", commits a second", "/s", turns * 1e9 / nanos, Double.NaN);
      report.count(group, how + ", waits for room in the journal", "", waits, Double.NaN);
    }
  }

  private static int run(JournaledPool pool, JournalScale scale, Choice choice) {
    int threads = scale.mostThreads();
    int each = scale.turns() / threads;
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Callable<Void>> work = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        IntSupplier next = choice.begin();
        work.add(
            () -> {
              for (int turn = 0; turn < each; turn++) {
                pool.component(next.getAsInt()).invoke(STORE.duplicate());
              }
              return null;
            });
      }
      for (Future<Void> done : executor.invokeAll(work)) {
        done.get();
      }
      return each * threads;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final SplittableRandom SEEDS = new SplittableRandom(Sleepers.SEED);

  private static IntSupplier uniform(int count) {
    SplittableRandom random = SEEDS.split();
    return () -> random.nextInt(count);
  }

  /** The i-th most frequent of them with a probability of 1 / i^0.99, shuffled. */
  private static IntSupplier skewed(int count) {
    SplittableRandom random = SEEDS.split();
    double[] upTo = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.pow(i + 1, -ZIPF);
      upTo[i] = sum;
    }
    double all = sum;
    int[] order = Sleepers.shuffled(count);
    return () -> {
      int found = Arrays.binarySearch(upTo, random.nextDouble() * all);
      return order[Math.min(found < 0 ? -found - 1 : found, count - 1)];
    };
  }
}
