package dev.dormouse.cli.torture;

import dev.dormouse.heap.DurabilityClass;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a run came to.
 *
 * @param resumed whether it was begun before
 * @param folder where pools, ledgers and state are kept; null if they were deleted
 * @param skipped media that were not used, and why
 * @param nanos of this part of it
 */
public record TortureReport(
    TortureSettings settings,
    boolean resumed,
    Path folder,
    List<OfPool> pools,
    Map<TortureMedium, String> skipped,
    List<Violation> violations,
    long nanos) {
  /**
   * What one pool went through.
   *
   * @param killsPlanned its share of the kills
   * @param kills how many there were, each followed by a check that found nothing
   * @param whileWorking kills that found the child at its turns
   * @param whileOpening kills that found it opening the pool
   * @param whileClosing kills that found it closing the pool
   * @param recoveriesCutShort kills in the middle of a recovery: some lanes were finished, and others not
   * @param withLanesToFinish kills after which recovery had something to do
   * @param rolledBack epochs that had to be undone
   * @param redone epochs that had to be carried out
   * @param acknowledged operations that were acknowledged, and found
   * @param underWayDone operations under way at a kill that were found done, wholly or up to a commit in their middle
   * @param underWayUndone operations under way at a kill of which nothing was found
   */
  public record OfPool(
      TortureMedium medium,
      Path pool,
      DurabilityClass durabilityClass,
      int killsPlanned,
      long kills,
      long whileWorking,
      long whileOpening,
      long whileClosing,
      long recoveriesCutShort,
      long withLanesToFinish,
      long rolledBack,
      long redone,
      long acknowledged,
      long underWayDone,
      long underWayUndone) {}

  /**
   * Something that a kill must not do.
   *
   * @param kill after which of its pool's kills it was found, from 1 on
   * @param damaged whether verify found it
   * @param findings what was expected and what was found
   */
  public record Violation(TortureMedium medium, Path pool, long kill, boolean damaged, List<String> findings) {
    public Violation {
      findings = List.copyOf(findings);
    }
  }
}
