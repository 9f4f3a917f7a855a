package dev.dormouse.component;

/**
 * How far an epoch of several turns may go before it is committed. When a limit is reached, the next turn begins a new one.
 *
 * @param turns at least 1
 * @param logBytes how much undo log it may fill, at least 1
 * @param nanos how long it may last, at least 1; looked at between turns
 */
public record EpochLimits(int turns, long logBytes, long nanos) {
  /** 1,024 turns, 1 MiB of undo log, 100 ms. */
  public static final EpochLimits DEFAULT = new EpochLimits(1024, 1 << 20, 100_000_000);

  public EpochLimits {
    if (turns < 1 || logBytes < 1 || nanos < 1) {
      throw new IllegalArgumentException(
          "an epoch of " + turns + " turns, " + logBytes + " log bytes, " + nanos + " ns: at least 1 of each expected");
    }
  }
}
