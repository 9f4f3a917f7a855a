package dev.dormouse.emulation.slow;

/** The machine's clock, waited for by spinning: sleeping is a thousand times too coarse. */
final class SpinClock implements NanoClock {
  /** One for all, because calibrating takes a few milliseconds. */
  static final SpinClock INSTANCE = new SpinClock();

  // A pause of the processor takes up to some 50 ns; the last stretch goes without.
  private static final long PAUSING_NANOS = 200;
  private static final int READS = 20_000;
  private static final int ROUNDS = 10;

  private final long readNanos = calibrate();

  private SpinClock() {}

  /** The best round counts: the others were disturbed, or not compiled yet. */
  private static long calibrate() {
    long best = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      long last = start;
      for (int i = 0; i < READS; i++) {
        last = System.nanoTime();
      }
      best = Math.min(best, (last - start) / READS);
    }
    return best;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long await(long deadline) {
    long now = System.nanoTime();
    while (now - deadline < 0) {
      if (deadline - now > PAUSING_NANOS) {
        Thread.onSpinWait();
      }
      now = System.nanoTime();
    }
    return now;
  }

  @Override
  public long readNanos() {
    return readNanos;
  }
}
