package dev.dormouse.bench;

import dev.dormouse.bench.llpl.LlplHeap;
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

/**
 * A block of LLPL's {@code PersistentHeap} is allocated, zeroed and freed: what {@link AllocationBenchmark} is held against. Its
 * JVM needs {@link dev.dormouse.heap.llpl.LlplLibrary#FLAGS}.
 */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LlplBenchmark {
  /** A heap that all threads share. */
  @State(Scope.Benchmark)
  public static class Shared {
    @Param({"64", "4096", "65536"})
    public int sizeBytes;

    @Param({"ORDERING", "FLUSHING", "SYNCING"})
    public LlplHeap.Setting setting;

    /** Blocks of that size that are allocated all the time. */
    @Param({"0", "1000"})
    public int live;

    LlplHeap heap;
    private Scratch scratch;

    @Setup(Level.Trial)
    public void create() {
      scratch = new Scratch();
      heap = LlplHeap.create(scratch.file("llpl.heap"), AllocationBenchmark.POOL_BYTES, setting);
      for (int i = 0; i < live; i++) {
        heap.allocate(sizeBytes);
      }
    }

    @TearDown(Level.Trial)
    public void close() {
      scratch.close();
    }
  }

  /** A thread's own blocks, of which a random one is replaced. */
  @State(Scope.Thread)
  public static class Churn {
    private long[] handles;
    private SplittableRandom random;

    @Setup(Level.Trial)
    public void create(Shared shared, ThreadParams thread) {
      random = new SplittableRandom(thread.getThreadIndex());
      handles = new long[shared.live];
      for (int i = 0; i < handles.length; i++) {
        handles[i] = shared.heap.allocate(shared.sizeBytes);
      }
    }
  }

  /** Frees a random one of the thread's blocks and makes another in its place. */
  @Benchmark
  public long replace(Shared shared, Churn churn) {
    int index = churn.random.nextInt(churn.handles.length);
    shared.heap.free(churn.handles[index]);
    churn.handles[index] = shared.heap.allocate(shared.sizeBytes);
    return churn.handles[index];
  }

  /** Each by itself. A crash before the block is linked from somewhere loses it. */
  @Benchmark
  public long atomic(Shared shared) {
    return shared.heap.allocateAndFree(shared.sizeBytes);
  }

  /** Each in a transaction, in which it could be linked. */
  @Benchmark
  public long inTransactions(Shared shared) {
    return shared.heap.allocateAndFreeInTransactions(shared.sizeBytes);
  }
}
