package dev.dormouse.heap;

/** The bytes are not those of a pool. */
public final class NotAPool extends PoolException {
  private static final long serialVersionUID = 1L;

  public NotAPool(String pool, String message) {
    super(pool, message);
  }
}
