package dev.dormouse.bench;

import dev.dormouse.component.Component;
import dev.dormouse.component.Program;
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

/** A whole life awake: wake a sleeper, run one turn that reads or that writes 64 bytes, commit, sleep. */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CycleBenchmark {
  /** Sleepers that will read. */
  @State(Scope.Thread)
  public static class Readers {
    @Param({"256x1000", "256x1000000"})
    public String population;

    Sleepers sleepers;

    @Setup(Level.Trial)
    public void create() {
      sleepers = Sleepers.create(Population.parse(population), program());
    }

    Class<? extends Program> program() {
      return Programs.ReadsOneLong.class;
    }

    @TearDown(Level.Trial)
    public void close() {
      sleepers.close();
    }
  }

  /** Sleepers that will write. */
  @State(Scope.Thread)
  public static class Writers extends Readers {
    @Override
    Class<? extends Program> program() {
      return Programs.WritesOneLine.class;
    }
  }

  /** The same population in a bare mapping. */
  @State(Scope.Thread)
  public static class Bare {
    @Param({"256x1000", "256x1000000"})
    public String population;

    BareMapping mapping;

    @Setup(Level.Trial)
    public void create() {
      mapping = new BareMapping(Population.parse(population));
    }

    @TearDown(Level.Trial)
    public void close() {
      mapping.close();
    }
  }

  @Benchmark
  public void clean(Readers readers) {
    cycle(readers.sleepers);
  }

  @Benchmark
  public void dirty(Writers writers) {
    cycle(writers.sleepers);
  }

  private static void cycle(Sleepers sleepers) {
    Component component = sleepers.nextById();
    component.invoke(Sleepers.NO_REQUEST);
    component.hibernate();
  }

  /** Claim, read, give back. */
  @Benchmark
  public long floorClean(Bare bare) {
    long record = bare.mapping.nextRecord();
    long read = bare.mapping.wake(record);
    bare.mapping.claim(record);
    return read;
  }

  /** Claim, three persists of a line, give back. */
  @Benchmark
  public void floorDirty(Bare bare) {
    long record = bare.mapping.nextRecord();
    bare.mapping.claim(record);
    bare.mapping.persistThreeLines(record);
    bare.mapping.claim(record);
  }
}
