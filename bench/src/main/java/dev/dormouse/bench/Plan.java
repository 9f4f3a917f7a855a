package dev.dormouse.bench;

import dev.dormouse.bench.Probe.Pace;
import dev.dormouse.emulation.slow.LatencyProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * What is measured: every figure of the design's section 8 that the store can answer so far, with its floor and its goal.
 *
 * @param medium what the pools lie on, and whether it is emulated
 * @param counts what is counted behind the lines
 * @param leftOut a sentence about what could not be measured here; empty if nothing
 */
record Plan(String name, String medium, Pace pace, List<Line> lines, List<Count.Source> counts, String leftOut) {
  static final Pace SMOKE = new Pace(0, 1, 1, TimeValue.milliseconds(10), 3);
  static final String MAPPED = "mapped file, nothing emulated";
  private static final String SLOW = "mapped file, slowed down: every figure and every floor is emulated";
  private static final String MODELLED = "crash emulator in the Java heap";
  private static final String EXPLORE = "crash states of a pool of 1 MiB, processor time per state";
  private static final String RESUME = "resume to the first read";
  private static final String CYCLE = "wake, turn, commit, sleep";
  private static final String REGION = "access through a region, per access";
  private static final String OPEN = "open";
  private static final String PAGES = "n dirty pages in one turn";
  // One of the 64 lanes is the store's own.
  private static final int ALL_LANES = 63;
  // By the name of the kind, in the order of the report.
  private static final Map<String, String> MAPS = new TreeMap<>(
      Map.of(
          "epoch", "tree in an epoch",
          "turn", "tree in a turn",
          "lmdb", "LMDB, MDB_WRITEMAP and MDB_NOSYNC",
          "lmdb-pwrite", "LMDB, MDB_NOSYNC",
          "lmdb-sync", "LMDB, each commit waits for the disk",
          "mvstore", "MVStore"));
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final int ELEMENTS = RegionAccessBenchmark.REGION_BYTES / Long.BYTES;

  /** About a minute. */
  static Plan brief() {
    Builder plan = new Builder();
    plan.resume(Population.of(Population.SMALL_BYTES, 100_000), true);
    plan.resume(Population.of(4 * KIB, 1_000), false);
    plan.resume(Population.of(64 * MIB, 1_000), false);
    plan.compare(Population.of(64 * MIB, 1_000), Population.of(4 * KIB, 1_000));
    plan.cycles(10_000);
    plan.region();
    plan.open(100_000, ALL_LANES);
    plan.pages(1, 64);
    return plan.build("short form", MAPPED, new Pace(1, 3, 3, TimeValue.milliseconds(200), 40));
  }

  /** Some minutes, with a million sleepers. */
  static Plan full() {
    Builder plan = new Builder();
    plan.resume(Population.of(Population.SMALL_BYTES, 1), true);
    plan.resume(Population.of(Population.SMALL_BYTES, 1_000), true);
    plan.resume(Population.of(Population.SMALL_BYTES, 1_000_000), true);
    plan.resume(Population.of(4 * KIB, 1_000), false);
    plan.resume(Population.of(4 * KIB, 1_000_000), false);
    plan.resume(Population.of(MIB, 1_000_000), false);
    plan.resume(Population.of(64 * MIB, 1_000), false);
    plan.resume(Population.of(64 * MIB, 1_000_000), false);
    plan.compare(Population.of(64 * MIB, 1_000_000), Population.of(4 * KIB, 1_000_000));
    plan.cycles(1_000);
    plan.cycles(1_000_000);
    plan.region();
    plan.open(1_000, 1, ALL_LANES);
    plan.open(1_000_000, ALL_LANES);
    plan.pages(1, 16, 256, 4096);
    return plan.build("full form", MAPPED, new Pace(1, 4, 5, TimeValue.milliseconds(500), 100));
  }

