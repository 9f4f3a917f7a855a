package dev.dormouse.emulation.junit;

import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.CrashViolation;
import java.util.List;

/**
 * A crash after which the promise did not hold. The message says in its first line what broke, in its second how to see it
 * again, and then which steps it takes and what was stored around the crash. The cause is what recovery or check threw.
 */
public final class CrashFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final transient CrashReport report;
  private final transient CrashViolation violation;
  private final transient List<Object> steps;

  CrashFailure(String message, CrashReport report, CrashViolation violation, List<Object> steps) {
    super(message, violation.cause());
    this.report = report;
    this.violation = violation;
    this.steps = List.copyOf(steps);
  }

  /** What was explored up to the violation, before any steps were left out. */
  public CrashReport report() {
    return report;
  }

  /** The violation, of the fewest steps that were found to break it. */
  public CrashViolation violation() {
    return violation;
  }

  /** Those steps, by what they were named; empty if the scenario was not given as steps. */
  public List<Object> steps() {
    return steps;
  }
}
