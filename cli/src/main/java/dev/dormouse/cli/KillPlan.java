package dev.dormouse.cli;

import java.util.SplittableRandom;

/** When to kill: at random moments, one in each of as many equal parts of the input as there are to be kills. */
final class KillPlan {
  private static final int MOST_DELAY_MILLIS = 50;
  private static final double NANOS_PER_KILL = 500e6;

  private final SplittableRandom random;
  private final long[] positions;
  private final double nanosPerByte;
  private int done;

  /**
   * A plan for what is left of the input.
   *
   * @param from how much of the input has been gone through, in bytes
   */
  KillPlan(long seed, int kills, long from, long inputBytes) {
    this.random = new SplittableRandom(seed);
    this.positions = new long[kills];
    double part = kills == 0 ? 0 : (double) (inputBytes - from) / kills;
    for (int i = 0; i < kills; i++) {
      // The worker says every 100 ms where it is; a kill at the very end of the input would come too late.
      double share = random.nextDouble() * (i == kills - 1 ? 0.5 : 1);
      positions[i] = from + (long) ((i + share) * part);
    }
    this.nanosPerByte = part == 0 ? 0 : NANOS_PER_KILL / part;
  }

  /** Whether the worker is to be killed now that it is at {@code position}. */
  boolean isDue(long position) {
    return done < positions.length && position >= positions[done];
  }

  /** How long to wait with it, so that it does not always hit the same instruction. */
  long delayMillis() {
    return random.nextInt(MOST_DELAY_MILLIS);
  }

  /** To be called for each kill. */
  void killed() {
    done++;
  }

  int done() {
    return done;
  }

  int planned() {
    return positions.length;
  }

  /** How slowly the input must be gone through at least for all kills to find it at work. */
  double nanosPerByte() {
    return nanosPerByte;
  }
}
