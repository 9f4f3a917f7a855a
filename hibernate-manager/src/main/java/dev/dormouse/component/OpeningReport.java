package dev.dormouse.component;

import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.recovery.Recovery;
import java.util.UUID;

/**
 * What was found when a store was opened, and what was done about it.
 *
 * @param openCount how often the pool was opened, this time included
 * @param headerDamage what is wrong with a copy of the pool's header; empty if nothing
 * @param nanos how long opening took, recovery and, after the machine went down, the full verify included
 */
public record OpeningReport(
    Opening how,
    DurabilityClass durabilityClass,
    UUID uuid,
    long openCount,
    Recovery.Report recovery,
    String headerDamage,
    long nanos) {
  /** How the pool was found. */
  public enum Opening {
    /** It was just made. */
    CREATED,
    /** It was closed. */
    CLEAN,
    /** It was not closed; what was committed is there, what was not is undone. */
    ROLLED_BACK,
    /** The machine went down while it was open; its structure was verified, its components' bytes cannot be. */
    MACHINE_WENT_DOWN
  }
}
