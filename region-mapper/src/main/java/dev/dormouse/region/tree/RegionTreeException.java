package dev.dormouse.region.tree;

import dev.dormouse.heap.DormouseException;

/** A region does not hold a tree that can be used, or the tree has no room. Nothing was stored. */
public final class RegionTreeException extends DormouseException {
  private static final long serialVersionUID = 1L;

  /** What was wrong. */
  public enum Reason {
    /** The region does not begin with a tree's header. */
    NOT_A_TREE,
    /** The tree has another format than this build reads. */
    UNSUPPORTED_FORMAT,
    /** The region is shorter than the tree needs; it was cut off. */
    REGION_TOO_SHORT,
    /** Every page of the region is in use. Resize the region and open the tree again: it takes up the new space. */
    FULL,
    /** Bytes of the tree are not what a tree can have. */
    DAMAGED
  }

  private final Reason reason;

  RegionTreeException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
