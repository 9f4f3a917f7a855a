package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be known of the file system below a file that is reached through the page cache.
 *
 * @param type as the system names it: {@code ext4}, {@code tmpfs}, {@code nfs4}
 */
record FileSystemKind(String type) {
  static FileSystemKind of(Path path) throws IOException {
    return new FileSystemKind(Files.getFileStore(path).type());
  }

  boolean isInMemory() {
    return type.equals("tmpfs") || type.equals("ramfs");
  }

  DurabilityClass durabilityClass() {
    return isInMemory() ? DurabilityClass.VOLATILE : DurabilityClass.PROCESS_CRASH;
  }

  private boolean isOfTheNetwork() {
    return switch (type) {
      case "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "9p", "virtiofs" -> true;
      default -> type.startsWith("fuse");
    };
  }

  /** What whoever opens a pool of {@code sizeBytes} there should know; nothing where it lies on an ordinary disk. */
  List<String> notes(Path path, long sizeBytes) {
    List<String> notes = new ArrayList<>();
    if (isInMemory()) {
      notes.add(
          "VOLATILE: the pool lies in memory (" + type + "); it survives its process, and is gone when the machine goes down or the"
              + " file system is unmounted, with its container or pod if that owns it");
    }
    if (type.equals("tmpfs")) {
      notes.addAll(HugePages.notes(path, sizeBytes));
    }
    if (type.equals("overlay")) {
      notes.add("the pool lies in a container's own layer and is deleted with the container; put it on a volume to keep it");
    }
    if (isOfTheNetwork()) {
      notes.add(
          "the pool lies on " + type + ": only one machine may open it, a lock may not reach the others, and a lost connection may end"
              + " the JVM; put it on a disk of this machine");
    }
    return notes;
  }
}
