package dev.dormouse.component;

/** A name that is empty, too long, or no Unicode text. */
public final class InvalidName extends ComponentException {
  private static final long serialVersionUID = 1L;

  InvalidName(String message) {
    super(message);
  }
}
