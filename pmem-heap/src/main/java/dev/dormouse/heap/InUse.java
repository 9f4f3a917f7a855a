package dev.dormouse.heap;

/** Somebody else has the pool open; the message says who. */
public final class InUse extends PoolException {
  private static final long serialVersionUID = 1L;

  public InUse(String pool, String message) {
    super(pool, message);
  }
}
