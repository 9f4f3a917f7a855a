package dev.dormouse.emulation.mutation;

/**
 * What a suite found.
 *
 * @param killed whether something was wrong
 * @param how what was wrong, in a sentence; empty if nothing was
 * @param states how many states were looked at until then: contents after a crash, damaged records, schedules
 */
public record Verdict(boolean killed, String how, long states) {
  /** Something is wrong. */
  public static Verdict killed(String how, long states) {
    return new Verdict(true, how, states);
  }

  /**
   * Nothing is wrong.
   *
   * @throws IllegalArgumentException if no state was looked at, because then that would mean nothing
   */
  public static Verdict survived(long states) {
    if (states < 1) {
      throw new IllegalArgumentException("verdict: " + states + " states were looked at, at least 1 expected; the suite tested nothing");
    }
    return new Verdict(false, "", states);
  }
}
