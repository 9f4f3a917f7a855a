package dev.dormouse.recovery;

import dev.dormouse.heap.DurabilityClass;
import java.util.List;
import java.util.UUID;

/**
 * What a verify found. The pool is judged as recovery would leave it, and was not changed.
 *
 * @param uuid null where no header can be read
 * @param dataspaces how many dataspaces of the store there are
 * @param ownedBytes bytes in extents that something owns; where nothing is damaged, the sum of {@code usage}
 * @param usage what they are used for
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
    long dataspaces,
    long ownedBytes,
    Usage usage,
    long freeBytes,
    Recovery.Report recovery,
    List<String> notes,
    List<String> findings) {
  /** What the owned bytes are used for, slack included: what records lead to. */
  public record Usage(long componentBytes, long directoryBytes, long symbolBytes, long dataspaceBytes) {
    static final Usage NONE = new Usage(0, 0, 0, 0);
  }

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
