package dev.dormouse.bench;

import dev.dormouse.emulation.slow.LatencyProfile;
import dev.dormouse.emulation.slow.SlowMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the undo granule costs: an epoch of {@value #STORES} stores of 8 bytes, each of which makes the granule around it ready
 * first, and its commit. The range is rounded to the granule here, so that any can be tried on the engine as it is. The time is
 * that of a store, its share of the commit included.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@OperationsPerInvocation(GranuleBenchmark.STORES)
public class GranuleBenchmark {
  static final int STORES = 4096;

  private static final int REGION_BYTES = 64 << 20;
  private static final long POOL_BYTES = 256L << 20;
  private static final int RECORD_BYTES = 160;
  private static final long BIRTH = 1;

  /** Where an epoch stores. */
  public enum Pattern {
    /** A word in a line at random. */
    RANDOM,
    /** All words of records of {@value GranuleBenchmark#RECORD_BYTES} bytes, which begin at random words. */
    RECORDS,
    /** One word after the other. */
    SEQUENTIAL,
    /** All words of pages at random; each page is declared at once, whatever the granule. */
    PAGES
  }

  /** An open pool with a region in it. */
  @State(Scope.Thread)
  public static class Stage {
    @Param({"64", "256", "4096"})
    public int granuleBytes;

    @Param public Pattern pattern;

    @Param({"mapped file", "Optane-class"})
    public String medium;

    private final SplittableRandom random = new SplittableRandom(Sleepers.SEED);
    private final long[] offsets = new long[STORES];
    private Scratch scratch;
    private Pool pool;
    private Lanes lanes;
    private Extent extent;
    private long next;

    @Setup(Level.Trial)
    public void create() {
      scratch = new Scratch();
      Media mapped = MappedMedia.create(scratch.file("granule.pool"), POOL_BYTES);
      pool =
          Pool.create(
              medium.equals("mapped file") ? mapped : new SlowMedia(mapped, LatencyProfile.named(medium)),
              Geometry.forNewPool(POOL_BYTES),
              BootIdentity.ofThisMachine(),
              unborn -> {
                Lanes.format(unborn);
                return PoolHeader.Roots.NONE;
              });
      pool.begin();
      lanes = new Lanes(pool, 1);
      Epoch epoch = lanes.lease();
      extent = epoch.allocate(REGION_BYTES, BIRTH);
      epoch.commit();
      lanes.giveBack(epoch);
    }

    /** Other places for each epoch. */
    @Setup(Level.Invocation)
    public void choose() {
      int wordsAtOnce =
          switch (pattern) {
            case RANDOM -> 1;
            case RECORDS -> RECORD_BYTES / Long.BYTES;
            case SEQUENTIAL -> STORES;
            case PAGES -> Geometry.PAGE_BYTES / Long.BYTES;
          };
      for (int i = 0; i < STORES; i++) {
        if (i % wordsAtOnce == 0) {
          next = pattern == Pattern.SEQUENTIAL ? (next + Long.BYTES) % (REGION_BYTES - STORES * Long.BYTES) : start(wordsAtOnce);
        } else {
          next += Long.BYTES;
        }
        offsets[i] = extent.offset() + next;
      }
    }

    private long start(int wordsAtOnce) {
      long unit = wordsAtOnce == Geometry.PAGE_BYTES / Long.BYTES ? Geometry.PAGE_BYTES : Long.BYTES;
      return random.nextLong((REGION_BYTES - (long) wordsAtOnce * Long.BYTES) / unit) * unit;
    }

    @TearDown(Level.Trial)
    public void close() {
      pool.close();
      scratch.close();
    }
  }

  /** What the logs took in all, and for how many stores. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Log {
    public long logBytes;
    public long stores;
  }

  @Benchmark
  public void storeAndCommit(Stage stage, Log log) {
    Epoch epoch = stage.lanes.lease();
    Media media = stage.pool.media();
    int granule = stage.pattern == Pattern.PAGES ? Geometry.PAGE_BYTES : stage.granuleBytes;
    for (long at : stage.offsets) {
      if (!epoch.isPrepared(at, Long.BYTES)) {
        epoch.prepare(BIRTH, 0, at & -granule, granule);
      }
      media.putLong(at, at);
    }
    log.logBytes += epoch.logBytes();
    log.stores += STORES;
    epoch.commit();
    stage.lanes.giveBack(epoch);
  }
}
