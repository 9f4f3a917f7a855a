package dev.dormouse.bench;

import java.util.List;

/**
 * A measured line of the report, for one element where an operation has several.
 *
 * @param clockNanos what the two reads of the clock cost that both sides hold; the ratio is without them
 */
record Figure(String group, String name, Probe.Reading ours, Probe.Reading floor, double clockNanos, List<Goal> goals) {
  /** Median to median, without the clock. */
  double ratio() {
    return Math.max(ours.p50() - clockNanos, 0) / Math.max(floor.p50() - clockNanos, Math.ulp(1.0));
  }
}
