package dev.dormouse.emulation;

import java.util.List;

/**
 * What an exploration did and found.
 *
 * @param points the moments of the scenario at which the set of possible contents changes
 * @param pointsNotCrashed those at which no crash was tried, because the exploration ended before, or one crash was asked for
 * @param images how often a content was made of what those crashes may leave, the same one at several points included
 * @param imagesCovered how many contents those stand for: contents that differ only in what neither the recovery nor the
 *     check read are tried once. {@code Long.MAX_VALUE} if more
 * @param distinctStates how many of them differed in content or marks; each was recovered and checked
 * @param recoveryStates how many further states were found by crashing inside recoveries, and checked
 * @param pointsCutOff the points of the scenario that had more images than the bound
 * @param recoveryPointsCutOff the same inside recoveries
 * @param violations what did not hold, in the order in which it was found
 * @param findings mistakes and costs that were noticed beside them
 */
public record CrashReport(
    int points,
    int pointsNotCrashed,
    long images,
    long imagesCovered,
    long distinctStates,
    long recoveryStates,
    int pointsCutOff,
    long recoveryPointsCutOff,
    List<CrashViolation> violations,
    List<Finding> findings) {
  public CrashReport {
    violations = List.copyOf(violations);
    findings = List.copyOf(findings);
  }

  /** Whether every state that a crash can leave was tried, at the recovery depth asked for. */
  public boolean exhaustive() {
    return pointsCutOff == 0 && recoveryPointsCutOff == 0 && pointsNotCrashed == 0;
  }

  /** Throws {@link AssertionError} with the first violation's message and cause, if there is one. */
  public void requireClean() {
    if (!violations.isEmpty()) {
      CrashViolation first = violations.getFirst();
      String others = violations.size() == 1 ? "" : "\n(and " + (violations.size() - 1) + " more violations)";
      throw new AssertionError(first.message() + others, first.cause());
    }
  }

  /** Throws {@link AssertionError} if there is a finding that is more than a cost. */
  public void requireNoMistakes() {
    List<Finding> mistakes = findings.stream().filter(finding -> !finding.isCost()).toList();
    if (!mistakes.isEmpty()) {
      throw new AssertionError("the crash exploration found mistakes: " + mistakes);
    }
  }

  /** One line for a log. */
  public String summary() {
    return points + " points" + (pointsNotCrashed == 0 ? "" : " (" + pointsNotCrashed + " not crashed)") + ", "
        + distinctStates + " states and " + recoveryStates + " inside recoveries"
        + (imagesCovered > images ? ", for " + imagesCovered + " images" : "")
        + (exhaustive() ? "" : ", " + pointsCutOff + " points and " + recoveryPointsCutOff + " inside recoveries cut off")
        + ", " + violations.size() + " violations";
  }
}
