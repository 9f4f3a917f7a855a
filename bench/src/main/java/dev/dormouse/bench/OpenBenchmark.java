package dev.dormouse.bench;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.heap.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

/**
 * Opening a pool whose pages lie in the page cache: after a clean close, and as a killed process left it, with turns running
 * in its lanes. The code is warm; what a JVM pays for its first open is class loading and not measured here.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 100)
@Measurement(iterations = 100)
@Fork(1)
public class OpenBenchmark {
  private static final int HEADERS_BYTES = 2 * Geometry.PAGE_BYTES;

  /** A pool that was closed. */
  @State(Scope.Thread)
  public static class Closed {
    @Param({"1000", "1000000"})
    public int components;

    Path pool;
    ProcessStore store;
    private ClosedPool files;

    @Setup(Level.Trial)
    public void create() {
      files = ClosedPool.create(Population.of(Population.SMALL_BYTES, components));
      pool = files.path();
    }

    @TearDown(Level.Invocation)
    public void closeStore() {
      store.close();
    }

    @TearDown(Level.Trial)
    public void close() {
      files.close();
    }
  }

  /** A pool as a kill left it, again and again. */
  @State(Scope.Thread)
  public static class Killed {
    @Param({"1000", "1000000"})
    public int components;

    @Param({"1", "63"})
    public int runningTurns;

    Path pool;
    ProcessStore store;
    private KilledPool files;

    @Setup(Level.Trial)
    public void create() {
      files = KilledPool.create(Population.of(Population.SMALL_BYTES, components), runningTurns);
      pool = files.path();
    }

    @Setup(Level.Invocation)
    public void kill() {
      files.restore();
    }

    @TearDown(Level.Invocation)
    public void closeStore() {
      if (store.opening().recovery().lanesRolledBack() != runningTurns) {
        throw new IllegalStateException(
            runningTurns + " running turns expected; the store says " + store.opening());
      }
      store.close();
    }

    @TearDown(Level.Trial)
    public void close() {
      files.close();
    }
  }

  /** A file with the headers of a closed pool, as large as the others. */
  @State(Scope.Thread)
  public static class Bare {
    @Param({"1000", "1000000"})
    public int components;

    final ByteBuffer headers = ByteBuffer.allocateDirect(HEADERS_BYTES);
    Path pool;
    private ClosedPool files;

    @Setup(Level.Trial)
    public void create() {
      files = ClosedPool.createEmpty(Population.of(Population.SMALL_BYTES, components));
      pool = files.path();
    }

    @TearDown(Level.Trial)
    public void close() {
      files.close();
    }
  }

  @Benchmark
  public ProcessStore afterClose(Closed closed) {
    closed.store = ProcessStore.open(closed.pool);
    return closed.store;
  }

  @Benchmark
  public ProcessStore afterKill(Killed killed) {
    killed.store = ProcessStore.open(killed.pool);
    return killed.store;
  }

  /** Reading the two pages that hold the headers. */
  @Benchmark
  public ByteBuffer floor(Bare bare) throws IOException {
    try (FileChannel channel = FileChannel.open(bare.pool, StandardOpenOption.READ)) {
      bare.headers.clear();
      channel.read(bare.headers, 0);
      return bare.headers;
    }
  }
}
