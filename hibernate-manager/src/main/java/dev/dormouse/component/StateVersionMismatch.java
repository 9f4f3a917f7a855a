package dev.dormouse.component;

/**
 * The component's regions were written by another version of its program, which the one that is there does not accept. It
 * does not run, and nothing of it has changed.
 */
public final class StateVersionMismatch extends ComponentException {
  private static final long serialVersionUID = 1L;

  private final int recorded;
  private final int expected;

  StateVersionMismatch(String message, int recorded, int expected) {
    super(message);
    this.recorded = recorded;
    this.expected = expected;
  }

  /** The version that the component's record says. */
  public int recorded() {
    return recorded;
  }

  /** The version of the program that is there. */
  public int expected() {
    return expected;
  }
}
