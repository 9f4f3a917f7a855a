package dev.dormouse.component;

/** A component of that name exists already. */
public final class NameTaken extends ComponentException {
  private static final long serialVersionUID = 1L;

  NameTaken(String message) {
    super(message);
  }
}
