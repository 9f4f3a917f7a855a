package dev.dormouse.component;

import dev.dormouse.recovery.VerifyReport;
import java.nio.file.Path;
import java.util.List;

/**
 * What a repair did, or would do.
 *
 * @param before what verify found before it
 * @param after what verify finds after it; where nothing was changed, the same
 * @param changes what was changed, in the order in which it was; empty for a pool that needs no repair
 * @param changedBytes how long the pages are that were written, or would be; a multiple of 4,096, the header's two included
 * @param kept where what was there before is kept; null where nothing was changed, or on a medium without a file
 * @param written whether the pool was changed: not where there was nothing to do, nor in a dry run
 * @param exported the folders that quarantined components were exported to
 */
public record RepairReport(
    VerifyReport before,
    VerifyReport after,
    List<Change> changes,
    long changedBytes,
    Path kept,
    boolean written,
    List<Path> exported) {
  /**
   * One thing that was changed.
   *
   * @param place where, in bytes from the pool's start
   */
  public record Change(long place, String sentence) {}
}
