package dev.dormouse.bench;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.region.Region;
import dev.dormouse.region.tree.RegionTree;
import java.util.List;

/** The fences and the logged bytes of a put into the tree, on a medium that flushes. The same at every run. */
final class MapCounts {
  private static final String GROUP = "a put into the tree, on a medium that flushes";
  private static final int ENTRIES = 10_000;
  private static final int PUTS = 1_000;

  private final Pool pool;
  private final Lanes lanes;
  private final Extent extent;
  private final BenchKeys keys = new BenchKeys(ENTRIES + PUTS);

  private MapCounts(CountingMedia media, long poolBytes) {
    pool = EpochMap.create(media, poolBytes);
    lanes = new Lanes(pool, 1);
    extent = EpochMap.format(pool, lanes, EpochMap.regionBytes(ENTRIES));
  }

  static List<Count> count() {
    long poolBytes = EpochMap.poolBytes(ENTRIES);
    try (Scratch scratch = new Scratch();
        CountingMedia media = new CountingMedia(MappedMedia.create(scratch.file("counted.pool"), poolBytes))) {
      MapCounts counts = new MapCounts(media, poolBytes);
      counts.puts(0, ENTRIES);
      int start = media.fences();
      double entryLog = counts.puts(ENTRIES, ENTRIES + PUTS);
      int middle = media.fences();
      double valueLog = counts.puts(0, PUTS);
      int end = media.fences();
      counts.pool.close();
      return List.of(
          count("a new entry", "fences", (middle - start) / (double) PUTS),
          count("a new value", "fences", (end - middle) / (double) PUTS),
          count("a new entry", "bytes of log", entryLog),
          count("a new value", "bytes of log", valueLog));
    }
  }

  private static Count count(String name, String unit, double value) {
    return new Count(GROUP, name + ", mean", unit, value, Double.NaN, Double.NaN);
  }

  /** Puts some entries, each in an epoch; answers how many bytes each logged, on average. */
  private double puts(int from, int to) {
    byte[] key = new byte[BenchMap.KEY_BYTES];
    byte[] value = new byte[BenchMap.VALUE_BYTES];
    long logged = 0;
    for (int i = from; i < to; i++) {
      keys.get(i, key);
      Epoch epoch = lanes.lease();
      Region region = EpochMap.region(pool, epoch, extent);
      RegionTree.open(region).put(key, value);
      logged += epoch.logBytes();
      EpochMap.end(lanes, epoch, region);
    }
    return logged / (double) (to - from);
  }
}
