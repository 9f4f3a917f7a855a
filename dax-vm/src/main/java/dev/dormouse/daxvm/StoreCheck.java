package dev.dormouse.daxvm;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.StoreVerifier;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.recovery.VerifyReport;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Holds the pool that a cut left against what the machine had said before: at least what was acknowledged, at most what was under
 * way besides, each operation whole.
 */
final class StoreCheck {
  /** So small that it wraps within a hundred operations, that migration has to make room, and that pages are given back. */
  private static final JournalOptions JOURNAL = new JournalOptions(64 << 10, 16 << 10, 512 << 10, true);

  private static final int AWAKE = 8;

  private final Path pool;
  private final FileMedium medium;
  private final boolean copied;

  /**
   * Makes a check.
   *
   * @param copied whether the pool is no longer where it was. A copy of a pool that was open is refused, since nobody knows whether it
   *     was made at once; here it was
   */
  StoreCheck(Path pool, FileMedium medium, boolean copied) {
    this.pool = pool;
    this.medium = medium;
    this.copied = copied;
  }

  /** As every life of the store is opened. */
  static StoreOptions options(StoreOptions base, FileMedium medium) {
    return base.medium(medium).journal(JOURNAL).awake(AWAKE);
  }

  private ProcessStore opened() {
    return ProcessStore.open(pool, options(StoreOptions.existing(), medium).acceptMachineCrash(copied));
  }

  /**
   * Checks it; opens and closes it.
   *
   * @return for each thread, how many of its operations are there
   * @throws RuntimeException if it is not as it must be
   */
  String check(Marks marks) {
    VerifyReport.Verdict before = StoreVerifier.verify(pool).verdict();
    VerifyReport.Verdict open = copied ? VerifyReport.Verdict.MACHINE_WENT_DOWN : VerifyReport.Verdict.NOT_CLOSED;
    require(
        before == VerifyReport.Verdict.CLEAN || (before == open && !marks.isClosed()),
        "verify says " + before + " before it is opened; it was " + (marks.isClosed() ? "closed" : "not closed"));
    int[] found;
    try (ProcessStore store = opened()) {
      found = new LedgerCheck(store, PowerGuest.ROUND, marks.acknowledged()).check(0);
    }
    for (int thread = 0; thread < Work.THREADS; thread++) {
      int most = marks.acknowledged(thread) + (thread == PowerGuest.ORDERED ? PowerGuest.BATCH : 1);
      require(
          found[thread] <= most,
          "thread " + thread + ": " + found[thread] + " operations are there, which had come to " + most + " at most");
    }
    VerifyReport after = StoreVerifier.verify(pool);
    require(after.verdict() == VerifyReport.Verdict.CLEAN, "verify says " + after.verdict() + " after it was closed: " + after.findings());
    return Arrays.stream(found).mapToObj(Integer::toString).collect(Collectors.joining(","));
  }

  /** Opens and closes it, and has it verified. */
  void open() {
    opened().close();
    VerifyReport after = StoreVerifier.verify(pool);
    require(after.verdict() == VerifyReport.Verdict.CLEAN, "verify says " + after.verdict() + " after it was closed: " + after.findings());
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
