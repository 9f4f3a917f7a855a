package dev.dormouse.bench;

import dev.dormouse.heap.Extent;
import java.util.SplittableRandom;
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
import org.openjdk.jmh.infra.ThreadParams;

/** An extent is allocated, zeroed, committed, freed, and that is committed. */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AllocationBenchmark {
  /** How long the files of all sides are. */
  static final long POOL_BYTES = 256L << 20;

  private static final int PLACES = 1000;

  /** A pool that all threads share. */
  @State(Scope.Benchmark)
  public static class Shared {
    @Param({"64", "4096", "65536"})
    public int sizeBytes;

    /** Extents of that size that are owned all the time. */
    @Param({"0", "1000"})
    public int live;

    LanedPool pool;

    @Setup(Level.Trial)
    public void create() {
      pool = new LanedPool(POOL_BYTES);
      for (int i = 0; i < live; i++) {
        pool.allocate(sizeBytes);
      }
    }

    @TearDown(Level.Trial)
    public void close() {
      pool.close();
    }
  }

  /** A thread's own extents, of which a random one is replaced. */
  @State(Scope.Thread)
  public static class Churn {
    private Extent[] extents;
    private SplittableRandom random;

    @Setup(Level.Trial)
    public void create(Shared shared, ThreadParams thread) {
      random = new SplittableRandom(thread.getThreadIndex());
      extents = new Extent[shared.live];
      for (int i = 0; i < extents.length; i++) {
        extents[i] = shared.pool.allocate(shared.sizeBytes);
      }
    }
  }

  /** A mapping of the same length. */
  @State(Scope.Thread)
  public static class Bare {
    @Param({"64", "4096", "65536"})
    public int sizeBytes;

    BareMapping mapping;
    private SplittableRandom random;

    @Setup(Level.Trial)
    public void create(ThreadParams thread) {
      mapping = new BareMapping(POOL_BYTES);
      random = new SplittableRandom(thread.getThreadIndex());
    }

    @TearDown(Level.Trial)
    public void close() {
      mapping.close();
    }
  }

  /** By two epochs. */
  @Benchmark
  public long byEpochs(Shared shared) {
    Extent extent = shared.pool.allocate(shared.sizeBytes);
    shared.pool.free(extent);
    return extent.offset();
  }

  /** By two epochs, of which the first frees a random one of the thread's extents and the second makes another in its place. */
  @Benchmark
  public long replaceByEpochs(Shared shared, Churn churn) {
    int index = churn.random.nextInt(churn.extents.length);
    shared.pool.free(churn.extents[index]);
    churn.extents[index] = shared.pool.allocate(shared.sizeBytes);
    return churn.extents[index].offset();
  }

  /** By the heap alone: nothing is logged, so a crash could lose what was published. */
  @Benchmark
  public long byHeap(Shared shared) {
    Extent extent = shared.pool.own(shared.sizeBytes);
    shared.pool.disown(extent);
    return extent.offset();
  }

  /** The bytes zeroed, and twice three lines stored in order: log, owner and commit word at the least, both times. */
  @Benchmark
  public void floor(Bare bare) {
    bare.mapping.zero(bare.sizeBytes);
    bare.mapping.persistThreeLines();
    bare.mapping.persistThreeLines();
  }

  /** The same, with the bytes at a random one of a thousand places: processors may share the way to the memory. */
  @Benchmark
  public void floorAtRandom(Bare bare) {
    bare.mapping.zero((long) bare.random.nextInt(PLACES) * bare.sizeBytes, bare.sizeBytes);
    bare.mapping.persistThreeLines();
    bare.mapping.persistThreeLines();
  }
}
