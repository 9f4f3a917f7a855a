package dev.dormouse.component;

/** The component's program cannot be had in this JVM. */
public final class ProgramUnavailable extends ComponentException {
  private static final long serialVersionUID = 1L;

  ProgramUnavailable(String message) {
    super(message);
  }


  ProgramUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