  /** Some minutes: emulated slow media, one after the other. */
  static Plan briefSlow() {
    Builder plan = new Builder();
    plan.slow(Population.of(Population.SMALL_BYTES, 100_000), LatencyProfile.all(), 1, 64);
    return plan.build("short form on slow media", SLOW, new Pace(1, 5, 3, TimeValue.milliseconds(300), 40));
  }

  /** The same with a million sleepers, longer. */
  static Plan slow() {
    Builder plan = new Builder();
    plan.slow(Population.of(Population.SMALL_BYTES, 1_000_000), LatencyProfile.all(), 1, 16, 256);
    return plan.build("full form on slow media", SLOW, new Pace(1, 4, 5, TimeValue.milliseconds(500), 100));
  }

  /** A few minutes: how fast crashes are explored. */
  static Plan explorations() {
    Builder plan = new Builder();
    plan.explore(1024, 0);
    // Each state has a recovery with points of its own, so fewer are enough.
    plan.explore(64, 1);
    return plan.build("crash explorations", MODELLED, new Pace(1, 3, 3, TimeValue.seconds(2), 1));
  }

  /** Some minutes: the tree in a region as a map, beside others, at as many entries. */
  static Plan briefMaps() {
    Builder plan = new Builder();
    plan.maps(100_000);
    return plan.buildMaps("a map, short form", new Pace(1, 3, 3, TimeValue.milliseconds(300), 1));
  }

  /** The same at a million entries too, longer. */
  static Plan maps() {
    Builder plan = new Builder();
    plan.maps(100_000);
    plan.maps(1_000_000);
    return plan.buildMaps("a map, full form", new Pace(1, 4, 5, TimeValue.milliseconds(500), 1));
  }

  /** Seconds, for a test: every benchmark and parameter of the others, and nothing that could be called a figure. */
  static Plan smoke() {
    Builder plan = new Builder();
    plan.resume(Population.of(Population.SMALL_BYTES, 20), true);
    plan.resume(Population.of(MIB, 5), false);
    plan.cycles(20);
    plan.region();
    plan.open(20, 3);
    plan.pages(1, 20);
    plan.slow(Population.of(Population.SMALL_BYTES, 20), List.of(LatencyProfile.OPTANE), 1);
    plan.explore(4, 0);
    plan.maps(500);
    return plan.build("smoke test", "whatever is at hand", SMOKE);
  }

  private static final class Builder {
    private final List<Line> lines = new ArrayList<>();

    void resume(Population population, boolean byNameToo) {
      Map<String, String> parameters = Map.of("population", population.toString());
      Probe floor = Probe.sampled(ResumeBenchmark.class, "floor", parameters);
      lines.add(
          new Line(
              RESUME,
              "by id, " + population.inWords(),
              Probe.sampled(ResumeBenchmark.class, "byId", parameters),
              floor,
              1,
              true,
              List.of(Goal.ratio(2), Goal.median(500), Goal.tail(5_000))));
      if (byNameToo) {
        lines.add(
            new Line(
                RESUME,
                "by name, " + population.inWords(),
                Probe.sampled(ResumeBenchmark.class, "byName", parameters),
                floor,
                1,
                true,
                List.of(Goal.median(800))));
      }
    }

    /** Resuming a large state against resuming a small one: here the small one is the floor. */
    void compare(Population large, Population small) {
      lines.add(
          new Line(
              RESUME,
              Units.bytes(large.stateBytes()) + " of state against " + Units.bytes(small.stateBytes()),
              Probe.sampled(ResumeBenchmark.class, "byId", Map.of("population", large.toString())),
              Probe.sampled(ResumeBenchmark.class, "byId", Map.of("population", small.toString())),
              1,
              true,
              List.of(Goal.ratio(1.2))));
    }

    void cycles(int sleepers) {
      Population population = Population.of(Population.SMALL_BYTES, sleepers);
      Map<String, String> parameters = Map.of("population", population.toString());
      cycle("clean, ", "clean", "floorClean", population, parameters, Goal.ratio(2));
      cycle("64 bytes dirty, ", "dirty", "floorDirty", population, parameters, Goal.ratio(2));
    }

