package dev.dormouse.bench;

import dev.dormouse.heap.llpl.LlplLibrary;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * One benchmark method with its parameters, to be run in a mode.
 *
 * @param parameters by name
 * @param counter the counter of the benchmark whose events are measured in place of its calls; empty if it is the calls
 * @param threads how many do it at the same time
 */
record Probe(Class<?> type, String method, Map<String, String> parameters, Mode mode, String counter, int threads) {
  private static final String CALLS = "";
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  /**
   * How long to look.
   *
   * @param forks 0 runs inside this JVM
   * @param shots calls of a benchmark that is measured call by call, each for warming up and for measuring
   */
  record Pace(int forks, int warmups, int iterations, TimeValue iteration, int shots) {}

  /**
   * What was seen, in nanoseconds for one call, or one event.
   *
   * @param p50 the mean where calls were not measured one by one
   * @param p99 NaN where calls were not measured one by one
   * @param allocatedBytes by one of them; NaN where it was not measured
   */
  record Reading(double p50, double p99, double mean, double allocatedBytes) {}

  static Probe sampled(Class<?> type, String method, Map<String, String> parameters) {
    return new Probe(type, method, parameters, Mode.SampleTime, CALLS, 1);
  }

  static Probe averaged(Class<?> type, String method, Map<String, String> parameters) {
    return new Probe(type, method, parameters, Mode.AverageTime, CALLS, 1);
  }

  static Probe shot(Class<?> type, String method, Map<String, String> parameters) {
    return new Probe(type, method, parameters, Mode.SingleShotTime, CALLS, 1);
  }

  /** The mean time of the processor for one event that the benchmark counts; it counts that time too. */
  static Probe counted(Class<?> type, String method, Map<String, String> parameters, String counter) {
    return new Probe(type, method, parameters, Mode.AverageTime, counter, 1);
  }

  /** The same by several threads at a time; figures stay those of one call. */
  Probe by(int several) {
    return new Probe(type, method, parameters, mode, counter, several);
  }

  /** Runs it and says nothing. */
  Reading run(Pace pace) throws RunnerException {
    boolean shots = mode == Mode.SingleShotTime;
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(type.getName() + "." + method) + "$")
            .mode(mode)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(pace.forks)
            .threads(threads)
            .warmupIterations(shots ? pace.shots : pace.warmups)
            .measurementIterations(shots ? pace.shots : pace.iterations)
            .warmupTime(pace.iteration)
            .measurementTime(pace.iteration)
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            // JMH itself uses what the JDK warns about.
            .jvmArgsAppend(flags());
    parameters.forEach(options::param);
    RunResult result = run(options.build());
    Statistics statistics = result.getPrimaryResult().getStatistics();
    if (!counter.equals(CALLS)) {
      // JMH divides the time on the wall by either counter; what is left is the processor's time for one event.
      double mean =
          result.getSecondaryResults().get(counter).getScore()
              / result.getSecondaryResults().get(CrashExplorationBenchmark.CPU_NANOS).getScore();
      return new Reading(mean, Double.NaN, mean, allocatedBytes(result) * result.getSecondaryResults().get(counter).getScore() / statistics.getMean());
    }
    if (mode == Mode.AverageTime) {
      // Percentiles of the means of a few iterations would only look like percentiles.
      return new Reading(statistics.getMean(), Double.NaN, statistics.getMean(), allocatedBytes(result));
    }
    return new Reading(
        statistics.getPercentile(50), statistics.getPercentile(99), statistics.getMean(), allocatedBytes(result));
  }

  private String[] flags() {
    List<String> flags = new ArrayList<>(List.of("--sun-misc-unsafe-memory-access=allow"));
    if (type == MapBenchmark.class) {
      flags.addAll(List.of(MapBenchmark.FLAGS));
    }
    if (type == MediaBenchmark.class) {
      flags.addAll(MediaBenchmark.FLAGS);
    }
    if (type == LlplBenchmark.class) {
      flags.addAll(LlplLibrary.FLAGS);
    }
    return flags.toArray(String[]::new);
  }

  private RunResult run(Options options) throws RunnerException {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream logged = new PrintStream(log, true, StandardCharsets.UTF_8);
    PrintStream out = System.out;
    // Whatever a fork says on the side must not get into the report.
    System.setOut(logged);
    try {
      Collection<RunResult> results =
          new Runner(options, OutputFormatFactory.createFormatInstance(logged, VerboseMode.NORMAL)).run();
      if (results.size() == 1) {
        return results.iterator().next();
      }
      throw new RunnerException("one benchmark expected, JMH knows " + results.size());
    } catch (RunnerException e) {
      throw new RunnerException(this + ": " + reason(log.toString(StandardCharsets.UTF_8), e), e);
    } finally {
      System.setOut(out);
    }
  }

  /** JMH writes why a benchmark failed to its log and nowhere else. */
  private static String reason(String log, RunnerException e) {
    return log.lines()
        .dropWhile(line -> !line.contains("<failure>"))
        .skip(1)
        .filter(line -> !line.isBlank())
        .findFirst()
        .orElse(e.getMessage());
  }

  private static double allocatedBytes(RunResult result) {
    return result.getSecondaryResults().values().stream()
        .filter(secondary -> secondary.getLabel().endsWith(ALLOCATION))
        .mapToDouble(secondary -> secondary.getScore())
        .findFirst()
        .orElse(Double.NaN);
  }

  @Override
  public String toString() {
    return type.getSimpleName() + "." + method + new TreeMap<>(parameters);
  }
}
