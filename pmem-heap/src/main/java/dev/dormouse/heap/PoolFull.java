package dev.dormouse.heap;

/** The pool, or the disk that it lies on, has no room for what was asked. Nothing of it was done. */
public final class PoolFull extends PoolException {
  private static final long serialVersionUID = 1L;

  public PoolFull(String pool, String message) {
    super(pool, message);
  }
}
