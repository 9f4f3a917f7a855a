package dev.dormouse.emulation;

import java.io.IOException;

/**
 * How a call of a {@link FaultyDisk} fails: with which message, after how much of a write, and leaving what of the writes that a
 * sync was for. Immutable.
 */
public final class DiskFault {
  /** What a failed sync leaves of a sector that was written to since the last sync. */
  public enum Unsynced {
    /** It got to the disk all the same. */
    WRITTEN,
    /**
     * It did not, and goes on being read, until the system forgets it ({@link FaultyDisk#dropCache}): the page counts as
     * clean, and the next sync succeeds without writing it. So do the caches of ext4 and XFS.
     */
    CACHED,
    /** It did not, and from now on what was there before is read. So does Btrfs. */
    DROPPED
  }

  /** Says what a failed sync leaves of each sector. */
  @FunctionalInterface
  public interface Leaves {
    /** What becomes of the sector that begins at byte {@code 512 * sector} of the file; asked once for each that was written to. */
    Unsynced of(long sector);
  }

  private static final DiskFault IO = new DiskFault("Input/output error", 0, sector -> Unsynced.CACHED);
  private static final DiskFault NO_SPACE = new DiskFault("No space left on device", 0, sector -> Unsynced.CACHED);

  private final String message;
  private final int writtenBytes;
  private final Leaves leaves;

  private DiskFault(String message, int writtenBytes, Leaves leaves) {
    this.message = message;
    this.writtenBytes = writtenBytes;
    this.leaves = leaves;
  }

  /** {@code EIO}. Nothing of a write is written, through to the disk or not; what a sync was for is {@link Unsynced#CACHED}. */
  public static DiskFault io() {
    return IO;
  }

  /** {@code ENOSPC}, and the same. A sync fails so where space is looked for late. */
  public static DiskFault noSpace() {
    return NO_SPACE;
  }

  /**
   * The same, where a write writes its first {@code bytes} bytes before it fails, or all if it has fewer. They
   * wait for a sync as ever; those that were to be written through are left as a failed sync leaves them.
   *
   * @throws IllegalArgumentException if it is less than 0
   */
  public DiskFault after(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("disk fault: after " + bytes + " bytes, 0 or more expected");
    }
    return new DiskFault(message, bytes, leaves);
  }

  /** The same, where a sync that fails leaves all sectors so. */
  public DiskFault leaving(Unsynced all) {
    return leaving(sector -> all);
  }

  /** The same, where a sync that fails leaves each sector as {@code each} says. */
  public DiskFault leaving(Leaves each) {
    return new DiskFault(message, writtenBytes, each);
  }

  int writtenBytes() {
    return writtenBytes;
  }

  Unsynced unsynced(long sector) {
    return leaves.of(sector);
  }

  /** As the system words it. */
  IOException exception() {
    return new IOException(message);
  }

  @Override
  public String toString() {
    return message + " after " + writtenBytes + " bytes";
  }
}