    private void cycle(
        String name, String method, String floor, Population population, Map<String, String> parameters, Goal ratio) {
      lines.add(
          new Line(
              CYCLE,
              name + population.inWords(),
              Probe.sampled(CycleBenchmark.class, method, parameters),
              Probe.sampled(CycleBenchmark.class, floor, parameters),
              1,
              true,
              List.of(ratio)));
      // Without a clock around each, for the rate and for what is allocated.
      lines.add(
          new Line(
              CYCLE,
              name + population.inWords() + ", back to back",
              Probe.averaged(CycleBenchmark.class, method, parameters),
              Probe.averaged(CycleBenchmark.class, floor, parameters),
              1,
              false,
              List.of(Goal.cyclesASecond(1e6), Goal.allocated(128))));
    }

    void region() {
      access("getLong in sequence", "getSequentially", "floorGetSequentially", ELEMENTS, Goal.ratio(1.5));
      access("putLong in sequence", "putSequentially", "floorPutSequentially", ELEMENTS, Goal.ratio(1.5));
      access("putLong in sequence, after slow stores", "putSequentiallySeasoned", "floorPutSequentially", ELEMENTS, Goal.ratio(1.5));
      access("putLong in sequence, declared", "putSequentiallyDeclared", "floorPutSequentially", ELEMENTS, Goal.ratio(1.05));
      access("putLong in sequence, declared inside", "putSequentiallyDeclaredInside", "floorPutSequentially", ELEMENTS, Goal.ratio(1.05));
      access("putLong in sequence, lent", "putSequentiallyLent", "floorPutSequentially", ELEMENTS, Goal.ratio(1.05));
      int stores = RegionAccessBenchmark.RANDOM_STORES;
      access("putLong at random", "putAtRandom", "floorPutAtRandom", stores, Goal.above(2));
      access("putLong at random, undeclared", "putAtRandomUndeclared", "floorPutAtRandom", stores, Goal.above(2));
      int blocks = RegionAccessBenchmark.REGION_BYTES / (4 * KIB);
      access("put of 4 KiB", "putSmallBlocks", "floorPutSmallBlocks", blocks, Goal.ratio(1.05));
      access("put of 1 MiB", "putLargeBlock", "floorPutLargeBlock", 1, Goal.ratio(1.05));
    }

    private void access(String name, String method, String floor, int elements, Goal goal) {
      lines.add(
          new Line(
              REGION,
              name,
              Probe.sampled(RegionAccessBenchmark.class, method, Map.of()),
              Probe.sampled(RegionAccessBenchmark.class, floor, Map.of()),
              elements,
              true,
              List.of(goal, Goal.nothingAllocated(elements))));
    }

    void open(int components, int... runningTurns) {
      String count = Integer.toString(components);
      String inWords = String.format(Locale.ROOT, "%,d components", components);
      Probe floor = Probe.shot(OpenBenchmark.class, "floor", Map.of("components", count));
      lines.add(
          new Line(
              OPEN,
              "after a close, " + inWords,
              Probe.shot(OpenBenchmark.class, "afterClose", Map.of("components", count)),
              floor,
              1,
              true,
              List.of(Goal.median(1_000_000))));
      for (int turns : runningTurns) {
        lines.add(
            new Line(
                OPEN,
                "after a kill in " + turns + (turns == 1 ? " turn, " : " turns, ") + inWords,
                Probe.shot(
                    OpenBenchmark.class,
                    "afterKill",
                    Map.of("components", count, "runningTurns", Integer.toString(turns))),
                floor,
                1,
                true,
                List.of(Goal.median(10_000_000))));
      }
    }

    void pages(int... counts) {
      for (int pages : counts) {
        Map<String, String> parameters = Map.of("pages", Integer.toString(pages));
        lines.add(
            new Line(
                PAGES,
                "undo and commit, n = " + pages,
                Probe.sampled(DirtyPagesBenchmark.class, "undoAndCommit", parameters),
                Probe.sampled(DirtyPagesBenchmark.class, "floorCopy", parameters),
                1,
                true,
                List.of(Goal.ratio(1.5))));
        lines.add(
            new Line(
                PAGES,
                "overwritten one by one, n = " + pages,
                Probe.sampled(DirtyPagesBenchmark.class, "overwrite", parameters),
                Probe.sampled(DirtyPagesBenchmark.class, "floorCopyAndOverwrite", parameters),
                1,
                true,
                List.of()));
      }
    }

