package dev.dormouse.region;

import dev.dormouse.heap.DormouseException;

/** A region was used against its rules. Nothing was stored. */
public final class RegionException extends DormouseException {
  private static final long serialVersionUID = 1L;

  /** What was wrong. */
  public enum Reason {
    /** The view's turn is over, its region was detached or moved, or another thread used it. */
    STALE_VIEW,
    /** The region is attached for reading only. */
    READ_ONLY,
    /** The component has no region of that name or at that address. */
    NOT_ATTACHED,
    /** There is a region of that name, or one that covers some of these addresses. */
    OVERLAP,
    /** A length or address that cannot be: not positive, or beyond the address space. */
    INVALID_RANGE,
    /** The component may not hold that many bytes. */
    QUOTA_EXCEEDED
  }

  private final Reason reason;

  public RegionException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
