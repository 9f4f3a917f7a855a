package dev.dormouse.emulation.slow;

/** The time, and waiting for it. */
interface NanoClock {
  /** Like {@link System#nanoTime}. */
  long nanoTime();

  /** Waits until {@code deadline}, at once if it is past; answers the time then. */
  long await(long deadline);

  /** What one {@link #nanoTime} takes, in nanoseconds. */
  long readNanos();
}
