package dev.dormouse.heap;

/** An archive cannot restore the pool to a point. The message says what there is. */
public final class NoSuchPoint extends PoolException {
  private static final long serialVersionUID = 1L;

  public NoSuchPoint(String archive, String what) {
    super(archive, what);
  }
}
