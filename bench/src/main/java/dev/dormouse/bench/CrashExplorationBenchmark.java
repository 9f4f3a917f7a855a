package dev.dormouse.bench;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.PersistencyModel;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Whole crash explorations of a pool of 1 MiB, by one thread. The figure is the counter {@code states}: the states that
 * differed from all before in content or marks, those inside recoveries included, each recovered and checked. It is to be
 * divided by the counter {@code cpuNanos}, the time that the thread had the processor: a rate of one core, on a shared machine too.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class CrashExplorationBenchmark {
  /** The counters' names. */
  static final String STATES = "states";

  static final String CPU_NANOS = "cpuNanos";

  /** How far to explore. */
  @State(Scope.Thread)
  public static class Depth {
    @Param({"0", "1"})
    public int recoveryDepth;

    /** At each point of the scenario. */
    @Param({"1024"})
    public int images;

    CrashOptions options() {
      return CrashOptions.of(PersistencyModel.PX86).withImages(images, 32).withRecoveryDepth(recoveryDepth);
    }
  }

  /** Epochs on lanes. */
  @State(Scope.Thread)
  public static class Epochs {
    ExploredEpochs epochs;

    @Setup(Level.Trial)
    public void create() {
      epochs = new ExploredEpochs();
    }
  }

  /** Turns of components. */
  @State(Scope.Thread)
  public static class Store {
    ExploredStore store;

    @Setup(Level.Trial)
    public void create() {
      store = new ExploredStore();
    }
  }

  /** What was explored. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Explored {
    public long states;
    public long cpuNanos;

    @Setup(Level.Iteration)
    public void reset() {
      states = 0;
      cpuNanos = 0;
    }

    CrashReport explore(Supplier<CrashReport> exploration) {
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadCpuTime();
      CrashReport report = exploration.get();
      cpuNanos += threads.getCurrentThreadCpuTime() - before;
      report.requireClean();
      states += report.distinctStates() + report.recoveryStates();
      return report;
    }
  }

  /** Recovery of the lanes, and a look at what the epochs touched. */
  @Benchmark
  public CrashReport incremental(Epochs state, Depth depth, Explored explored) {
    ExploredEpochs epochs = state.epochs;
    return explored.explore(
        () -> CrashExplorer.explore(epochs.image(), epochs::run, epochs::recover, epochs::checkTouched, depth.options()));
  }

  /** The same, and a proof of the whole pool. */
  @Benchmark
  public CrashReport fullVerify(Epochs state, Depth depth, Explored explored) {
    ExploredEpochs epochs = state.epochs;
    return explored.explore(
        () -> CrashExplorer.explore(
            epochs.image(),
            epochs::run,
            epochs::recover,
            (recovered, marks) -> {
              epochs.verifyAll(recovered);
              epochs.checkTouched(recovered, marks);
            },
            depth.options()));
  }

  /** A store that is opened, recovered, begun and closed, and verified with its directory, records and symbols. */
  @Benchmark
  public CrashReport storeVerify(Store state, Depth depth, Explored explored) {
    ExploredStore store = state.store;
    return explored.explore(
        () -> CrashExplorer.explore(
            store.image(), store::run, store::recover, (recovered, marks) -> store.verify(recovered), depth.options()));
  }

  /** The same epochs with a recovery that looks at one word and changes nothing: what the explorer itself takes. */
  @Benchmark
  public CrashReport floor(Epochs state, Depth depth, Explored explored) {
    ExploredEpochs epochs = state.epochs;
    return explored.explore(
        () -> CrashExplorer.explore(
            epochs.image(),
            epochs::run,
            media -> requireSomething(media.getLong(0)),
            (recovered, marks) -> requireSomething(recovered.getLong(0)),
            depth.options()));
  }

  private static void requireSomething(long firstWord) {
    if (firstWord == 0) {
      throw new AssertionError("the pool's first word is gone");
    }
  }
}
