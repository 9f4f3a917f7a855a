package dev.dormouse.component;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.MachineWentDown;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.PoolRepair;
import dev.dormouse.recovery.VerifyReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Repairs a pool that nobody has open: makes it sound again, keeping what was there before; what cannot be mended is
 * quarantined, and its bytes are kept. Steps, reasons, and what a crash after each means: {@code docs/damage.md}.
 *
 * <p>Threads: any; the pool is locked meanwhile.
 */
public final class StoreRepair {
  private StoreRepair() {}

  /**
   * Repairs the pool in a file. A pool that needs no repair is not changed at all. Cut short anywhere, it may be run again,
   * with the same options, and comes to the same end.
   *
   * @throws dev.dormouse.heap.MediaUnavailable if there is no such file, it cannot be read and written, or what is changed cannot be kept
   * @throws dev.dormouse.heap.InUse if somebody has it open
   * @throws dev.dormouse.heap.NotAPool if it is none
   * @throws dev.dormouse.heap.UnsupportedFormat if a newer build wrote it
   * @throws Damaged if no header is left, or the head of one of the pool's tables: nothing was changed
   * @throws MachineWentDown if the machine went down while it was open, and the options do not accept that
   */
  public static RepairReport repair(Path pool, RepairOptions options) {
    RepairReport report;
    try (PoolRepair opened = PoolRepair.open(pool, options.medium())) {
      report = repair(opened, new KeptFile(pool, options.keepFile(), options.keepsWhole()), options);
    }
    return report;
  }

  /** Repairs the pool on a medium, which is closed then. */
  static RepairReport repair(Media media, RepairKeep keep, RepairOptions options) {
    try (PoolRepair opened = PoolRepair.open(media)) {
      return repair(opened, keep, options);
    }
  }

  private static RepairReport repair(PoolRepair pool, RepairKeep keep, RepairOptions options) {
    try (PoolReader reader = asItWas(pool, keep)) {
      RepairPlan plan = RepairPlan.of(reader, options.boot(), options::tell);
      if (plan.header().machineWentDown(options.boot()) && !options.acceptsMachineCrash() && !options.isDryRun()) {
        throw new MachineWentDown(
            pool.media().describe(),
            "the machine went down while it was open, and its class " + plan.header().durabilityClass()
                + " does not survive that; restore it from a backup, or repair it with acceptMachineCrash(true), which cannot prove what its components keep");
      }
      List<Path> exported =
          options.exportFolder() == null ? List.of() : new ComponentExport(plan.repaired(), reader, options).exportAll(plan.after());
      Path kept = null;
      boolean write = plan.isNeeded() && !options.isDryRun();
      if (write) {
        kept = carryOut(pool.media(), plan, keep, options, pool.wasCutShort());
      }
      return new RepairReport(plan.before(), plan.after(), plan.changes(), plan.changedBytes(), kept, write, exported);
    }
  }

  /** The pool as it was before a repair that was cut short, if one was: so it is planned again just as it was. */
  private static PoolReader asItWas(PoolRepair pool, RepairKeep keep) {
    PoolReader reader = pool.reader();
    if (!pool.wasCutShort()) {
      return reader;
    }
    PoolReader found = keep.find(pool.header(), reader);
    if (found == null) {
      reader.close();
      throw new Damaged(
          pool.media().describe(),
          "a repair of it was cut short, and what it had kept is not beside it; give that file with --keep, put it back with --undo, or restore the pool from a backup");
    }
    return found;
  }

  private static Path carryOut(Media media, RepairPlan plan, RepairKeep keep, RepairOptions options, boolean again) {
    // (g) What is there, durably, before anything changes. A repair that is run again finds it there.
    options.tell("keeping what is changed");
    Path kept = again ? null : keep.keep(plan.kept());
    // (h) From here on nobody gets the pool but a repair.
    options.tell("writing");
    PoolRepair.begin(media, plan.header());
    // (i) The lines that change, in any order: until (j) nobody looks at them.
    plan.write(media);
    // (j) Commit point.
    PoolRepair.finish(media, plan.header());
    return kept;
  }

