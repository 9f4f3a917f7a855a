package dev.dormouse.bench;

import dev.dormouse.component.Component;
import dev.dormouse.component.Program;
import dev.dormouse.emulation.slow.LatencyProfile;
import dev.dormouse.heap.Geometry;
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
 * Resuming, cycles and dirty pages on an emulated slow medium, each beside its floor on the same. What is emulated, and how
 * exactly, stands in the description of the package {@code dev.dormouse.emulation.slow}.
 */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SlowMediaBenchmark {
  /** Sleepers on a slow medium that will read. */
  @State(Scope.Thread)
  public static class Readers {
    @Param({"DRAM", "CXL-class", "Optane-class", "NVMe-backed"})
    public String profile;

    @Param({"256x100000"})
    public String population;

    Sleepers sleepers;

    @Setup(Level.Trial)
    public void create() {
      sleepers = Sleepers.create(Population.parse(population), program(), LatencyProfile.named(profile));
    }

    Class<? extends Program> program() {
      return Programs.ReadsOneLong.class;
    }

    @TearDown(Level.Trial)
    public void close() {
      sleepers.close();
    }
  }

  /** Sleepers that go back to sleep outside of the measured time. */
  @State(Scope.Thread)
  public static class Asleep extends Readers {
    Component awake;

    @TearDown(Level.Invocation)
    public void sleepAgain() {
      awake.hibernate();
    }
  }

  /** Sleepers that will write a line. */
  @State(Scope.Thread)
  public static class Writers extends Readers {
    @Override
    Class<? extends Program> program() {
      return Programs.WritesOneLine.class;
    }
  }

  /** A component whose state is as many pages. */
  @State(Scope.Thread)
  public static class Pages {
    @Param({"DRAM", "CXL-class", "Optane-class", "NVMe-backed"})
    public String profile;

    @Param({"1", "64"})
    public int pages;

    Component component;
    private Sleepers sleepers;

    @Setup(Level.Trial)
    public void create() {
      sleepers = Sleepers.create(population(pages), Programs.DeclaresPages.class, LatencyProfile.named(profile));
      component = sleepers.nextById();
    }

    static Population population(int pages) {
      return Population.of((long) pages * Geometry.PAGE_BYTES, 1_000);
    }

    @TearDown(Level.Trial)
    public void close() {
      sleepers.close();
    }
  }

  /** The same population on a bare medium that is as slow. */
  @State(Scope.Thread)
  public static class Bare {
    @Param({"DRAM", "CXL-class", "Optane-class", "NVMe-backed"})
    public String profile;

    @Param({"256x100000"})
    public String population;

    BareMedia media;

    @Setup(Level.Trial)
    public void create() {
      media = new BareMedia(Population.parse(population), LatencyProfile.named(profile));
    }

    @TearDown(Level.Trial)
    public void close() {
      media.close();
    }
  }

  /** The same pages on a bare medium. */
  @State(Scope.Thread)
  public static class BarePages {
    @Param({"DRAM", "CXL-class", "Optane-class", "NVMe-backed"})
    public String profile;

    @Param({"1", "64"})
    public int pages;

    BareMedia media;

    @Setup(Level.Trial)
    public void create() {
      media = new BareMedia(Pages.population(pages), LatencyProfile.named(profile));
    }

    @TearDown(Level.Trial)
    public void close() {
      media.close();
    }
  }

  @Benchmark
  public ByteBuffer resume(Asleep asleep) {
    asleep.awake = asleep.sleepers.nextById();
    return asleep.awake.invoke(Sleepers.NO_REQUEST);
  }

  /** Claims a record and reads its state. */
  @Benchmark
  public long floorResume(Bare bare) {
    return bare.media.wake(bare.media.nextRecord());
  }

  @Benchmark
  public void dirtyCycle(Writers writers) {
    Component component = writers.sleepers.nextById();
    component.invoke(Sleepers.NO_REQUEST);
    component.hibernate();
  }

  /** Claim, three persists of a line and a sync, give back. */
  @Benchmark
  public void floorDirtyCycle(Bare bare) {
    long record = bare.media.nextRecord();
    bare.media.claim(record);
    bare.media.persistThreeLines(record);
    bare.media.claim(record);
  }

  @Benchmark
  public ByteBuffer dirtyPages(Pages pages) {
    return pages.component.invoke(Sleepers.NO_REQUEST);
  }

  /** Copy and persist, store and persist, sync. */
  @Benchmark
  public void floorDirtyPages(BarePages bare) {
    bare.media.copyAndStore();
  }
}
