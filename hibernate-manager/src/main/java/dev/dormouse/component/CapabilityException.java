package dev.dormouse.component;

/** A capability could not be granted or used. */
public final class CapabilityException extends ComponentException {
  private static final long serialVersionUID = 1L;

  private final int slot;
  private final ResumeAccount.Outcome outcome;

  CapabilityException(int slot, ResumeAccount.Outcome outcome, String message) {
    super("capability slot " + slot + ": " + message);
    this.slot = slot;
    this.outcome = outcome;
  }

  /** The slot's number. */
  public int slot() {
    return slot;
  }

  /** What became of the slot, as the account of the resume says it. */
  public ResumeAccount.Outcome outcome() {
    return outcome;
  }
}
