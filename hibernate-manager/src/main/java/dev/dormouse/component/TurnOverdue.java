package dev.dormouse.component;

import java.time.Duration;

/**
 * A turn ran beyond the limit that the store was opened with ({@link StoreOptions#turnLimit}). Its own caller gets this when
 * it was stopped and undone; others get it where they would wait for a turn that has run for twice the limit and still runs.
 */
public final class TurnOverdue extends ComponentException {
  private static final long serialVersionUID = 1L;

  private final boolean stopped;
  private final Duration limit;

  private TurnOverdue(String message, Throwable cause, boolean stopped, long limitNanos) {
    super(message, cause);
    this.stopped = stopped;
    this.limit = Duration.ofNanos(limitNanos);
  }

  /**
   * The turn, or what its caller does between two turns of a batch, has ended, and is undone.
   *
   * @param cause what it threw; null if it returned
   */
  static TurnOverdue stopped(String what, long limitNanos, Throwable cause) {
    return new TurnOverdue(
        what + " ran longer than the " + Duration.ofNanos(limitNanos) + " that a turn may; it was stopped and is rolled back, do less in a turn or raise"
            + " the limit", cause, true, limitNanos);
  }

  /** It still runs, and may for ever: nothing was done for whoever waits. */
  static TurnOverdue stillRuns(String what, long limitNanos) {
    return new TurnOverdue(
        what + ", for more than twice the " + Duration.ofNanos(limitNanos) + " that a turn may, and does not react; nothing was done, try again"
            + " later or end the process: the turn is undone at the next open", null, false, limitNanos);
  }

  /** Something waited until no turn runs, and some do. */
  static TurnOverdue inTheWay(String what, long waitedNanos) {
    return new TurnOverdue(
        what + " for " + Duration.ofNanos(waitedNanos) + " and longer; nothing was done, try again when they have ended", null, false, waitedNanos);
  }

  /** Whether it was stopped and is undone; if not, it still runs, and keeps its lane and its component. */
  public boolean isStopped() {
    return stopped;
  }

  /** The limit. */
  public Duration limit() {
    return limit;
  }
}
