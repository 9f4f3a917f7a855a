package dev.dormouse.component;

/** The program threw, and everything it did in that turn was undone. The cause is what it threw. */
public final class TurnFailed extends ComponentException {
  private static final long serialVersionUID = 1L;

  TurnFailed(String message) {
    super(message);
  }


  TurnFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
