package dev.dormouse.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/** Runs the benchmarks and prints each figure with the ratio to its floor. */
public final class ShortBench {
  private static final int CLEAN = 0;
  private static final int STOPPED = 5;
  private static final String IGNORE_LOCK = "jmh.ignoreLock";

  private final Plan plan;
  private final Map<Probe, Probe.Reading> readings = new HashMap<>();

  private ShortBench(Plan plan) {
    this.plan = plan;
  }

  /**
   * The short form: about a minute, populations of at most 100,000. Progress goes to {@code System.err}.
   *
   * @param json prints JSON instead of a table
   * @return the exit code: 0, or 5 if a benchmark could not be run. A missed goal is said and is no failure
   */
  public static int run(PrintStream out, boolean json) {
    return run(Plan.brief(), out, json);
  }

  /**
   * The full form, with a million sleepers; some minutes and 4 GiB of disk. The short form with {@code --short}; on emulated slow
   * media with {@code --slow}; the crash explorations with {@code --explore}; a map beside others with {@code --map};
   * the heap, beside LLPL, with {@code --heap}; every medium with {@code --media}; the journaled one, beside LMDB, RocksDB and
   * SQLite, with {@code --journal}; the same with more than memory holds, with {@code --more-than-memory}; JSON with {@code --json}.
   */
  public static void main(String[] arguments) {
    List<String> given = List.of(arguments);
    boolean large = given.contains("--more-than-memory");
    if (large || given.contains("--journal")) {
      System.exit(JournalBench.runApart(large, given.contains("--short"), given.contains("--json")));
    }
    System.exit(run(plan(given), System.out, given.contains("--json")));
  }

  private static Plan plan(List<String> given) {
    boolean brief = given.contains("--short");
    if (given.contains("--explore")) {
      return Plan.explorations();
    }
    if (given.contains("--heap")) {
      return brief ? HeapPlan.brief() : HeapPlan.full();
    }
    if (given.contains("--media")) {
      return brief ? MediaPlan.brief() : MediaPlan.full();
    }
    if (given.contains("--slow")) {
      return brief ? Plan.briefSlow() : Plan.slow();
    }
    if (given.contains("--map")) {
      return brief ? Plan.briefMaps() : Plan.maps();
    }
    return brief ? Plan.brief() : Plan.full();
  }

  static int run(Plan plan, PrintStream out, boolean json) {
    // JMH allows one run per machine, by a file that another user's run leaves locked; a second run is a matter of noise.
    if (System.getProperty(IGNORE_LOCK) == null) {
      System.setProperty(IGNORE_LOCK, "true");
    }
    try {
      Report report = new ShortBench(plan).measure();
      if (json) {
        report.printJson(out);
      } else {
        report.print(out);
      }
      return CLEAN;
    } catch (RunnerException e) {
      System.err.println(
          "bench: " + e.getMessage() + "; files are made in " + Scratch.parent() + ", choose another folder with -D"
              + Scratch.FOLDER_PROPERTY + "=FOLDER");
      return STOPPED;
    }
  }

  private Report measure() throws RunnerException {
    Map<String, String> environment = Environment.describe(plan.medium());
    double clockNanos = Probe.sampled(ResumeBenchmark.class, "clockAlone", Map.of()).run(plan.pace()).p50();
    int fences = FenceCount.ofDirtyCycle();
    List<Figure> figures = new ArrayList<>();
    for (Line line : plan.lines()) {
      System.err.printf("bench: %d/%d %s: %s%n", figures.size() + 1, plan.lines().size(), line.group(), line.name());
      figures.add(line.figure(read(line.ours()), read(line.floor()), clockNanos));
    }
    List<Count> counts = new ArrayList<>();
    for (Count.Source source : plan.counts()) {
      System.err.println("bench: counting " + source.name());
      counts.addAll(source.counts().get());
    }
    return new Report(plan, environment, clockNanos, fences, figures, counts);
  }

  private Probe.Reading read(Probe probe) throws RunnerException {
    Probe.Reading reading = readings.get(probe);
    if (reading == null) {
      reading = probe.run(plan.pace());
      readings.put(probe, reading);
    }
    return reading;
  }
}
