package dev.dormouse.bench;

import com.sun.management.ThreadMXBean;
import dev.dormouse.bench.JournalReport.Spread;
import dev.dormouse.bench.JournalReport.Verdict;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournalOptions;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import org.HdrHistogram.Histogram;

/** One thread that commits after every turn and waits until it is durable, beside what the disk takes for as many bytes. */
final class CommitLatency {
  private static final String GROUP = "one thread, 256 dirty bytes a turn, each waited for; floor: 512 bytes written to a file that is there";
  private static final String MEMORY = "a turn that does not wait for the disk; floor: on a mapped file";
  private static final String ALLOCATED = "allocated by a turn, beside the same on a mapped file";
  private static final int COMPONENTS = 512;
  private static final int BLOCK = 64;
  private static final int COUNTED_TURNS = 10_000;
  // The least object has 16 bytes; what is seen below that is somebody else's, once.
  private static final double LESS_THAN_ANY_OBJECT = 4;
  private static final double MOST = 1.2;

  private final JournaledPool journaled;
  private final JournaledPool mapped;
  private final ByteBuffer store = ByteBuffer.allocate(1);

  private CommitLatency(JournaledPool journaled, JournaledPool mapped) {
    this.journaled = journaled;
    this.mapped = mapped;
  }

  static void measure(JournalScale scale, JournalReport report) {
    try (JournaledPool journaled = pool(FileMedium.JOURNALED);
        JournaledPool mapped = pool(FileMedium.MAPPED)) {
      CommitLatency latency = new CommitLatency(journaled, mapped);
      latency.waiting(scale, report);
      latency.inMemory(scale, report);
      latency.allocation(report);
    }
  }

  private static JournaledPool pool(FileMedium medium) {
    return new JournaledPool(
        medium, JournalOptions.STANDARD, COMPONENTS, DurableTurns.RECORD_BYTES, ChangePrograms.StoresOrReads.class, options -> options);
  }

  /** Each for a while, one after the other: what ours leaves to be done behind would slow the floor down. */
  private void waiting(JournalScale scale, JournalReport report) {
    Histogram[] seen = {TurnLoad.histogram(), TurnLoad.histogram(), TurnLoad.histogram()};
    try (SyncFloor floor = new SyncFloor()) {
      for (int round = 0; round <= scale.rounds(); round++) {
        if (round == 1) {
          reset(seen);
        }
        repeat(scale.nanos(), seen[0], i -> journaled.component(i % COMPONENTS).invoke(store.rewind()));
        journaled.rest();
        repeat(scale.nanos() / 2, seen[1], i -> floor.writeAndSync());
        repeat(scale.nanos() / 2, seen[2], i -> floor.writeThrough());
      }
    }
    Spread ours = Spread.of(seen[0]);
    Spread synced = Spread.of(seen[1]);
    report.time(GROUP, "a turn; floor: write and fdatasync", ours, synced, Verdict.ratioAtMost(JournalReport.ratio(ours, synced), MOST));
    report.time(GROUP, "a turn; floor: write to a file opened with O_DSYNC", ours, Spread.of(seen[2]));
  }

  private void inMemory(JournalScale scale, JournalReport report) {
    Histogram[] seen = {TurnLoad.histogram(), TurnLoad.histogram(), TurnLoad.histogram(), TurnLoad.histogram(), TurnLoad.histogram()};
    alternate(
        scale.rounds() * scale.nanos(),
        seen,
        i -> journaled.component(i % COMPONENTS).invokeOrdered(store.rewind()),
        i -> mapped.component(i % COMPONENTS).invokeOrdered(store.rewind()),
        i -> journaled.component(i % COMPONENTS).invokeOrdered(Sleepers.NO_REQUEST),
        i -> mapped.component(i % COMPONENTS).invokeOrdered(Sleepers.NO_REQUEST),
        // Between the blocks, so that the ring has room for the next one.
        i -> journaled.store().sync());
    report.time(MEMORY, "256 dirty bytes, ordered", Spread.of(seen[0]), Spread.of(seen[1]));
    report.time(MEMORY, "clean", Spread.of(seen[2]), Spread.of(seen[3]));
  }

  private void allocation(JournalReport report) {
    double journaledClean = allocated(journaled, Sleepers.NO_REQUEST);
    double journaledDirty = allocated(journaled, store);
    report.count(ALLOCATED, "clean", "bytes", journaledClean, allocated(mapped, Sleepers.NO_REQUEST));
    report.count(ALLOCATED, "256 dirty bytes, ordered", "bytes", journaledDirty, allocated(mapped, store));
    double commit = journaledDirty - journaledClean;
    report.count(ALLOCATED, "what the stores and their commit add to that", "bytes", commit, Double.NaN, Verdict.atMost(commit, LESS_THAN_ANY_OBJECT, "0 bytes"));
  }

  /** Blocks of each action in turn, for a while after a warm-up that is half as long. */
  private static void alternate(long nanos, Histogram[] seen, IntConsumer... actions) {
    long measured = System.nanoTime() + nanos / 2;
    long end = measured + nanos;
    boolean warm = false;
    for (int done = 0; System.nanoTime() < end; done += BLOCK) {
      if (!warm && System.nanoTime() >= measured) {
        warm = true;
        reset(seen);
      }
      for (int i = 0; i < actions.length; i++) {
        record(seen[i], done, actions[i]);
      }
    }
  }

  private static void reset(Histogram... histograms) {
    for (Histogram histogram : histograms) {
      histogram.reset();
    }
  }

  private static void repeat(long nanos, Histogram histogram, IntConsumer action) {
    long end = System.nanoTime() + nanos;
    for (int done = 0; System.nanoTime() < end; done += BLOCK) {
      record(histogram, done, action);
    }
  }

  private static void record(Histogram histogram, int first, IntConsumer action) {
    long before = System.nanoTime();
    for (int i = first; i < first + BLOCK; i++) {
      action.accept(i);
      long after = System.nanoTime();
      histogram.recordValue(after - before);
      before = after;
    }
  }

  private static double allocated(JournaledPool pool, ByteBuffer request) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < COUNTED_TURNS; i++) {
      pool.component(i % COMPONENTS).invokeOrdered(request.rewind());
    }
    return (double) (threads.getCurrentThreadAllocatedBytes() - before) / COUNTED_TURNS;
  }
}
