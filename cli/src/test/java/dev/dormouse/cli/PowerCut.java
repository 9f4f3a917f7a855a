package dev.dormouse.cli;

import dev.dormouse.emulation.FaultPlan;

/** Ends the world at a given access to the medium: from then on nothing that is asked of it happens, and everything throws. */
class PowerCut implements FaultPlan {
  /** What the code under test sees instead of its own end. */
  static final class Lost extends Error {
    private static final long serialVersionUID = 1L;

    Lost() {
      super("the power is gone", null, false, false);
    }
  }

  private long accessesLeft;

  PowerCut(long accessesLeft) {
    this.accessesLeft = accessesLeft;
  }

  boolean isOver() {
    return accessesLeft < 0;
  }

  @Override
  public boolean keepStore(long offset, long lengthBytes) {
    return count();
  }

  @Override
  public boolean keepFlush(long offset, long lengthBytes) {
    return count();
  }

  @Override
  public boolean keepFence(long ordinal) {
    return count();
  }

  private boolean count() {
    if (accessesLeft >= 0) {
      accessesLeft--;
    }
    if (accessesLeft < 0) {
      throw new Lost();
    }
    return true;
  }
}