    void slow(Population population, List<LatencyProfile> profiles, int... pageCounts) {
      for (LatencyProfile profile : profiles) {
        Map<String, String> parameters = Map.of("profile", profile.name(), "population", population.toString());
        slow(profile, "resume by id, " + population.inWords(), "resume", "floorResume", parameters, Goal.ratio(2));
        slow(profile, "cycle, 64 bytes dirty, " + population.inWords(), "dirtyCycle", "floorDirtyCycle", parameters, Goal.ratio(2));
        for (int pages : pageCounts) {
          slow(
              profile,
              "undo and commit of dirty pages, n = " + pages,
              "dirtyPages",
              "floorDirtyPages",
              Map.of("profile", profile.name(), "pages", Integer.toString(pages)),
              Goal.ratio(1.5));
        }
      }
    }

    private void slow(
        LatencyProfile profile, String name, String method, String floor, Map<String, String> parameters, Goal goal) {
      lines.add(
          new Line(
              profile.label(),
              name,
              Probe.sampled(SlowMediaBenchmark.class, method, parameters),
              Probe.sampled(SlowMediaBenchmark.class, floor, parameters),
              1,
              true,
              List.of(goal)));
    }

    void maps(int entries) {
      map(entries, "get", "get");
      map(entries, "put of a new value", "put");
      map(entries, "put of a new entry, remove of another", "putAndRemove");
    }

    private void map(int entries, String name, String method) {
      for (Map.Entry<String, String> kind : MAPS.entrySet()) {
        lines.add(
            new Line(
                String.format(Locale.ROOT, "a map of %,d entries: %s", entries, name),
                kind.getValue(),
                mapProbe(method, kind.getKey(), entries),
                mapProbe(method, "floor", entries),
                1,
                true,
                List.of()));
      }
    }

    private static Probe mapProbe(String method, String kind, int entries) {
      return Probe.sampled(MapBenchmark.class, method, Map.of("map", kind, "entries", Integer.toString(entries)));
    }

    void explore(int images, int depth) {
      explore("epochs, incremental checks", "incremental", images, depth, List.of(Goal.statesASecond(100_000)));
      explore("epochs, full verify", "fullVerify", images, depth, List.of(Goal.statesASecond(10_000)));
      explore("a whole store, full verify", "storeVerify", images, depth, List.of(Goal.statesASecond(10_000)));
    }

    private void explore(String name, String method, int images, int depth, List<Goal> goals) {
      Map<String, String> parameters =
          Map.of("images", Integer.toString(images), "recoveryDepth", Integer.toString(depth));
      lines.add(
          new Line(
              EXPLORE,
              name + ", recovery depth " + depth,
              Probe.counted(CrashExplorationBenchmark.class, method, parameters, CrashExplorationBenchmark.STATES),
              Probe.counted(CrashExplorationBenchmark.class, "floor", parameters, CrashExplorationBenchmark.STATES),
              1,
              false,
              goals));
    }

    Plan buildMaps(String name, Pace pace) {
      // The maps that wait for the disk need as much of it as those that do not.
      Map<String, String> counted = new TreeMap<>(MAPS);
      counted.remove("lmdb-sync");
      List<Count.Source> counts =
          List.of(
              new Count.Source("fences and log of a put", MapCounts::count),
              new Count.Source("bytes of file", () -> MapFootprint.count(counted, 20_000)));
      return new Plan(name, MAPPED, pace, List.copyOf(lines), counts, "");
    }

    Plan build(String name, String medium, Pace pace) {
      return new Plan(name, medium, pace, List.copyOf(lines), List.of(), "");
    }
  }
}
