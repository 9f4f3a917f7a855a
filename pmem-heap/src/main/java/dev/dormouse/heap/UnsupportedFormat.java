package dev.dormouse.heap;

/** The pool was written in a format that this build does not read. */
public final class UnsupportedFormat extends PoolException {
  private static final long serialVersionUID = 1L;

  public UnsupportedFormat(String pool, String message) {
    super(pool, message);
  }
}
