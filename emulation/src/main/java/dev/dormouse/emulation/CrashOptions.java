package dev.dormouse.emulation;

/**
 * How an exploration is done.
 *
 * @param model what a crash may leave
 * @param maxImagesPerPoint how many images are tried at one point of the scenario, at least 1; where fewer are possible,
 *     all of them are
 * @param maxImagesPerRecoveryPoint the same for a point inside a recovery
 * @param seed decides which images are tried where not all are
 * @param recoveryDepth how many crashes inside recoveries follow one another, 0 to 3
 * @param stopAtFirstViolation whether the exploration ends there; otherwise it ends at {@value CrashExplorer#MAX_VIOLATIONS}
 * @param faults what does not happen while the scenario runs
 */
public record CrashOptions(
    PersistencyModel model,
    int maxImagesPerPoint,
    int maxImagesPerRecoveryPoint,
    long seed,
    int recoveryDepth,
    boolean stopAtFirstViolation,
    FaultPlan faults) {
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
    return new CrashOptions(model, DEFAULT_IMAGES, DEFAULT_RECOVERY_IMAGES, 0x5EEDL, 1, false, FaultPlan.NONE);
  }

  /** The same with other bounds. */
  public CrashOptions withImages(int perPoint, int perRecoveryPoint) {
    return new CrashOptions(model, perPoint, perRecoveryPoint, seed, recoveryDepth, stopAtFirstViolation, faults);
  }

  /** The same with another seed. */
  public CrashOptions withSeed(long newSeed) {
    return new CrashOptions(
        model, maxImagesPerPoint, maxImagesPerRecoveryPoint, newSeed, recoveryDepth, stopAtFirstViolation, faults);
  }

  /** The same with another recovery depth. */
  public CrashOptions withRecoveryDepth(int depth) {
    return new CrashOptions(
        model, maxImagesPerPoint, maxImagesPerRecoveryPoint, seed, depth, stopAtFirstViolation, faults);
  }

  /** The same, ending at the first violation. */
  public CrashOptions stoppingAtFirstViolation() {
    return new CrashOptions(model, maxImagesPerPoint, maxImagesPerRecoveryPoint, seed, recoveryDepth, true, faults);
  }

  /** The same with mistakes planted in the scenario's run. */
  public CrashOptions withFaults(FaultPlan plan) {
    return new CrashOptions(
        model, maxImagesPerPoint, maxImagesPerRecoveryPoint, seed, recoveryDepth, stopAtFirstViolation, plan);
  }
}