  /**
   * Puts back what a pool was before a repair, also where that was cut short.
   *
   * @param kept what {@link RepairReport#kept} named
   * @throws Damaged if the file does not keep what a repair changed
   * @throws IllegalArgumentException if it is another pool's, or the pool was opened since: what was committed then would be lost
   * @throws dev.dormouse.heap.InUse if somebody has the pool open
   */
  public static void undo(Path pool, Path kept, RepairOptions options) {
    try (PoolRepair opened = PoolRepair.open(pool, options.medium())) {
      if (KeptFile.isCopyOfPool(kept)) {
        try (PoolReader copy = FileMedium.of(kept).reader(kept)) {
          PoolHeader header = PoolRepair.headerOf(copy);
          requireUntouched(opened, header.uuid().equals(opened.header().uuid()), header.serial(), pool, kept);
          putBack(opened, allPages(copy), copy);
        }
      } else {
        RepairKeep.Kept pages = KeptFile.read(kept);
        requireUntouched(opened, pages.uuid().equals(opened.header().uuid()), pages.serial(), pool, kept);
        try (PoolReader before = pages.over(opened.reader())) {
          putBack(opened, pages.pages().navigableKeySet(), before);
        }
      }
    }
  }

  private static void requireUntouched(PoolRepair pool, boolean same, long serial, Path path, Path kept) {
    long now = pool.header().serial();
    // A repair writes three headers; an undo that was cut short has written one more.
    boolean untouched = now >= serial && now <= serial + 4 && (pool.wasCutShort() || !pool.header().open());
    if (!same || !untouched) {
      throw new IllegalArgumentException(
          path + ": " + kept + (same ? " keeps what the pool was before, and it was opened since; what was committed then would be lost" : " is of another pool")
              + "; nothing was put back");
    }
  }

  private static Iterable<Long> allPages(PoolReader copy) {
    return () -> LongStream.iterate(0, offset -> offset < copy.sizeBytes(), offset -> offset + Geometry.PAGE_BYTES).iterator();
  }

  private static void putBack(PoolRepair pool, Iterable<Long> offsets, PoolReader before) {
    Media media = pool.media();
    if (!pool.wasCutShort()) {
      PoolRepair.begin(media, pool.header());
    }
    long headers = 2L * Geometry.PAGE_BYTES;
    TreeMap<Long, byte[]> headerPages = new TreeMap<>();
    for (long offset : offsets) {
      byte[] page = new byte[(int) Math.min(Geometry.PAGE_BYTES, before.sizeBytes() - offset)];
      before.read(offset, page, 0, page.length);
      if (offset < headers) {
        headerPages.put(offset, page);
      } else {
        RepairPlan.writeLines(media, offset, page);
      }
    }
    media.fence();
    media.sync();
    media.settle(0, media.sizeBytes());
    // The copy that keeps everybody away goes last: it counts as long as it is there.
    long last = serialOffset(pool);
    for (Map.Entry<Long, byte[]> page : headerPages.entrySet()) {
      if (page.getKey() != last) {
        putBack(media, page.getKey(), page.getValue());
      }
    }
    if (headerPages.containsKey(last)) {
      putBack(media, last, headerPages.get(last));
    }
  }

  private static long serialOffset(PoolRepair pool) {
    long begun = pool.wasCutShort() ? pool.header().serial() : pool.header().serial() + 1;
    return begun % 2 * Geometry.PAGE_BYTES;
  }

  private static void putBack(Media media, long offset, byte[] page) {
    RepairPlan.writeLines(media, offset, page);
    media.fence();
    media.sync();
    media.settle(0, 2L * Geometry.PAGE_BYTES);
  }

  /** Whether what verify found needs a repair, and not only to be opened. */
  public static boolean isNeededFor(VerifyReport report) {
    return report.verdict() == VerifyReport.Verdict.DAMAGED || !report.notes().isEmpty();
  }
}
