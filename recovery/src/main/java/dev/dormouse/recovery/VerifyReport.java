package dev.dormouse.recovery;

import dev.dormouse.heap.DurabilityClass;
import java.util.List;
import java.util.UUID;

/**
 * What a verify found. The pool is judged as recovery would leave it, and was not changed.
 *
 * @param uuid null where no header can be read
 * @param ownedBytes bytes in extents that something owns
 * @param freeBytes bytes of the arena in no such extent
 * @param recovery what recovery would do at the next open; null where it cannot
 * @param findings sentences about what is damaged; notes about a header copy that recovery can do without are in {@code notes}
 */
public record VerifyReport(
    Verdict verdict,
    UUID uuid,
    DurabilityClass durabilityClass,
    long openCount,
    long sizeBytes,
    long components,
    long ownedBytes,
    long freeBytes,
    Recovery.Report recovery,
    List<String> notes,
    List<String> findings) {
  /** How a pool is. */
  public enum Verdict {
    /** It was closed, and everything proves sound. */
    CLEAN,
    /** It was not closed; the next open recovers it, and everything proves sound then. */
    NOT_CLOSED,
    /** The machine went down while it was open. Its structure proves sound; what components keep in their regions cannot be proven. */
    MACHINE_WENT_DOWN,
    /** Something is not what was written. */
    DAMAGED
  }
}
