package dev.dormouse.component;

import java.util.List;

/** What became of a component's capability slots when it was resumed. Same slot, same identity, same badge. */
public record ResumeAccount(Incarnation incarnation, List<Entry> entries) {
  public ResumeAccount {
    entries = List.copyOf(entries);
  }

  /** How a slot came out of a resume. */
  public enum Outcome {
    /** It was open all the time. */
    KEPT,
    /** The service handed out the same object again. */
    REOBTAINED,
    /** There is something else in its place now. */
    STALE,
    /** It was withdrawn. */
    REVOKED,
    /** The service or the object cannot be had; the reason says why. */
    UNAVAILABLE
  }

  /**
   * What became of one slot.
   *
   * @param slot the slot's number
   * @param object the service's name for the object: {@code file books/alice.txt}
   * @param badge what the grantor wrote on it
   * @param reason empty where the slot is usable
   */
  public record Entry(int slot, String object, long badge, Outcome outcome, String reason) {
    /** Whether the slot may be used. */
    public boolean isUsable() {
      return outcome == Outcome.KEPT || outcome == Outcome.REOBTAINED;
    }
  }
}
