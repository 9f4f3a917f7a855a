package dev.dormouse.region;

import dev.dormouse.heap.DormouseException;

/** A region was used against its rules. Nothing was stored, but by the code to which {@link Region#lendForWrite} lent a segment. */
public final class RegionException extends DormouseException {
  private static final long serialVersionUID = 1L;

  /** What was wrong. */
  public enum Reason {
    /** The view's turn is over, its region was detached or moved, or another thread used it. */
    STALE_VIEW,
    /** The turn runs longer than the store allows: it will be undone, and has to end. */
    TURN_OVERDUE,
    /** The region is attached for reading only. */
    READ_ONLY,
    /** The component has no region of that name or at that address. */
    NOT_ATTACHED,
    /** There is a region of that name, or one that covers some of these addresses. */
    OVERLAP,
    /** A length or address that cannot be: not positive, or beyond the address space, the dataspace or what it is to hold. */
    INVALID_RANGE,
    /** The component may not hold that many bytes. */
    QUOTA_EXCEEDED,
    /** The component has as many regions as its record can count. */
    TOO_MANY_REGIONS,
    /** What was asked for is a managed dataspace, and has no bytes of its own; or it is none, and has no regions. */
    WRONG_KIND,
    /** An ordered or atomic access at an offset that is not a multiple of its length. */
    MISALIGNED,
    /** A segment that was lent, or a buffer over one, was kept beyond its call: it was what the call returned. */
    KEPT_SEGMENT,
    /** A range was stored to by another way while it was lent for writing; only a checked segment finds this out. */
    LENT
  }

  private final Reason reason;

  public RegionException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  static RegionException overdue() {
    return new RegionException(
        Reason.TURN_OVERDUE, "the turn of this view has run beyond the limit for turns, and is undone when it ends; return, or do less in a turn");
  }

  /** What was wrong. */
  public Reason reason() {
    return reason;
  }
}
