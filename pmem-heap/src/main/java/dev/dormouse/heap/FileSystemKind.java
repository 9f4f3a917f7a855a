package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What is to be known of the file system below a file that is reached through the page cache.
 *
 * @param type as the system names it: {@code ext4}, {@code tmpfs}, {@code nfs4}
 * @param upperType of an overlay, that of the file system on which its upper layer lies, where new and changed files are; empty if
 *     that cannot be seen, as in most containers
 */
record FileSystemKind(String type, String upperType) {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final String OVERLAY = "overlay";
  private static final String UPPER = "upperdir=";

  /** One whose upper layer, if it has one, cannot be seen. */
  FileSystemKind(String type) {
    this(type, "");
  }

  static FileSystemKind of(Path path) throws IOException {
    String type = Files.getFileStore(path).type();
    return new FileSystemKind(type, type.equals(OVERLAY) ? upperType(path) : "");
  }

  private static String upperType(Path path) {
    try {
      Optional<Path> upper = upperFolder(path.toRealPath(), Files.readAllLines(MOUNTS));
      return upper.isPresent() && Files.isDirectory(upper.get()) ? Files.getFileStore(upper.get()).type() : "";
    } catch (IOException e) {
      // It lies where this process may not look.
      return "";
    }
  }

  /**
   * Where the upper layer of an overlay lies, as who mounted it saw it.
   *
   * @param mountinfo the lines of {@code /proc/self/mountinfo}
   */
  static Optional<Path> upperFolder(Path file, List<String> mountinfo) {
    return HugePages.mountOf(file, mountinfo).stream()
        .flatMap(fields -> Arrays.stream(HugePages.unescaped(fields[fields.length - 1]).split(",", -1)))
        .filter(option -> option.startsWith(UPPER))
        .map(option -> Path.of(option.substring(UPPER.length())))
        .filter(Path::isAbsolute)
        .findFirst();
  }

  private static boolean isInMemory(String type) {
    return switch (type) {
      case "tmpfs", "ramfs", "rootfs" -> true;
      default -> false;
    };
  }

  boolean isInMemory() {
    return isInMemory(type) || isInMemory(upperType);
  }

  DurabilityClass durabilityClass() {
    return isInMemory() ? DurabilityClass.VOLATILE : DurabilityClass.PROCESS_CRASH;
  }

  private boolean isOfTheNetwork() {
    return switch (type) {
      case "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "9p", "virtiofs" -> true;
      // A disk of this machine, whose driver is a process.
      case "fuseblk" -> false;
      default -> type.startsWith("fuse");
    };
  }

  /** Whether a block that was written may be written elsewhere the next time, so that having written it reserves nothing. */
  private static boolean copiesOnWrite(String type) {
    return switch (type) {
      case "btrfs", "zfs", "bcachefs" -> true;
      default -> false;
    };
  }

  /** What whoever opens a pool of {@code sizeBytes} there should know; nothing where it lies on an ordinary disk. */
  List<String> notes(Path path, long sizeBytes) {
    List<String> notes = new ArrayList<>();
    if (isInMemory()) {
      String where = isInMemory(type) ? type : type + " over " + upperType;
      notes.add(
          "VOLATILE: the pool lies in memory (" + where + "); it survives its process, and is gone when the machine goes down or the"
              + " file system is unmounted, with its container or pod if that owns it");
    }
    if (type.equals("tmpfs")) {
      notes.addAll(HugePages.notes(path, sizeBytes));
    }
    if (type.equals(OVERLAY)) {
      notes.add("the pool lies in a container's own layer and is deleted with the container; put it on a volume to keep it");
      if (upperType.isEmpty()) {
        notes.add("what that layer lies on cannot be seen from here; if it is memory, the pool is gone when the machine goes down");
      }
    }
    if (isOfTheNetwork()) {
      notes.add(
          "the pool lies on " + type + ": only one machine may open it, a lock may not reach the others, and a lost connection may end"
              + " the JVM; put it on a disk of this machine");
    }
    String below = upperType.isEmpty() ? type : upperType;
    if (copiesOnWrite(below)) {
      notes.add(
          "the pool lies on " + below + ", where the zeros that it was made of reserve no space: on a full disk a store fails in the middle of a"
              + " turn (SIGBUS), and may end the JVM; " + (below.equals("btrfs") ? "make it in a folder with chattr +C, or keep" : "keep")
              + " as much space free as the pool is long");
    }
    return notes;
  }
}
