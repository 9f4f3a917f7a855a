package dev.dormouse.heap;

/** A pool could not be made, opened or used. The pool itself is unharmed by the operation that threw. */
public abstract sealed class PoolException extends DormouseException
    permits NotAPool, UnsupportedFormat, Damaged, InUse, PoolFull, MediaUnavailable, MachineWentDown, OldCopy, NoSuchPoint {
  private static final long serialVersionUID = 1L;

  private final String pool;

  PoolException(String pool, String message) {
    super("pool " + pool + ": " + message);
    this.pool = pool;
  }

  PoolException(String pool, String message, Throwable cause) {
    super("pool " + pool + ": " + message, cause);
    this.pool = pool;
  }

  /** Where the pool lies, as the medium describes it. */
  public final String pool() {
    return pool;
  }
}
