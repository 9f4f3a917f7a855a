package dev.dormouse.heap;

/** Bytes that the pool hangs on are not what was written. */
public final class Damaged extends PoolException {
  private static final long serialVersionUID = 1L;

  public Damaged(String pool, String message) {
    super(pool, message);
  }
}
