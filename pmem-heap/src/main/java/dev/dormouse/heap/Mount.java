package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says where a file lies, for messages. */
final class Mount {
  private Mount() {}

  /** The file system of a path, or of its folder if there is no such file, and its type: {@code /srv (/dev/vda1), which is ext4}. */
  static String describe(Path path) {
    Path there = Files.exists(path) ? path : path.toAbsolutePath().getParent();
    try {
      return Files.getFileStore(there) + ", which is " + Files.getFileStore(there).type();
    } catch (IOException e) {
      return "a file system that cannot be named (" + e.getMessage() + ")";
    }
  }
}
