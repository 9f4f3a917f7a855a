package dev.dormouse.bench;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.region.DeclaredRange;
import dev.dormouse.region.Holder;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionRights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Access to a region whose granules are ready to be stored to, against a bare mapped segment. An operation is a sweep over
 * {@value #REGION_BYTES} bytes, or {@value #RANDOM_STORES} stores at random, so that percentiles can be had of times as short
 * as these. The epoch stays open over the iteration; its undo log is not part of the figure.
 */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RegionAccessBenchmark {
  static final int REGION_BYTES = 1 << 20;
  static final int RANDOM_STORES = 1 << 14;

  private static final int SMALL_BYTES = 4096;
  private static final int ELEMENT_COUNT = REGION_BYTES / Long.BYTES;
  private static final long POOL_BYTES = 64L << 20;
  private static final Owner OWNER = new Owner(1, 0);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private record Owner(long birth, long recordOffset) implements Holder {}

  /** A view of a region, for as long as an iteration lasts. */
  @State(Scope.Thread)
  public static class Attached {
    final byte[] source = new byte[REGION_BYTES];
    final int[] offsets = randomOffsets();
    Region region;
    private Scratch scratch;
    private Pool pool;
    private Lanes lanes;
    private Epoch epoch;

    @Setup(Level.Trial)
    public void create() {
      scratch = new Scratch();
      BootIdentity boot = BootIdentity.ofThisMachine();
      pool =
          Pool.create(
              scratch.file("region.pool"),
              Geometry.forNewPool(POOL_BYTES),
              boot,
              unborn -> {
                Lanes.format(unborn);
                return PoolHeader.Roots.NONE;
              });
      pool.begin();
      lanes = new Lanes(pool, 1);
    }

    // A view belongs to the thread that runs the turn, so it is made where the iteration runs.
    @Setup(Level.Iteration)
    public void attach() {
      epoch = lanes.lease();
      Extent extent = epoch.allocate(REGION_BYTES, OWNER.birth());
      region = new Region(pool.media(), epoch, OWNER, extent.offset(), REGION_BYTES, RegionRights.READ_WRITE);
      prepare();
    }

    void prepare() {
      region.prepareWrite(0, REGION_BYTES);
    }

    @TearDown(Level.Iteration)
    public void detach() {
      region.close();
      epoch.abort();
      lanes.giveBack(epoch);
    }

    @TearDown(Level.Trial)
    public void close() {
      pool.close();
      scratch.close();
    }
  }

  /** The same, where every granule was stored to, and no range ever declared. */
  @State(Scope.Thread)
  public static class Touched extends Attached {
    @Override
    void prepare() {
      for (int at = 0; at < REGION_BYTES; at += Media.LINE_BYTES) {
        // The last granules first, so that what was stored to last helps nobody.
        region.putLong(REGION_BYTES - Media.LINE_BYTES - at, at);
      }
    }
  }

  /**
   * The same in a JVM that has seen stores to lines that were not declared, as every program's has: the compiler then knows
   * that a store may have to save something first. The others measure a JVM that never met one.
   */
  @State(Scope.Thread)
  public static class Seasoned extends Attached {
    @Override
    void prepare() {
      for (int round = 0; round < 20; round++) {
        for (int at = 0; at < REGION_BYTES; at += Media.LINE_BYTES) {
          // The last first and the first last by turns, so that each leaves the interval that is known to be prepared.
          region.putLong((at / Media.LINE_BYTES & 1) == 0 ? at : REGION_BYTES - at, at);
        }
      }
      super.prepare();
    }
  }

  /** A bare segment of the same length in a mapping of the same size. */
  @State(Scope.Thread)
  public static class Bare {
    final byte[] source = new byte[REGION_BYTES];
    final int[] offsets = randomOffsets();
    MemorySegment segment;
    private BareMapping mapping;

    @Setup(Level.Trial)
    public void create() {
      mapping = new BareMapping(POOL_BYTES);
      segment = mapping.memory().asSlice(REGION_BYTES, REGION_BYTES);
    }

    @TearDown(Level.Trial)
    public void close() {
      mapping.close();
    }
  }

  static int[] randomOffsets() {
    SplittableRandom random = new SplittableRandom(Sleepers.SEED);
    int[] offsets = new int[RANDOM_STORES];
    for (int i = 0; i < RANDOM_STORES; i++) {
      offsets[i] = random.nextInt(ELEMENT_COUNT) * Long.BYTES;
    }
    return offsets;
  }

  @Benchmark
  public void putSequentially(Attached attached) {
    Region region = attached.region;
    for (int i = 0; i < ELEMENT_COUNT; i++) {
      region.putLong((long) i * Long.BYTES, i);
    }
  }

  @Benchmark
  public void floorPutSequentially(Bare bare) {
    MemorySegment segment = bare.segment;
    for (int i = 0; i < ELEMENT_COUNT; i++) {
      segment.set(LONG, (long) i * Long.BYTES, i);
    }
  }

  @Benchmark
  public void putSequentiallySeasoned(Seasoned attached) {
    Region region = attached.region;
    for (int i = 0; i < ELEMENT_COUNT; i++) {
      region.putLong((long) i * Long.BYTES, i);
    }
  }

  @Benchmark
  public void putSequentiallyDeclared(Seasoned attached) {
    DeclaredRange range = attached.region.declare(0, REGION_BYTES);
    for (int i = 0; i < ELEMENT_COUNT; i++) {
      range.putLong((long) i * Long.BYTES, i);
    }
  }

  /** A range that is neither the whole region nor begins with it. */
  @Benchmark
  public void putSequentiallyDeclaredInside(Seasoned attached) {
    DeclaredRange range = attached.region.declare(Media.LINE_BYTES, REGION_BYTES - 2 * Media.LINE_BYTES);
    for (int i = 8; i < ELEMENT_COUNT - 8; i++) {
      range.putLong((long) i * Long.BYTES, i);
    }
  }

  @Benchmark
  public long putSequentiallyLent(Seasoned attached) {
    return attached.region.lendForWrite(
        0,
        REGION_BYTES,
        segment -> {
          for (int i = 0; i < ELEMENT_COUNT; i++) {
            segment.set(LONG, (long) i * Long.BYTES, i);
          }
          return segment.byteSize();
        });
  }

  @Benchmark
  public long getSequentially(Attached attached) {
    Region region = attached.region;
    long sum = 0;
    for (int i = 0; i < ELEMENT_COUNT; i++) {
      sum += region.getLong((long) i * Long.BYTES);
    }
    return sum;
  }

  @Benchmark
  public long floorGetSequentially(Bare bare) {
    MemorySegment segment = bare.segment;
    long sum = 0;
    for (int i = 0; i < ELEMENT_COUNT; i++) {
      sum += segment.get(LONG, (long) i * Long.BYTES);
    }
    return sum;
  }

  @Benchmark
  public void putAtRandom(Attached attached) {
    Region region = attached.region;
    for (int offset : attached.offsets) {
      region.putLong(offset, offset);
    }
  }

  @Benchmark
  public void putAtRandomUndeclared(Touched touched) {
    Region region = touched.region;
    for (int offset : touched.offsets) {
      region.putLong(offset, offset);
    }
  }

  @Benchmark
  public void floorPutAtRandom(Bare bare) {
    MemorySegment segment = bare.segment;
    for (int offset : bare.offsets) {
      segment.set(LONG, offset, offset);
    }
  }

  @Benchmark
  public void putSmallBlocks(Attached attached) {
    for (int at = 0; at < REGION_BYTES; at += SMALL_BYTES) {
      attached.region.put(at, attached.source, at, SMALL_BYTES);
    }
  }

  @Benchmark
  public void floorPutSmallBlocks(Bare bare) {
    for (int at = 0; at < REGION_BYTES; at += SMALL_BYTES) {
      MemorySegment.copy(bare.source, at, bare.segment, ValueLayout.JAVA_BYTE, at, SMALL_BYTES);
    }
  }

  @Benchmark
  public void putLargeBlock(Attached attached) {
    attached.region.put(0, attached.source, 0, REGION_BYTES);
  }

  @Benchmark
  public void floorPutLargeBlock(Bare bare) {
    MemorySegment.copy(bare.source, 0, bare.segment, ValueLayout.JAVA_BYTE, 0, REGION_BYTES);
  }
}
