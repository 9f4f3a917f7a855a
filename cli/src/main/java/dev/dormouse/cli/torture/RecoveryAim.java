package dev.dormouse.cli.torture;

/** Learns when a child recovers its pool: from kills that came before it, and from those that came after it. */
final class RecoveryAim {
  private static final double FIRST_GUESS_NANOS = 3e6;
  private static final double LEAST_NANOS = 100e3;
  private static final double MOST_NANOS = 100e6;
  private static final double LONGER = 1.3;

  private double nanos = FIRST_GUESS_NANOS;

  /**
   * How long to wait once the child said that it opens the pool.
   *
   * @param share from 0 to 1.2, so that it is not always the same instruction
   */
  long delayNanos(double share) {
    return (long) (nanos * (0.4 + share));
  }

  /** Takes note of how many lanes were to be finished before such a kill, and after it. */
  void note(long before, long after) {
    if (before > 0) {
      double better = after == 0 ? nanos / LONGER : after == before ? nanos * LONGER : nanos;
      nanos = Math.clamp(better, LEAST_NANOS, MOST_NANOS);
    }
  }
}
