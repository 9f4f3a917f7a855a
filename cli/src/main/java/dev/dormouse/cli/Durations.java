package dev.dormouse.cli;

import java.util.Arrays;
import java.util.Locale;

/** Durations as people read them. */
final class Durations {
  private Durations() {}

  static String of(long nanos) {
    if (nanos < 1_000) {
      return nanos + " ns";
    }
    if (nanos < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f us", nanos / 1e3);
    }
    return nanos < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f ms", nanos / 1e6)
        : String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }

  /**
   * Least, middle and greatest of some durations, in nanoseconds; zeros if there are none.
   *
   * @param count how many there were
   */
  record Spread(int count, long minNanos, long medianNanos, long maxNanos) {
    static Spread of(long[] nanos) {
      long[] sorted = nanos.clone();
      Arrays.sort(sorted);
      int count = sorted.length;
      return count == 0 ? new Spread(0, 0, 0, 0) : new Spread(count, sorted[0], sorted[count / 2], sorted[count - 1]);
    }

    @Override
    public String toString() {
      return count == 0
          ? "none"
          : "min " + Durations.of(minNanos) + ", median " + Durations.of(medianNanos) + ", max " + Durations.of(maxNanos)
              + " (of " + count + ")";
    }
  }
}
