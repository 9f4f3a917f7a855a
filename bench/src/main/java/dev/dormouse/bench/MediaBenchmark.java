package dev.dormouse.bench;

import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.Program;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
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

/** What a medium costs, by itself and below a store. */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MediaBenchmark {
  /** What the media need of the JVM that measures them. */
  static final List<String> FLAGS =
      List.of(
          "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED");

  private static final int AREA_BYTES = 1 << 20;
  private static final int PAGE_BYTES = 4096;
  static final int TOUCHED_BYTES = 16 << 20;
  static final int TOUCHED_PAGES = TOUCHED_BYTES / PAGE_BYTES;

  /** A medium, and an area of it that is written through from one end to the other, again and again. */
  @State(Scope.Thread)
  public static class Written {
    @Param("MAPPED")
    public String medium;

    Media media;
    long areaOffset;
    int next;
    private final Scratch scratch = new Scratch();
    private Pool pool;

    @Setup(Level.Trial)
    public void create() {
      pool = BenchMedium.parse(medium).createPool(scratch.file("written.pool"), 16L * AREA_BYTES);
      media = pool.media();
      areaOffset = pool.header().geometry().arenaOffset();
      media.fill(areaOffset, AREA_BYTES, (byte) 0);
      media.persist(areaOffset, AREA_BYTES);
    }

    /** The offset of the next piece of the area. */
    long advance(int bytes) {
      int current = next;
      next = (current + bytes) % AREA_BYTES;
      return areaOffset + current;
    }

    @TearDown(Level.Trial)
    public void close() {
      pool.abandon();
      scratch.close();
    }
  }

  /** Sleepers in a store on a medium, that will write a line. */
  @State(Scope.Thread)
  public static class Writers {
    @Param("MAPPED")
    public String medium;

    @Param("256x10000")
    public String population;

    Sleepers sleepers;

    @Setup(Level.Trial)
    public void create() {
      sleepers = Sleepers.create(Population.parse(population), program(), BenchMedium.parse(medium));
    }

    Class<? extends Program> program() {
      return Programs.WritesOneLine.class;
    }

    @TearDown(Level.Trial)
    public void close() {
      sleepers.close();
    }
  }

  /** Sleepers that will read, and go back to sleep outside of the measured time. */
  @State(Scope.Thread)
  public static class Readers extends Writers {
    Component awake;

    @Override
    Class<? extends Program> program() {
      return Programs.ReadsOneLong.class;
    }

    @TearDown(Level.Invocation)
    public void sleepAgain() {
      awake.hibernate();
    }
  }

  /** The same population on the same medium, without a store. */
  @State(Scope.Thread)
  public static class Bare {
    @Param("MAPPED")
    public String medium;

    @Param("256x10000")
    public String population;

    BareMedia media;

    @Setup(Level.Trial)
    public void create() {
      media = new BareMedia(Population.parse(population), BenchMedium.parse(medium));
    }

    @TearDown(Level.Trial)
    public void close() {
      media.close();
    }
  }

  /** A closed pool. */
  @State(Scope.Thread)
  public static class Closed {
    @Param("MAPPED")
    public String medium;

    @Param("256x10000")
    public String population;

    BenchMedium on;
    Path pool;
    ProcessStore store;
    private Sleepers sleepers;

    @Setup(Level.Trial)
    public void create() {
      on = BenchMedium.parse(medium);
      sleepers = Sleepers.create(Population.parse(population), Programs.ReadsOneLong.class, on);
      sleepers.store().close();
      pool = sleepers.pool();
    }

    @TearDown(Level.Invocation)
    public void closeStore() {
      store.close();
    }

    @TearDown(Level.Trial)
    public void close() {
      sleepers.close();
    }
  }

  /** A file that was just mapped, and whose pages are in the page cache. */
  @State(Scope.Thread)
  public static class Untouched {
    Media media;
    private final Scratch scratch = new Scratch();
    private final Path file = scratch.file("untouched");

    @Setup(Level.Trial)
    public void create() {
      MappedMedia.create(file, TOUCHED_BYTES).close();
    }

    @Setup(Level.Invocation)
    public void open() {
      media = MappedMedia.open(file, TOUCHED_BYTES);
    }

    @TearDown(Level.Invocation)
    public void closeMedia() {
      media.close();
    }

    @TearDown(Level.Trial)
    public void close() {
      scratch.close();
    }
  }

  /** The same, its pages reached once before the time is taken. */
  @State(Scope.Thread)
  public static class Touched extends Untouched {
    @Override
    public void open() {
      super.open();
      media.populate(0, TOUCHED_BYTES);
    }
  }

  /** Eight bytes stored to a line that was not stored to lately, and persisted. */
  @Benchmark
  public void persistLine(Written written) {
    long offset = written.advance(Media.LINE_BYTES);
    written.media.putLong(offset, offset);
    written.media.persist(offset, Long.BYTES);
  }

  /** The same store and a fence. */
  @Benchmark
  public void floorStoreLine(Written written) {
    long offset = written.advance(Media.LINE_BYTES);
    written.media.putLong(offset, offset);
    written.media.fence();
  }

  /** Every line of a page stored to, and persisted. */
  @Benchmark
  public void persistPage(Written written) {
    long offset = written.advance(PAGE_BYTES);
    written.media.fill(offset, PAGE_BYTES, (byte) offset);
    written.media.persist(offset, PAGE_BYTES);
  }

  /** The same stores and a fence. */
  @Benchmark
  public void floorStorePage(Written written) {
    long offset = written.advance(PAGE_BYTES);
    written.media.fill(offset, PAGE_BYTES, (byte) offset);
    written.media.fence();
  }

  @Benchmark
  public ByteBuffer resume(Readers readers) {
    readers.awake = readers.sleepers.nextById();
    return readers.awake.invoke(Sleepers.NO_REQUEST);
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

  /** Claim, three persists of a line, give back. */
  @Benchmark
  public void floorDirtyCycle(Bare bare) {
    long record = bare.media.nextRecord();
    bare.media.claim(record);
    bare.media.persistThreeLines(record);
    bare.media.claim(record);
  }

  @Benchmark
  public String prefault(Untouched untouched) {
    return untouched.media.populate(0, TOUCHED_BYTES);
  }

  @Benchmark
  public void touch(Untouched untouched) {
    storeToEachPage(untouched.media);
  }

  @Benchmark
  public void touchPrefaulted(Touched touched) {
    storeToEachPage(touched.media);
  }

  private static void storeToEachPage(Media media) {
    for (long at = 0; at < TOUCHED_BYTES; at += PAGE_BYTES) {
      media.putLong(at, at);
    }
  }

  @Benchmark
  public ProcessStore open(Closed closed) {
    closed.store = closed.on.open(closed.pool, StoreOptions.existing());
    return closed.store;
  }
}
