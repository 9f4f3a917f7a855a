package dev.dormouse.component;

import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Provenance;
import dev.dormouse.recovery.Recovery;
import java.util.List;
import java.util.UUID;

/**
 * What was found when a store was opened, and what was done about it.
 *
 * @param openCount how often the pool was opened, this time included, and as far as its anchor knows its other copies
 * @param provenance what became of the pool since it was last opened, and where it was opened then; an old copy is said here
 * @param headerDamage what is wrong with a copy of the pool's header; empty if nothing
 * @param notes what is to be known of the medium, in sentences: how lines are written back and what that took when it was tried,
 *     what is not safe there, what would make it faster
 * @param nanos how long opening took, recovery and, after the machine went down, the full verify included
 */
public record OpeningReport(
    Opening how,
    DurabilityClass durabilityClass,
    UUID uuid,
    long openCount,
    Provenance provenance,
    Recovery.Report recovery,
    String headerDamage,
    List<String> notes,
    long nanos) {
  /** How the pool was found. */
  public enum Opening {
    /** It was just made. */
    CREATED,
    /** It was closed. */
    CLEAN,
    /** It was not closed; what was committed is there, what was not is undone. */
    ROLLED_BACK,
    /** The machine went down while it was open, or it is a copy that was made while it was open; its structure was verified, its components' bytes cannot be. */
    MACHINE_WENT_DOWN
  }
}
