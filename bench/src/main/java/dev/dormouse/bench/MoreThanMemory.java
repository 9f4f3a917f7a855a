package dev.dormouse.bench;

import dev.dormouse.bench.JournalReport.Spread;
import dev.dormouse.bench.JournalReport.Verdict;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournalOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;

/**
 * Many components of 256 KiB, all awake, whose turns change any of their pages: more than is in memory, if the process is given less, and
 * never more private pages than allowed. {@code docs/performance.md} says how to give it less.
 */
final class MoreThanMemory {
  private static final long STATE_BYTES = 256 << 10;
  private static final long PRIVATE_BYTES = 64 << 20;
  private static final double MIB = 1 << 20;
  private static final int TURNS_FOR_A_COMPONENT = 100;
  // Most of them wait for a page to be read.
  private static final int SHARE_OF_TURNS = 20;
  private static final Path STATUS = Path.of("/proc/self/status");

  private MoreThanMemory() {}

  private record Seen(Spread turns, double perSecond, double privateMib, double anonymousMib, double waits, double waitedMillis, int awake, double poolMib) {}

  static void measure(JournalScale scale, JournalReport report) {
    int components = Math.max(1, scale.turns() / TURNS_FOR_A_COMPONENT);
    String group =
        String.format(
            Locale.ROOT, "a turn that waits, 256 bytes at any place, by %d threads, %,d components of 256 KiB, all awake; floor: of 4 KiB",
            scale.mostThreads(), components);
    JournalOptions journal = JournalOptions.STANDARD.withPrivateBytes(PRIVATE_BYTES);
    Seen floor = run(scale, components, DurableTurns.RECORD_BYTES, journal);
    Seen seen = run(scale, components, STATE_BYTES, journal);
    report.time(group, "turn", seen.turns, floor.turns);
    report.count(group, "turns a second", "/s", seen.perSecond, floor.perSecond);
    report.count(group, "awake at the end", "", seen.awake, components, Verdict.atLeast(seen.awake, components, "all"));
    report.count(group, "pool", "MiB", seen.poolMib, floor.poolMib);
    report.count(group, "most private pages", "MiB", seen.privateMib, PRIVATE_BYTES / MIB, Verdict.atMost(seen.privateMib, 1.1 * PRIVATE_BYTES / MIB, "1.1 times what is allowed"));
    report.count(group, "most anonymous memory of the process", "MiB", seen.anonymousMib, floor.anonymousMib);
    report.count(group, "waits for room before a turn", "", seen.waits, floor.waits);
    report.count(group, "they took together", "ms", seen.waitedMillis, floor.waitedMillis);
  }

  private static Seen run(JournalScale scale, int components, long stateBytes, JournalOptions journal) {
    try (JournaledPool pool =
        new JournaledPool(FileMedium.JOURNALED, journal, components, stateBytes, ChangePrograms.StoresThere.class, all -> all.awake(components))) {
      for (int i = 0; i < components; i++) {
        pool.component(i).resume();
      }
      Watch watch = new Watch(pool);
      Thread watching = Thread.ofPlatform().daemon().start(watch);
      long start = System.nanoTime();
      Histogram turns = turns(pool, scale, stateBytes);
      long nanos = System.nanoTime() - start;
      watch.stop.set(true);
      watching.join();
      dev.dormouse.heap.JournalReport now = pool.journal().report();
      return new Seen(
          Spread.of(turns),
          turns.getTotalCount() * 1e9 / nanos,
          watch.privateBytes / MIB,
          watch.anonymousBytes / MIB,
          (double) now.waits(),
          now.waited().toNanos() / 1e6,
          pool.store().awakeCount(),
          pool.media().sizeBytes() / MIB);
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Histogram turns(JournaledPool pool, JournalScale scale, long stateBytes) throws InterruptedException, ExecutionException {
    SplittableRandom seeds = new SplittableRandom(Sleepers.SEED);
    int threads = scale.mostThreads();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Callable<Histogram>> work = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        SplittableRandom random = seeds.split();
        work.add(() -> turns(pool, random, Math.max(1, scale.turns() / SHARE_OF_TURNS / threads), stateBytes));
      }
      Histogram all = TurnLoad.histogram();
      for (Future<Histogram> one : executor.invokeAll(work)) {
        all.add(one.get());
      }
      return all;
    }
  }

  private static Histogram turns(JournaledPool pool, SplittableRandom random, int count, long stateBytes) {
    Histogram taken = TurnLoad.histogram();
    ByteBuffer request = ByteBuffer.allocate(Long.BYTES);
    for (int i = 0; i < count; i++) {
      request.putLong(0, random.nextLong(stateBytes / DurableTurns.CHANGED_BYTES) * DurableTurns.CHANGED_BYTES);
      long start = System.nanoTime();
      pool.component(random.nextInt(pool.count())).invoke(request.rewind());
      taken.recordValue(System.nanoTime() - start);
    }
    return taken;
  }

  /** The most that was seen, looking a hundred times a second. */
  private static final class Watch implements Runnable {
    private static final int PAUSE_MILLIS = 10;

    private final JournaledPool pool;
    private final AtomicBoolean stop = new AtomicBoolean();
    private long privateBytes;
    private long anonymousBytes;

    Watch(JournaledPool pool) {
      this.pool = pool;
    }

    @Override
    public void run() {
      try {
        while (!stop.get()) {
          privateBytes = Math.max(privateBytes, pool.journal().report().privateBytes());
          anonymousBytes = Math.max(anonymousBytes, anonymous());
          Thread.sleep(PAUSE_MILLIS);
        }
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    }

    private static long anonymous() {
      try {
        return Files.readAllLines(STATUS).stream()
            .filter(line -> line.startsWith("RssAnon:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
            .sum();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
