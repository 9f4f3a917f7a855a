package dev.dormouse.bench;

import dev.dormouse.component.Component;
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

/**
 * From a sleeper's id or name to the first read of its own state: a whole turn of a program that reads 8 bytes. Going back to
 * sleep happens outside the measured time. Each figure holds two reads of the clock, which {@link #clockAlone} shows.
 */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ResumeBenchmark {
  /** Sleepers in a store. */
  @State(Scope.Thread)
  public static class Asleep {
    @Param({
      "256x1", "256x1000", "256x1000000", "4096x1", "4096x1000", "4096x1000000", "1048576x1", "1048576x1000000", "67108864x1",
      "67108864x1000000"
    })
    public String population;

    Sleepers sleepers;
    Component awake;

    @Setup(Level.Trial)
    public void create() {
      sleepers = Sleepers.create(Population.parse(population), Programs.ReadsOneLong.class);
    }

    @TearDown(Level.Invocation)
    public void sleepAgain() {
      awake.hibernate();
    }

    @TearDown(Level.Trial)
    public void close() {
      sleepers.close();
    }
  }

  /** The same population in a bare mapping. */
  @State(Scope.Thread)
  public static class Bare {
    @Param({"256x1000000"})
    public String population;

    BareMapping mapping;
    long record;

    @Setup(Level.Trial)
    public void create() {
      mapping = new BareMapping(Population.parse(population));
    }

    @TearDown(Level.Invocation)
    public void giveBack() {
      mapping.claim(record);
    }

    @TearDown(Level.Trial)
    public void close() {
      mapping.close();
    }
  }

  /** Makes the harness do for {@link #clockAlone} what it does for the others. */
  @State(Scope.Thread)
  public static class Nothing {
    long count;

    @TearDown(Level.Invocation)
    public void tearDown() {
      count++;
    }
  }

  @Benchmark
  public ByteBuffer byId(Asleep asleep) {
    asleep.awake = asleep.sleepers.nextById();
    return asleep.awake.invoke(Sleepers.NO_REQUEST);
  }

  @Benchmark
  public ByteBuffer byName(Asleep asleep) {
    asleep.awake = asleep.sleepers.nextByName();
    return asleep.awake.invoke(Sleepers.NO_REQUEST);
  }

  @Benchmark
  public long floor(Bare bare) {
    bare.record = bare.mapping.nextRecord();
    return bare.mapping.wake(bare.record);
  }

  @Benchmark
  public long clockAlone(Nothing nothing) {
    return nothing.count;
  }
}
