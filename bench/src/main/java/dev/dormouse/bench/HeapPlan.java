package dev.dormouse.bench;

import dev.dormouse.bench.Probe.Pace;
import dev.dormouse.bench.llpl.LlplHeap.Setting;
import dev.dormouse.bench.llpl.LlplProbe;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.runner.options.TimeValue;

/** What is measured of the heap: beside its floor, beside LLPL, with two threads, with many extents, and what it wastes. */
final class HeapPlan {
  /** The group of lines that the chart shows; their names are sizes. */
  static final String BESIDE_LLPL = "in two epochs; floor: a pair of LLPL, atomic";

  static final String BESIDE_TRANSACTIONS = "in two epochs; floor: a pair of LLPL, in transactions";
  static final String BESIDE_FLOOR = "allocate and free";

  private static final String BESIDE_FLUSHING = "in two epochs; floor: a pair of LLPL, atomic, flushing";
  private static final String BESIDE_SYNCING = "in two epochs; floor: a pair of LLPL, atomic, syncing";
  private static final String REPLACED_BESIDE_LLPL = "one of 1,000 at random replaced; floor: LLPL's";
  private static final String THREADS = "two threads, a call of each; floor: one thread";
  private static final String OPEN = "open; floor: a pool as long with 1,000 extents";
  private static final String READS = "pages of 4 KiB read, beside a pool as long with 1,000 extents";
  private static final String WASTE = "waste";
  private static final int FEW = 1_000;
  // More pages than in a pool with few extents the first allocation may read; the first thousand may read a page each.
  private static final int FEW_PAGES = 8;
  private static final String LIVE = "1000";
  private static final long SEED = 7;

  private final List<Line> lines = new ArrayList<>();
  private final List<Count.Source> counts = new ArrayList<>();
  private String leftOut = "";

  /** Some minutes, with ten million extents and 2 GiB of disk. */
  static Plan full() {
    HeapPlan plan = new HeapPlan();
    plan.everything();
    plan.open(10_000_000);
    plan.waste(512L << 20, 1_000_000, 6);
    return plan.build("heap", new Pace(1, 4, 5, TimeValue.milliseconds(500), 40));
  }

  /** About two minutes. */
  static Plan brief() {
    HeapPlan plan = new HeapPlan();
    plan.everything();
    plan.open(100_000);
    plan.waste(256L << 20, 1_000_000, 5);
    return plan.build("short form of the heap", new Pace(1, 3, 3, TimeValue.milliseconds(200), 20));
  }

  /** Seconds, for a test: whatever needs no LLPL. */
  static Plan smoke() {
    HeapPlan plan = new HeapPlan();
    plan.allocations(4096);
    plan.open(2_000);
    plan.waste(64L << 20, 2_000, 1);
    return plan.build("smoke test of the heap", Plan.SMOKE);
  }

  /** Seconds, for a test: whatever needs it. */
  static Plan smokeBesideLlpl() {
    HeapPlan plan = new HeapPlan();
    plan.besideLlpl(4096);
    return plan.build("smoke test beside LLPL", Plan.SMOKE);
  }

  private HeapPlan() {}

  private void everything() {
    int[] sizes = {64, 4096, 65_536};
    allocations(sizes);
    leftOut = LlplProbe.whatIsMissing();
    if (leftOut.isEmpty()) {
      besideLlpl(sizes);
    }
  }

  private void allocations(int... sizes) {
    for (int size : sizes) {
      line(BESIDE_FLOOR, inTwoEpochs(Units.bytes(size)), ours("byEpochs", size, LIVE), floor("floor", size));
      line(BESIDE_FLOOR, Units.bytes(size) + ", in two epochs, nothing else in the pool", ours("byEpochs", size, "0"), floor("floor", size));
      line(BESIDE_FLOOR, Units.bytes(size) + ", one of 1,000 at random replaced", ours("replaceByEpochs", size, LIVE), floor("floorAtRandom", size));
      line(BESIDE_FLOOR, Units.bytes(size) + ", by the heap alone, without a log", ours("byHeap", size, LIVE), floor("floor", size));
    }
    for (int size : sizes) {
      Goal more = Goal.scaling(2, 1.6);
      twice(Units.bytes(size) + ", in two epochs", ours("byEpochs", size, LIVE), more);
      twice(Units.bytes(size) + ", one of 1,000 at random replaced", ours("replaceByEpochs", size, LIVE), more);
      twice(Units.bytes(size) + ", by the heap alone, without a log", ours("byHeap", size, LIVE), more);
      twice(Units.bytes(size) + ", the floor: what the machine itself gains", floor("floor", size), more);
      twice(Units.bytes(size) + ", the floor at random: what it gains there", floor("floorAtRandom", size));
    }
  }

  /** The name of the line for a size in words. */
  static String inTwoEpochs(String size) {
    return size + ", in two epochs";
  }

  private void besideLlpl(int... sizes) {
    for (int size : sizes) {
      line(BESIDE_LLPL, Units.bytes(size), ours("byEpochs", size, LIVE), llpl("atomic", size, Setting.ORDERING), Goal.ratio(1));
    }
    for (int size : sizes) {
      line(BESIDE_TRANSACTIONS, Units.bytes(size), ours("byEpochs", size, LIVE), llpl("inTransactions", size, Setting.ORDERING), Goal.ratio(1));
    }
    for (int size : sizes) {
      line(REPLACED_BESIDE_LLPL, Units.bytes(size), ours("replaceByEpochs", size, LIVE), llpl("replace", size, Setting.ORDERING), Goal.ratio(1));
    }
    for (int size : sizes) {
      line(BESIDE_FLUSHING, Units.bytes(size), ours("byEpochs", size, LIVE), llpl("atomic", size, Setting.FLUSHING));
    }
    for (int size : sizes) {
      line(BESIDE_SYNCING, Units.bytes(size), ours("byEpochs", size, LIVE), llpl("atomic", size, Setting.SYNCING));
    }
    for (int size : sizes) {
      twice(Units.bytes(size) + ", LLPL's atomic pair", llpl("atomic", size, Setting.ORDERING));
      twice(Units.bytes(size) + ", LLPL's one of 1,000 at random replaced", llpl("replace", size, Setting.ORDERING));
    }
  }

