package dev.dormouse.emulation.slow;

/** A clock that stands still unless somebody waits or a test moves it, so that what was waited is exactly what was charged. */
class FakeClock implements NanoClock {
  private final long readNanos;
  private long now;
  private int waits;

  FakeClock(long start, long readNanos) {
    this.now = start;
    this.readNanos = readNanos;
  }

  void pass(long nanos) {
    now += nanos;
  }

  /** How often somebody waited. */
  int waits() {
    return waits;
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public long await(long deadline) {
    waits++;
    now = Math.max(now, deadline);
    return now;
  }

  @Override
  public long readNanos() {
    return readNanos;
  }
}
