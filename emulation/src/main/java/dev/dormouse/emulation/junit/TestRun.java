package dev.dormouse.emulation.junit;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.FaultPlan;
import dev.dormouse.emulation.Finding;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.PoolReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a test asked for and what came of it: the options, whether anything was explored, and the figures. */
final class TestRun {
  private final TestName name;
  private CrashOptions options;
  private boolean begun;
  private CrashReport report;

  private TestRun(TestName name, CrashOptions options) {
    this.name = name;
    this.options = options;
  }

  /** @throws IllegalArgumentException if a budget of the annotation is out of its range */
  static TestRun of(TestName name, CrashTest test, PersistencyModel model) {
    return new TestRun(
        name,
        CrashOptions.of(model)
            .withImages(test.images(), test.recoveryImages())
            .withRecoveryDepth(test.recoveryDepth())
            .withSeed(Properties.seedOr(test.seed()))
            .stoppingAtFirstViolation());
  }

  TestName name() {
    return name;
  }

  CrashOptions options() {
    return options;
  }

  PoolReader zeros(long sizeBytes) {
    if (sizeBytes < 1) {
      throw new IllegalArgumentException(
          name + ": a medium of " + sizeBytes + " bytes, at least 1 expected; there would be nothing to crash");
    }
    return CrashMedia.zeros(sizeBytes);
  }

  void plant(FaultPlan plan) {
    options = options.withFaults(plan);
  }

  /** Called by whatever explores, before it does. */
  void begin() {
    if (begun) {
      throw new IllegalStateException(
          name + ": a second scenario in one test method, one expected, because the line that reproduces a crash names the"
              + " method; give it a method of its own");
    }
    begun = true;
  }

  /** What was begun and did not come to an end was refused, and shows nothing, even where the method caught that. */
  void requireExplored() {
    if (report == null) {
      throw new IllegalStateException(
          name + ": the method explored nothing; it must take a CrashScenario and end its chain with check or allOrNothing");
    }
  }

  void requireNoStepsAskedFor() {
    if (Properties.steps(Integer.MAX_VALUE).isPresent()) {
      throw new IllegalStateException(
          name + ": " + Properties.STEPS + " is set, but this scenario has no steps; the property is meant for another test");
    }
  }

  /** The exploration that the test is about; those that follow, to minimise, are not counted. */
  CrashReport explore(
      PoolReader initial, CrashExplorer.Scenario scenario, CrashExplorer.Recovery recovery, CrashExplorer.Invariant invariant) {
    report = CrashExplorer.explore(initial, scenario, recovery, invariant, options);
    return report;
  }

  /** Tells the figures, if there are any. */
  void publish(Consumer<Map<String, String>> entries) {
    if (report == null) {
      return;
    }
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("crash.model", options.model().name());
    figures.put("crash.seed", String.format("0x%x", options.seed()));
    figures.put("crash.points", Integer.toString(report.points()));
    figures.put("crash.pointsNotCrashed", Integer.toString(report.pointsNotCrashed()));
    figures.put("crash.images", Long.toString(report.imagesCovered()));
    figures.put("crash.states", Long.toString(report.distinctStates()));
    figures.put("crash.recoveryStates", Long.toString(report.recoveryStates()));
    figures.put("crash.pointsCutOff", Integer.toString(report.pointsCutOff()));
    figures.put("crash.recoveryPointsCutOff", Long.toString(report.recoveryPointsCutOff()));
    figures.put("crash.exhaustive", Boolean.toString(report.exhaustive()));
    figures.put("crash.violations", Integer.toString(report.violations().size()));
    figures.put("crash.mistakes", text(report.findings().stream().filter(finding -> !finding.isCost())));
    figures.put("crash.costs", text(report.findings().stream().filter(Finding::isCost)));
    entries.accept(figures);
  }

  /** Something is always said, because a report entry must not be blank. */
  private static String text(Stream<Finding> findings) {
    String text = findings.map(Finding::toString).collect(Collectors.joining("\n"));
    return text.isEmpty() ? "none" : text;
  }
}
