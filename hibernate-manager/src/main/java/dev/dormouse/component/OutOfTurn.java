package dev.dormouse.component;

/** Something was used outside of the turn that it belongs to, or inside of one where it cannot be. Nothing was done. */
public final class OutOfTurn extends ComponentException {
  private static final long serialVersionUID = 1L;

  /** What was wrong. */
  public enum Reason {
    /** The turn or batch that it belongs to is over. */
    OVER,
    /** The turn or batch that it belongs to runs in another thread. */
    WRONG_THREAD,
    /** A turn of the batch, or its commit, failed, and all since the last commit are undone. */
    UNDONE,
    /** The thread runs a turn, and what it asked for would have to wait for a lane or a lock. */
    INSIDE_A_TURN
  }

  private final Reason reason;

  OutOfTurn(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What was wrong. */
  public Reason reason() {
    return reason;
  }
}
