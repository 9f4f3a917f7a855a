package dev.dormouse.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * What threads did in a while, each with turns of its own.
 *
 * @param wallNanos until all of it is in its place
 * @param cpuNanos processor time of the whole process, whoever used it
 */
record TurnLoad(long turns, long wallNanos, long cpuNanos, Histogram latencies) {
  private static final int DIGITS = 3;

  static long processCpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  static Histogram histogram() {
    return new Histogram(DIGITS);
  }

  /**
   * Has as many threads run turns for a while, each at keys of its own in a shuffled order. What it finds must be what was stored there.
   *
   * @param stored by key and place, what was stored there last
   */
  static TurnLoad run(DurableTurns turns, long[] stored, int threads, long nanos) {
    int[] order = Sleepers.shuffled(stored.length / DurableTurns.PLACES);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      CyclicBarrier start = new CyclicBarrier(threads + 1);
      List<Future<Histogram>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        running.add(
            executor.submit(
                () -> {
                  try (DurableTurns.Turner turner = turns.turner()) {
                    start.await();
                    return work(turner, stored, order, thread, threads, nanos);
                  }
                }));
      }
      start.await();
      long startNanos = System.nanoTime();
      long startCpu = processCpuNanos();
      Histogram all = histogram();
      for (Future<Histogram> one : running) {
        all.add(one.get());
      }
      turns.rest();
      return new TurnLoad(all.getTotalCount(), System.nanoTime() - startNanos, processCpuNanos() - startCpu, all);
    } catch (InterruptedException | ExecutionException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Histogram work(DurableTurns.Turner turner, long[] stored, int[] order, int thread, int threads, long nanos) {
    Histogram histogram = histogram();
    long end = System.nanoTime() + nanos;
    int next = thread;
    int place = 0;
    for (long before = System.nanoTime(); before < end; ) {
      int key = order[next];
      int at = key * DurableTurns.PLACES + place;
      long found = turner.turn(key, place, stored[at] + 1);
      long after = System.nanoTime();
      histogram.recordValue(after - before);
      before = after;
      if (found != stored[at]) {
        throw new IllegalStateException("record " + key + " holds " + found + " at place " + place + ", and " + stored[at] + " was stored");
      }
      stored[at]++;
      next += threads;
      if (next >= order.length) {
        next = thread;
        place = (place + 1) % DurableTurns.PLACES;
      }
    }
    return histogram;
  }

  /** With what the same did in another round. */
  TurnLoad and(TurnLoad other) {
    Histogram both = latencies.copy();
    both.add(other.latencies);
    return new TurnLoad(turns + other.turns, wallNanos + other.wallNanos, cpuNanos + other.cpuNanos, both);
  }

  double perSecond() {
    return turns * 1e9 / wallNanos;
  }

  /** How many processors were busy. */
  double busyProcessors() {
    return (double) cpuNanos / wallNanos;
  }
}
