package dev.dormouse.component;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Host;
import dev.dormouse.heap.MachineWentDown;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.Place;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.PoolRepair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
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
   * and comes to the same end: with the same options, but for a file to keep and a folder to export to, where the pool was not
   * changed yet and they are there already.
   *
   * @throws dev.dormouse.heap.MediaUnavailable if there is no such file, it cannot be read and written, or what is changed cannot be kept
   * @throws dev.dormouse.heap.InUse if somebody has it open
   * @throws dev.dormouse.heap.NotAPool if it is none
   * @throws dev.dormouse.heap.UnsupportedFormat if a newer build wrote it
   * @throws Damaged if no header is left, or the head of one of the pool's tables: nothing was changed
   * @throws MachineWentDown if the machine went down while it was open, or it was copied while it was open, and the options do not
   *     accept that
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
    RepairKeep.Found found = asItWas(pool, keep);
    try (PoolReader reader = found.before()) {
      RepairPlan plan = RepairPlan.of(reader, placeOf(pool, options), options::tell);
      if (!options.acceptsMachineCrash() && !options.isDryRun()) {
        refuseWhatCannotBeTrusted(pool.media(), plan, options);
      }
      List<Path> exported =
          options.exportFolder() == null ? List.of() : new ComponentExport(plan.repaired(), reader, options).exportAll();
      Path kept = null;
      boolean write = plan.isNeeded() && !options.isDryRun();
      if (write) {
        kept = carryOut(pool, plan, keep, found.file(), options);
      }
      return new RepairReport(plan.before(), plan.after(), plan.changes(), plan.changedBytes(), kept, write, exported);
    }
  }

  /** Asked when the pool is open: see {@link Place#of}. */
  private static Place placeOf(PoolRepair pool, RepairOptions options) {
    return pool.path() == null ? Place.unknown(options.boot()) : Place.of(pool.path(), Host.of(options.boot()));
  }

  private static void refuseWhatCannotBeTrusted(Media media, RepairPlan plan, RepairOptions options) {
    boolean copied = plan.before().provenance().copiedWhileOpen();
    if (copied || plan.header().machineWentDown(options.boot())) {
      throw new MachineWentDown(
          media.describe(),
          (copied
                  ? plan.before().provenance().sentence()
                  : "the machine went down while it was open, and its class " + plan.header().durabilityClass() + " does not survive that")
              + "; restore it from a backup, or repair it with acceptMachineCrash(true), which cannot prove what its components keep");
    }
  }

  /** The pool as it was before a repair that was cut short, if one was: so it is planned again just as it was. */
  private static RepairKeep.Found asItWas(PoolRepair pool, RepairKeep keep) {
    PoolReader reader = pool.reader();
    if (!pool.wasCutShort()) {
      return new RepairKeep.Found(null, reader);
    }
    RepairKeep.Found found = keep.find(pool.header(), reader);
    if (found == null) {
      reader.close();
      throw new Damaged(
          pool.media().describe(),
          "a repair of it was cut short, and what it had kept is not beside it; give that file with --keep, put it back with --undo, or restore the pool from a backup");
    }
    return found;
  }

  /** @param found where an attempt that was cut short has kept what is changed */
  private static Path carryOut(PoolRepair pool, RepairPlan plan, RepairKeep keep, Path found, RepairOptions options) {
    Media media = pool.media();
    // (g) What is there, durably, before anything changes. A repair that is run again finds it there.
    options.tell("keeping what is changed");
    Path kept = pool.wasCutShort() ? found : keep.keep(plan.kept());
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
   * @throws IllegalArgumentException if it is another pool's, or the pool itself, or the pool was opened, made shorter or repaired
   *     again since: what was committed then would be lost
   * @throws dev.dormouse.heap.InUse if somebody has the pool open
   */
  public static void undo(Path pool, Path kept, RepairOptions options) {
    try (PoolRepair opened = PoolRepair.open(pool, options.medium())) {
      requireOtherFile(pool, kept);
      if (KeptFile.isCopyOfPool(kept)) {
        try (PoolReader copy = FileMedium.of(kept).reader(kept)) {
          PoolHeader was = PoolRepair.headerOf(copy);
          requireUntouched(opened, was.uuid(), copy, pool, kept);
          putBack(opened, allPages(was.geometry().sizeBytes()), copy);
        }
      } else {
        RepairKeep.Kept pages = KeptFile.read(kept);
        KeptFile.requireInside(pages, kept, opened.header().geometry().sizeBytes());
        try (PoolReader before = pages.over(opened.reader())) {
          requireUntouched(opened, pages.uuid(), before, pool, kept);
          putBack(opened, pages.pages().navigableKeySet(), before);
        }
      }
    }
  }

  private static void requireOtherFile(Path pool, Path kept) {
    try {
      if (Files.isSameFile(pool, kept)) {
        throw new IllegalArgumentException(pool + ": is the pool itself, and not what a repair kept of it; nothing was put back");
      }
    } catch (NoSuchFileException e) {
      throw new MediaUnavailable(e.getFile(), "there is no such file; check the path", e);
    } catch (IOException e) {
      throw new MediaUnavailable(
          kept.toString(), "cannot be read: the system said " + e.getClass().getSimpleName() + " " + e.getMessage() + "; nothing was put back", e);
    }
  }

  private static void requireUntouched(PoolRepair pool, UUID uuid, PoolReader before, Path path, Path kept) {
    boolean same = uuid.equals(pool.header().uuid());
    if (!same || !isAsTheRepairLeftIt(pool, before)) {
      throw new IllegalArgumentException(
          path + ": " + kept
              + (same
                  ? " keeps what the pool was before a repair, and it was opened since, made shorter, repaired again, or is as it was already;"
                      + " what was committed then would be lost"
                  : " is of another pool")
              + "; nothing was put back");
    }
  }

  /** Whether nobody but that repair, or an undo of it that was cut short, has changed the pool. */
  private static boolean isAsTheRepairLeftIt(PoolRepair pool, PoolReader before) {
    PoolHeader now = pool.header();
    PoolHeader was;
    try {
      was = PoolRepair.headerOf(before);
    } catch (Damaged shorter) {
      // It was sound when it was kept. The pool has become shorter.
      return false;
    }
    // Neither a repair nor its undo changes these; every opening has another count and another salt.
    boolean opened = now.openCount() != was.openCount() || now.salt() != was.salt() || now.geometry().sizeBytes() != was.geometry().sizeBytes();
    return !opened && (pool.wasCutShort() ? PoolRepair.isCutShortAfter(was, now) : !now.open() && PoolRepair.isFinishedAfter(was, now));
  }

  private static Iterable<Long> allPages(long sizeBytes) {
    return () -> LongStream.iterate(0, offset -> offset < sizeBytes, offset -> offset + Geometry.PAGE_BYTES).iterator();
  }

  private static void putBack(PoolRepair pool, Iterable<Long> offsets, PoolReader before) {
    Media media = pool.media();
    if (!pool.wasCutShort()) {
      PoolRepair.beginUndo(media, pool.header());
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
}
