package dev.dormouse.component;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.FileMedium;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/** How to repair a pool. Immutable; every method answers changed options. */
public final class RepairOptions {
  private final FileMedium medium;
  private final BootIdentity boot;
  private final boolean dryRun;
  private final boolean acceptMachineCrash;
  private final boolean keepWhole;
  private final Path keep;
  private final Path export;
  private final Consumer<String> progress;

  private RepairOptions(
      FileMedium medium,
      BootIdentity boot,
      boolean dryRun,
      boolean acceptMachineCrash,
      boolean keepWhole,
      Path keep,
      Path export,
      Consumer<String> progress) {
    this.medium = medium;
    this.boot = boot;
    this.dryRun = dryRun;
    this.acceptMachineCrash = acceptMachineCrash;
    this.keepWhole = keepWhole;
    this.keep = keep;
    this.export = export;
    this.progress = progress;
  }

  /** Repair what can be repaired; keep the pages that change beside the pool; export nothing. */
  public static RepairOptions defaults() {
    return new RepairOptions(FileMedium.MAPPED, BootIdentity.ofThisMachine(), false, false, false, null, null, phase -> {});
  }

  /** Only say what would be done; nothing is written, but for what is exported. */
  public RepairOptions dryRun(boolean only) {
    return new RepairOptions(medium, boot, only, acceptMachineCrash, keepWhole, keep, export, progress);
  }

  /** Reach the pool's file like this. */
  public RepairOptions medium(FileMedium newMedium) {
    return new RepairOptions(newMedium, boot, dryRun, acceptMachineCrash, keepWhole, keep, export, progress);
  }

  /** What names this run of the machine; for tests. */
  public RepairOptions bootIdentity(BootIdentity identity) {
    return new RepairOptions(medium, identity, dryRun, acceptMachineCrash, keepWhole, keep, export, progress);
  }

  /**
   * Whether to repair a pool that was open when the machine went down, on a medium that does not survive that, or that was copied
   * while it was open. What its components keep in their regions may be of any moment, and nothing tells; the repaired pool does not
   * say so any more.
   */
  public RepairOptions acceptMachineCrash(boolean accept) {
    return new RepairOptions(medium, boot, dryRun, accept, keepWhole, keep, export, progress);
  }

  /** Keep what is changed in this file, which must not exist, in place of {@code POOL.before-repair-N}. */
  public RepairOptions keep(Path file) {
    return new RepairOptions(medium, boot, dryRun, acceptMachineCrash, keepWhole, Objects.requireNonNull(file), export, progress);
  }

  /** Keep a copy of the whole pool, and not only of the pages that change. */
  public RepairOptions keepWhole(boolean whole) {
    return new RepairOptions(medium, boot, dryRun, acceptMachineCrash, whole, keep, export, progress);
  }

  /** Write what quarantined components hold into folders below this one, for a person to look at. */
  public RepairOptions export(Path folder) {
    return new RepairOptions(medium, boot, dryRun, acceptMachineCrash, keepWhole, keep, Objects.requireNonNull(folder), progress);
  }

  /** Tell, in a few words, what is being done. Called by the thread that repairs. */
  public RepairOptions progress(Consumer<String> listener) {
    return new RepairOptions(medium, boot, dryRun, acceptMachineCrash, keepWhole, keep, export, listener);
  }

  FileMedium medium() {
    return medium;
  }

  BootIdentity boot() {
    return boot;
  }

  boolean isDryRun() {
    return dryRun;
  }

  boolean acceptsMachineCrash() {
    return acceptMachineCrash;
  }

  boolean keepsWhole() {
    return keepWhole;
  }

  Path keepFile() {
    return keep;
  }

  Path exportFolder() {
    return export;
  }

  void tell(String phase) {
    progress.accept(phase);
  }
}
