package dev.dormouse.bench;

import java.util.List;

/**
 * A line of the report that is still to be measured.
 *
 * @param elements how many elements an operation of the benchmark has; figures are for one of them
 * @param clocked whether each operation is timed by itself, so that the clock is part of a short one
 */
record Line(String group, String name, Probe ours, Probe floor, int elements, boolean clocked, List<Goal> goals) {
  Figure figure(Probe.Reading oursForAll, Probe.Reading floorForAll, double clockNanos) {
    return new Figure(group, name, perElement(oursForAll), perElement(floorForAll), clocked ? clockNanos / elements : 0, goals);
  }

  private Probe.Reading perElement(Probe.Reading all) {
    return new Probe.Reading(
        all.p50() / elements, all.p99() / elements, all.mean() / elements, all.allocatedBytes() / elements);
  }
}
