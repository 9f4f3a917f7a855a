package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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
  private static final String BASIC = "isRegularFile,creationTime,lastModifiedTime";
  private static final String UNIX = "unix:" + BASIC + ",ino,dev,nlink";

  /**
   * What one look at a file tells.
   *
   * @param file wherever it lies, as {@link #withoutPath}; {@link #UNKNOWN} if it is not a regular one
   * @param names how many names it has; 1 where the system does not tell, 0 if it is not a regular file
   */
  record Look(FileIdentity file, int names) {
    static final Look AT_NO_FILE = new Look(UNKNOWN, 0);
  }

  /** The identity of the file that a path leads to now; {@link #UNKNOWN} if there is none. */
  public static FileIdentity of(Path path) {
    try {
      Path real = path.toRealPath();
      Look look = look(real);
      return look.names == 0 ? UNKNOWN : look.file.at(real);
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /**
   * Looks at a file once: all that is told belongs together.
   *
   * @param real its real path
   * @throws IOException if there is none, or the system does not let it be seen
   */
  static Look look(Path real) throws IOException {
    Map<String, Object> attributes = attributes(real);
    if (!Boolean.TRUE.equals(attributes.get("isRegularFile"))) {
      // A device has another inode at each start of the machine.
      return Look.AT_NO_FILE;
    }
    FileTime made = (FileTime) attributes.get("creationTime");
    // A file that was just made shows the same, so that its folder is asked, too.
    boolean known = showsBirth(attributes) || showsBirth(attributes(real.getParent()));
    long birth = known ? made.to(TimeUnit.NANOSECONDS) : 0;
    int names = attributes.get("nlink") instanceof Number links ? links.intValue() : 1;
    return new Look(new FileIdentity(number(attributes.get("ino")), birth, number(attributes.get("dev")), 0), names);
  }

  private FileIdentity at(Path real) {
    return new FileIdentity(inode, birthNanos, device, Digests.word(Digests.of(PURPOSE, real.toString()), 0));
  }

  private static Map<String, Object> attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, UNIX);
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      // No system with such numbers.
      return Files.readAttributes(path, BASIC);
    }
  }

  /** Where the file system has no birth times, the time of the last change is shown in their place. */
  private static boolean showsBirth(Map<String, Object> attributes) {
    return !attributes.get("creationTime").equals(attributes.get("lastModifiedTime"));
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
