package dev.dormouse.cli.torture;

import java.util.SplittableRandom;

/**
 * When a child is to be killed.
 *
 * @param phase what it is to be at
 * @param operations how many it is to have acknowledged before; counted and not timed, so that a slow machine sees as many
 * @param delayNanos how long to wait then, so that it is at any instruction
 * @param share of the time that opening or closing is expected to take, from 0 on; more than 1 is after it
 * @param aimed whether it is meant for recovery itself, which is a small part of opening
 */
record KillInstant(Phase phase, long operations, long delayNanos, double share, boolean aimed) {
  private static final double MOST_OPERATIONS = 3000;
  /** By then the JIT's best code is in place. */
  private static final long WARM_OPERATIONS = 12_000;
  private static final double LEAST_DELAY_NANOS = 10e3;
  private static final double MOST_DELAY_NANOS = 30e6;

  /** What the child is at. */
  enum Phase {
    OPENING,
    WORKING,
    CLOSING
  }

  /** The instant of a kill, by its number. */
  static KillInstant of(long seed, long kill) {
    SplittableRandom random = new SplittableRandom(Mix.of(seed, kill));
    int choice = random.nextInt(20);
    Phase phase = choice < 7 ? Phase.OPENING : choice < 9 ? Phase.CLOSING : Phase.WORKING;
    // Short lives more often than long ones, and a few that are very long.
    boolean warm = random.nextInt(16) == 0;
    return new KillInstant(
        phase,
        warm ? WARM_OPERATIONS + random.nextLong(WARM_OPERATIONS) : (long) spread(random, 1, MOST_OPERATIONS),
        (long) spread(random, LEAST_DELAY_NANOS, MOST_DELAY_NANOS),
        random.nextDouble() * 1.2,
        phase == Phase.OPENING && random.nextInt(3) > 0);
  }

  private static double spread(SplittableRandom random, double least, double most) {
    return least * Math.pow(most / least, random.nextDouble());
  }
}
