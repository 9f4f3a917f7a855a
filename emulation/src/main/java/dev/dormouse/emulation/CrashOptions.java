package dev.dormouse.emulation;

/**
 * How an exploration is done.
 *
 * @param model what a crash may leave
 * @param maxImagesPerPoint how many images are tried at one point of the scenario one after the other, at least 1; where
 *     there are more, as many again are chosen by the seed
 * @param maxImagesPerRecoveryPoint the same for a point inside a recovery
 * @param seed decides which images are tried where not all are
 * @param recoveryDepth how many crashes inside recoveries follow one another, 0 to 3
 * @param stopAtFirstViolation whether the exploration ends there; otherwise it ends at {@value CrashExplorer#MAX_VIOLATIONS}
 * @param faults what does not happen while the scenario runs
 * @param bulkInAnyOrder whether the pieces of one {@code write}, {@code copy} or {@code fill} may survive in any order, as
 *     Java promises none; otherwise they do from the lowest address up, which leaves fewer images
 * @param pruned whether images are left out that were tried before or that the recovery and the check cannot tell apart.
 *     Nothing is lost by it; without it, every image is made in full, to check just that
 */
public record CrashOptions(
    PersistencyModel model,
    int maxImagesPerPoint,
    int maxImagesPerRecoveryPoint,
    long seed,
    int recoveryDepth,
    boolean stopAtFirstViolation,
    FaultPlan faults,
    boolean bulkInAnyOrder,
    boolean pruned) {
  private static final int DEFAULT_IMAGES = 1024;
  private static final int DEFAULT_RECOVERY_IMAGES = 32;

  public CrashOptions {
    if (maxImagesPerPoint < 1 || maxImagesPerRecoveryPoint < 1) {
      throw new IllegalArgumentException(
          "crash exploration: budget of " + maxImagesPerPoint + " images per point and " + maxImagesPerRecoveryPoint
              + " inside a recovery, at least 1 expected; without one nothing would be checked");
    }
    if (recoveryDepth < 0 || recoveryDepth > 3) {
      throw new IllegalArgumentException("crash exploration: recovery depth " + recoveryDepth + ", 0 to 3 expected");
    }
  }

  /** 1,024 images per point, 32 inside recoveries, one crash inside a recovery, seed 0x5EED, all violations, no faults. */
  public static CrashOptions of(PersistencyModel model) {
    return new CrashOptions(
        model, DEFAULT_IMAGES, DEFAULT_RECOVERY_IMAGES, 0x5EEDL, 1, false, FaultPlan.NONE, true, true);
  }

  /** The same with other bounds. */
  public CrashOptions withImages(int perPoint, int perRecoveryPoint) {
    return new CrashOptions(
        model, perPoint, perRecoveryPoint, seed, recoveryDepth, stopAtFirstViolation, faults, bulkInAnyOrder,
        pruned);
  }

  /** The same with another seed. */
  public CrashOptions withSeed(long newSeed) {
    return new CrashOptions(
        model, maxImagesPerPoint, maxImagesPerRecoveryPoint, newSeed, recoveryDepth, stopAtFirstViolation, faults, bulkInAnyOrder,
        pruned);
  }

  /** The same with another recovery depth. */
  public CrashOptions withRecoveryDepth(int depth) {
    return new CrashOptions(
        model, maxImagesPerPoint, maxImagesPerRecoveryPoint, seed, depth, stopAtFirstViolation, faults, bulkInAnyOrder,
        pruned);
  }

  /** The same, ending at the first violation. */
  public CrashOptions stoppingAtFirstViolation() {
    return new CrashOptions(
        model, maxImagesPerPoint, maxImagesPerRecoveryPoint, seed, recoveryDepth, true, faults, bulkInAnyOrder,
        pruned);
  }

  /** The same with mistakes planted in the scenario's run. */
  public CrashOptions withFaults(FaultPlan plan) {
    return new CrashOptions(
        model, maxImagesPerPoint, maxImagesPerRecoveryPoint, seed, recoveryDepth, stopAtFirstViolation, plan, bulkInAnyOrder,
        pruned);
  }

  /** The same, where the pieces of one bulk store survive from the lowest address up. */
  public CrashOptions withBulkAscending() {
    return new CrashOptions(
        model, maxImagesPerPoint, maxImagesPerRecoveryPoint, seed, recoveryDepth, stopAtFirstViolation, faults, false,
        pruned);
  }

  /** The same, where every image is made in full. */
  public CrashOptions withoutPruning() {
    return new CrashOptions(
        model, maxImagesPerPoint, maxImagesPerRecoveryPoint, seed, recoveryDepth, stopAtFirstViolation, faults, bulkInAnyOrder,
        false);
  }
}