  private static Probe ours(String method, int size, String live) {
    return Probe.averaged(AllocationBenchmark.class, method, Map.of("sizeBytes", Integer.toString(size), "live", live));
  }

  private static Probe floor(String method, int size) {
    return Probe.averaged(AllocationBenchmark.class, method, Map.of("sizeBytes", Integer.toString(size)));
  }

  private static Probe llpl(String method, int size, Setting setting) {
    return Probe.averaged(
        LlplBenchmark.class,
        method,
        Map.of("sizeBytes", Integer.toString(size), "live", LIVE, "setting", setting.name()));
  }

  private void twice(String name, Probe probe, Goal... goals) {
    line(THREADS, name, probe.by(2), probe, goals);
  }

  private void line(String group, String name, Probe ours, Probe floor, Goal... goals) {
    lines.add(new Line(group, name, ours, floor, 1, false, List.of(goals)));
  }

  private void open(int extents) {
    opened(extents, false, false);
    opened(extents, false, true);
    opened(extents, true, false);
  }

  private void opened(int extents, boolean full, boolean killed) {
    FilledPool.Shape few = new FilledPool.Shape(FEW, extents, false, killed);
    FilledPool.Shape many = new FilledPool.Shape(extents, extents, full, killed);
    opened("open, ", "open", 1, many, few);
    opened("first allocation, ", "firstAllocation", 1, many, few);
    opened("each of the first 1,000, ", "firstAllocations", FilledPool.ALLOCATIONS, many, few);
    counts.add(new Count.Source(inWords(many), () -> reads(many, few)));
  }

  private void opened(String what, String method, int elements, FilledPool.Shape many, FilledPool.Shape few) {
    lines.add(
        new Line(
            OPEN,
            what + inWords(many),
            Probe.shot(HeapOpenBenchmark.class, method, Map.of("shape", many.toString())),
            Probe.shot(HeapOpenBenchmark.class, method, Map.of("shape", few.toString())),
            elements,
            true,
            List.of(Goal.ratio(2))));
  }

  private static String inWords(FilledPool.Shape shape) {
    return String.format(
        Locale.ROOT, "%,d extents%s, %s", shape.extents(), shape.full() ? " and no free page" : "", shape.killed() ? "killed" : "closed");
  }

  private static List<Count> reads(FilledPool.Shape many, FilledPool.Shape few) {
    FilledPool.Reads ofMany = countReads(many);
    FilledPool.Reads ofFew = countReads(few);
    return List.of(
        pages("open, " + inWords(many), ofMany.byOpening(), ofFew.byOpening(), ofFew.byOpening()),
        pages("first allocation, " + inWords(many), ofMany.byFirst(), ofFew.byFirst(), ofFew.byFirst() + FEW_PAGES),
        pages("first 1,000, " + inWords(many), ofMany.byThousand(), ofFew.byThousand(), FilledPool.ALLOCATIONS));
  }

  private static FilledPool.Reads countReads(FilledPool.Shape shape) {
    try (FilledPool pool = FilledPool.create(shape)) {
      return pool.countReads();
    }
  }

  private static Count pages(String name, int value, int few, int most) {
    return new Count(READS, name, "pages", value, few, most);
  }

  private void waste(long poolBytes, int operations, int steps) {
    long liveBytes = poolBytes / 10 * 7;
    counts.add(new Count.Source("what " + operations + " random operations leave", () -> left(poolBytes, liveBytes, operations)));
    counts.add(
        new Count.Source(
            "the least pool for " + operations + " random operations",
            () -> List.of(
                new Count(
                    WASTE,
                    "least pool that is enough, over the bytes alive",
                    "x",
                    Fragmentation.leastPool(liveBytes, operations, SEED, steps),
                    Double.NaN,
                    1.25))));
  }

  private static List<Count> left(long poolBytes, long liveBytes, int operations) {
    try (Fragmentation fragmentation = new Fragmentation(poolBytes, liveBytes, SEED)) {
      double insideSmall = fragmentation.worstInsideExtents(257, 8 << 10);
      double insideLarge = fragmentation.worstInsideExtents((8 << 10) + 1, 128 << 10);
      fragmentation.run(operations);
      Fragmentation.Seen seen = fragmentation.look();
      return List.of(
          share("worst inside one extent, 257 bytes to 8 KiB", insideSmall, 12.5),
          share("worst inside one extent, 8 KiB to 128 KiB", insideLarge, 12.5),
          share("inside extents", seen.insideExtents(), Double.NaN),
          share("held between extents", seen.betweenExtents(), Double.NaN),
          new Count(WASTE, "held over the bytes alive", "x", seen.heldPerRequested(), Double.NaN, Double.NaN),
          share("free bytes that are not in the longest run", seen.freeApart(), Double.NaN));
    }
  }

  private static Count share(String name, double value, double most) {
    return new Count(WASTE, name, "%", value * 100, Double.NaN, most);
  }

  private Plan build(String name, Pace pace) {
    return new Plan(name, Plan.MAPPED, pace, List.copyOf(lines), List.copyOf(counts), leftOut);
  }
}
