package dev.dormouse.bench;

import dev.dormouse.component.Component;
import dev.dormouse.component.Program;
import dev.dormouse.heap.Geometry;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
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

/** One turn of a component that is awake and dirties whole pages: what undo and commit add to copying the same bytes. */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DirtyPagesBenchmark {
  private static final int OTHERS = 1_000;
  private static final int PAGE_BYTES = Geometry.PAGE_BYTES;

  /** A component whose state is as many pages, declared in one go. */
  @State(Scope.Thread)
  public static class Declared {
    @Param({"1", "16", "256", "4096"})
    public int pages;

    Component component;
    private Sleepers sleepers;

    @Setup(Level.Trial)
    public void create() {
      sleepers = Sleepers.create(Population.of((long) pages * PAGE_BYTES, OTHERS), program());
      component = sleepers.nextById();
    }

    Class<? extends Program> program() {
      return Programs.DeclaresPages.class;
    }

    @TearDown(Level.Trial)
    public void close() {
      sleepers.close();
    }
  }

  /** The same, overwritten page by page. */
  @State(Scope.Thread)
  public static class Overwritten extends Declared {
    @Override
    Class<? extends Program> program() {
      return Programs.OverwritesPages.class;
    }
  }

  /** The same bytes in a bare mapping: where they are, and where they are copied to. */
  @State(Scope.Thread)
  public static class Bare {
    @Param({"1", "16", "256", "4096"})
    public int pages;

    final byte[] page = new byte[PAGE_BYTES];
    MemorySegment state;
    MemorySegment log;
    private BareMapping mapping;

    @Setup(Level.Trial)
    public void create() {
      long length = (long) pages * PAGE_BYTES;
      mapping = new BareMapping(Population.of(length, OTHERS).poolBytes());
      state = mapping.memory().asSlice(length, length);
      log = mapping.memory().asSlice(3 * length, length);
    }

    @TearDown(Level.Trial)
    public void close() {
      mapping.close();
    }
  }

  @Benchmark
  public ByteBuffer undoAndCommit(Declared declared) {
    return declared.component.invoke(Sleepers.NO_REQUEST);
  }

  /** One copy of the bytes and a fence. */
  @Benchmark
  public void floorCopy(Bare bare) {
    MemorySegment.copy(bare.state, 0, bare.log, 0, bare.state.byteSize());
    VarHandle.releaseFence();
    for (long at = 0; at < bare.state.byteSize(); at += PAGE_BYTES) {
      bare.state.set(ValueLayout.JAVA_LONG, at, at);
    }
    VarHandle.releaseFence();
  }

  @Benchmark
  public ByteBuffer overwrite(Overwritten overwritten) {
    return overwritten.component.invoke(Sleepers.NO_REQUEST);
  }

  /** Each page copied away and then overwritten, with a fence between. */
  @Benchmark
  public void floorCopyAndOverwrite(Bare bare) {
    for (long at = 0; at < bare.state.byteSize(); at += PAGE_BYTES) {
      MemorySegment.copy(bare.state, at, bare.log, at, PAGE_BYTES);
      VarHandle.releaseFence();
      MemorySegment.copy(bare.page, 0, bare.state, ValueLayout.JAVA_BYTE, at, PAGE_BYTES);
    }
    VarHandle.releaseFence();
  }
}
