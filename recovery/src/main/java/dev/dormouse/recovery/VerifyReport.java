package dev.dormouse.recovery;

import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a verify found. The pool is judged as recovery would leave it, and was not changed.
 *
 * @param uuid null where no header can be read
 * @param provenance what became of the pool since it was last opened; null where no header can be read
 * @param dataspaces how many dataspaces of the store there are
 * @param ownedBytes bytes in extents that something owns; where nothing is damaged, the sum of {@code usage}
 * @param usage what they are used for
 * @param freeBytes bytes of the arena in no such extent
 * @param recovery what recovery would do at the next open; null where it cannot
 * @param unharmedComponents of how many components, of those that could be counted, everything proves sound
 * @param damage what is damaged; a header copy that can be done without is no damage, and in {@code notes}
 */
public record VerifyReport(
    Verdict verdict,
    UUID uuid,
    DurabilityClass durabilityClass,
    long openCount,
    Provenance provenance,
    long sizeBytes,
    long components,
    long dataspaces,
    long ownedBytes,
    Usage usage,
    long freeBytes,
    Recovery.Report recovery,
    List<String> notes,
    long unharmedComponents,
    List<Finding> damage) {
  private static final int MOST_HIT = 100;

  /** What is damaged, as sentences. */
  public List<String> findings() {
    return damage.stream().map(Finding::sentence).toList();
  }

  /** What is hit, each once, by name; the first hundred. */
  public List<String> hit() {
    return damage.stream().map(Finding::object).distinct().limit(MOST_HIT).toList();
  }

  /** What is to be done next, a sentence each. */
  public List<String> whatToDo() {
    return switch (verdict) {
      case CLEAN -> List.of(notes.isEmpty() ? "nothing needs to be done" : "it can be used as it is; ./dormouse repair writes the second copy of the header anew");
      case NOT_CLOSED -> List.of("open it: what was running is undone then, and everything that was committed is there");
      case MACHINE_WENT_DOWN ->
          List.of(
              "restore it from a backup; or look at what its components keep, which nothing can prove, and open it with acceptMachineCrash(true)");
      case DAMAGED -> afterDamage();
    };
  }

  private List<String> afterDamage() {
    List<String> steps = new ArrayList<>();
    if (uuid == null) {
      steps.add("restore it from a backup: without a header nothing else can be found");
      return steps;
    }
    if (damage.stream().anyMatch(finding -> finding.kind() != Finding.Kind.QUARANTINE)) {
      steps.add("copy the pool, or restore it from a backup; else run ./dormouse repair, which keeps what it changes");
    }
    damage.stream().map(Finding::whatToDo).distinct().forEach(steps::add);
    return steps;
  }

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
    /** The machine went down while it was open, or it is a copy that was made while it was open. Its structure proves sound; what components keep in their regions cannot be proven. */
    MACHINE_WENT_DOWN,
    /** Something is not what was written. */
    DAMAGED
  }
}
