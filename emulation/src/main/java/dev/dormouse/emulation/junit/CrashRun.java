package dev.dormouse.emulation.junit;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.CrashViolation;
import dev.dormouse.heap.PoolReader;
import java.util.List;
import java.util.Optional;

/** A scenario that is one function of the medium. */
public final class CrashRun {
  private final TestRun run;
  private final PoolReader initial;
  private final CrashExplorer.Scenario scenario;
  private CrashExplorer.Recovery recovery = media -> {};

  CrashRun(TestRun run, PoolReader initial, CrashExplorer.Scenario scenario) {
    this.run = run;
    this.initial = initial;
    this.scenario = scenario;
  }

  /** What is done first after a crash, and is crashed itself; nothing, if this is not called. */
  public CrashRun recover(CrashExplorer.Recovery after) {
    recovery = after;
    return this;
  }

  /**
   * Explores.
   *
   * @param invariant throws if the promise does not hold
   * @throws CrashFailure if it does not after some crash
   * @throws IllegalStateException if the scenario fails without any crash, if there is nothing to crash in it, or if the
   *     crash that system properties ask for does not come up
   */
  public CrashReport check(CrashExplorer.Invariant invariant) {
    run.begin();
    run.requireNoStepsAskedFor();
    CrashReport report = run.explore(initial, scenario, recovery, invariant);
    if (!report.violations().isEmpty()) {
      CrashViolation violation = report.violations().getFirst();
      throw new CrashFailure(
          FailureText.of(run, violation, "", Optional.empty()), report, violation, List.of());
    }
    return report;
  }
}
