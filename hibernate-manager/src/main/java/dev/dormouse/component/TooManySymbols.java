package dev.dormouse.component;

/** The pool's table of names for programs, regions and file roots is full. */
public final class TooManySymbols extends ComponentException {
  private static final long serialVersionUID = 1L;

  TooManySymbols(String message) {
    super(message);
  }
}
