package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tells one file from another, and one path from another without saying which. Each part is 0 where it is unknown.
 *
 * @param inode what the file system numbers the file by; the number of a deleted file is soon another's
 * @param birthNanos when the file was made, in nanoseconds since 1970
 * @param device the file system, as this run of the machine numbers it
 * @param pathHash of the file's real path
 */
public record FileIdentity(long inode, long birthNanos, long device, long pathHash) {
  /** Where there is no file, or the system tells nothing of it. */
  public static final FileIdentity UNKNOWN = new FileIdentity(0, 0, 0, 0);

  private static final String PURPOSE = "dormouse path";

  /** The identity of the file that a path leads to now; {@link #UNKNOWN} if there is none. */
  public static FileIdentity of(Path path) {
    try {
      Path real = path.toRealPath();
      if (!Files.isRegularFile(real)) {
        // A device has another inode at each start of the machine.
        return UNKNOWN;
      }
      long pathHash = Digests.word(Digests.of(PURPOSE, real.toString()), 0);
      BasicFileAttributes basic = attributes(real);
      // A file that was just made shows the same, so that its folder is asked, too.
      boolean known = showsBirth(basic) || showsBirth(attributes(real.getParent()));
      long birth = known ? basic.creationTime().to(TimeUnit.NANOSECONDS) : 0;
      Map<String, Object> unix = unixAttributes(real);
      return new FileIdentity(number(unix.get("ino")), birth, number(unix.get("dev")), pathHash);
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  /** Where the file system has no birth times, the time of the last change is shown in their place. */
  private static boolean showsBirth(BasicFileAttributes attributes) {
    return !attributes.creationTime().equals(attributes.lastModifiedTime());
  }

  /** How many names a file has; 1 where the system does not tell. */
  static int nameCount(Path path) throws IOException {
    try {
      return ((Number) Files.getAttribute(path, "unix:nlink")).intValue();
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return 1;
    }
  }

  private static Map<String, Object> unixAttributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, "unix:ino,dev");
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      // No system with such numbers.
      return Map.of();
    }
  }

  private static long number(Object attribute) {
    return attribute instanceof Number number ? number.longValue() : 0;
  }

  /** Whether both are known as far as it takes to compare the files. */
  boolean isComparableWith(FileIdentity other) {
    return inode != 0 && other.inode != 0;
  }

  /**
   * Whether both are the same file, under whatever path. Devices are numbered anew when the machine starts, so that another
   * number says something only where nothing else does.
   */
  boolean isSameFileAs(FileIdentity other) {
    if (!isComparableWith(other)) {
      return false;
    }
    if (inode != other.inode) {
      // Some file systems number a file anew whenever they are asked; none gives another the same birth and the same path.
      return birthNanos != 0 && birthNanos == other.birthNanos && isSamePathAs(other);
    }
    if (birthNanos != 0 && other.birthNanos != 0) {
      return birthNanos == other.birthNanos;
    }
    return device == other.device || isSamePathAs(other);
  }

  /**
   * Whether both have one inode and birth and lie on different devices, under different paths, in one run of the machine: a
   * snapshot of the file's file system, or a copy of its device.
   */
  boolean isInSnapshotOf(FileIdentity other) {
    return isComparableWith(other) && inode == other.inode && device != 0 && other.device != 0 && device != other.device && !isSamePathAs(other);
  }

  /** The same, wherever it lies. */
  FileIdentity withoutPath() {
    return new FileIdentity(inode, birthNanos, device, 0);
  }

  /** Whether both have the same path, whatever file is there. */
  boolean isSamePathAs(FileIdentity other) {
    return pathHash != 0 && pathHash == other.pathHash;
  }

  @Override
  public String toString() {
    return equals(UNKNOWN) ? "unknown" : "inode " + inode + " of device " + device;
  }
}
