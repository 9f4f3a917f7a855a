package dev.dormouse.heap;

/** The pool is an older state of one that was opened since, and the caller's options refuse that; the message says how old. */
public final class OldCopy extends PoolException {
  private static final long serialVersionUID = 1L;

  private final long missingOpenings;

  public OldCopy(String pool, long missingOpenings, String message) {
    super(pool, message);
    this.missingOpenings = missingOpenings;
  }

  /** How many openings the pool has seen since; 0 if only the end of its last one is missing. */
  public long missingOpenings() {
    return missingOpenings;
  }
}
