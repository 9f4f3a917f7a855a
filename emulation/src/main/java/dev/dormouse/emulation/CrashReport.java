package dev.dormouse.emulation;

import java.util.List;

/**
 * What an exploration did and found.
 *
 * @param points the moments of the scenario at which crashes were tried
 * @param images the images that were considered there, the same one at several points included
 * @param distinctStates how many of them differed in content or marks; each was recovered and checked once
 * @param recoveryStates how many further states were found by crashing inside recoveries, and checked
 * @param pointsCutOff the points of the scenario that had more images than the bound
 * @param recoveryPointsCutOff the same inside recoveries
 * @param violations what did not hold, in the order in which it was found
 */
public record CrashReport(
    int points,
    long images,
    long distinctStates,
    long recoveryStates,
    int pointsCutOff,
    long recoveryPointsCutOff,
    List<CrashViolation> violations) {
  public CrashReport {
    violations = List.copyOf(violations);
  }

  /** Whether every state that a crash can leave was tried, at the recovery depth asked for. */
  public boolean exhaustive() {
    return pointsCutOff == 0 && recoveryPointsCutOff == 0;
  }

  /** Throws {@link AssertionError} with the first violation's message and cause, if there is one. */
  public void requireClean() {
    if (!violations.isEmpty()) {
      CrashViolation first = violations.getFirst();
      String others = violations.size() == 1 ? "" : "\n(and " + (violations.size() - 1) + " more violations)";
      throw new AssertionError(first.message() + others, first.cause());
    }
  }
}
