package dev.dormouse.component;

/** The component's record or log is damaged; it does not run, the others go on. */
public final class Quarantined extends ComponentException {
  private static final long serialVersionUID = 1L;

  Quarantined(String message) {
    super(message);
  }
}
