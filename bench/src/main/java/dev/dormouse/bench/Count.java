package dev.dormouse.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * What is counted and not timed, beside what it is held against.
 *
 * @param unit of all three; a percent sign for shares
 * @param floor NaN where there is none
 * @param most the greatest value that meets the goal; NaN where there is no goal
 */
record Count(String group, String name, String unit, double value, double floor, double most) {
  /** What belongs together and is counted together. */
  record Source(String name, Supplier<List<Count>> counts) {}

  boolean hasGoal() {
    return !Double.isNaN(most);
  }

  boolean isMet() {
    return value <= most;
  }

  String inWords(double number) {
    if (Double.isNaN(number)) {
      return "-";
    }
    boolean whole = number == Math.rint(number);
    return String.format(Locale.ROOT, whole ? "%,.0f %s" : "%.2f %s", number, unit);
  }
}
