package dev.dormouse.bench;

import dev.dormouse.heap.Pool;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Opening a pool with many extents, and its first allocations. The pool's pages lie in the page cache, the code is warm. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 40)
@Measurement(iterations = 40)
@Fork(1)
public class HeapOpenBenchmark {
  /** A pool that is opened again and again. */
  @State(Scope.Thread)
  public static class Filled {
    @Param({"1000,10000000,roomy,closed", "10000000,10000000,roomy,closed"})
    public String shape;

    FilledPool filled;
    Pool pool;

    @Setup(Level.Trial)
    public void create() {
      filled = FilledPool.create(FilledPool.Shape.parse(shape));
    }

    @TearDown(Level.Invocation)
    public void leave() {
      pool.abandon();
    }

    @TearDown(Level.Trial)
    public void close() {
      filled.close();
    }
  }

  /** One that was just opened. */
  @State(Scope.Thread)
  public static class Opened extends Filled {
    @Setup(Level.Invocation)
    public void open() {
      pool = filled.open();
      pool.begin();
    }
  }

  /** Mapping it, reading its header, finishing its lanes. */
  @Benchmark
  public Pool open(Filled state) {
    state.pool = state.filled.open();
    return state.pool;
  }

  @Benchmark
  public long firstAllocation(Opened state) {
    return state.filled.reserve(state.pool, 0);
  }

  @Benchmark
  public long firstAllocations(Opened state) {
    long sum = 0;
    for (int i = 0; i < FilledPool.ALLOCATIONS; i++) {
      sum += state.filled.reserve(state.pool, i);
    }
    return sum;
  }
}
