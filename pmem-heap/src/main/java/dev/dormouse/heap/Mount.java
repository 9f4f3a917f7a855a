package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says where a file lies, for messages. */
final class Mount {
  private Mount() {}

  /** The file system of a path, or of its folder if there is no such file, its type, and whether it is read-only: {@code /srv (/dev/vda1), which is ext4}. */
  static String describe(Path path) {
    Path there = Files.exists(path) ? path : path.toAbsolutePath().getParent();
    try {
      FileStore store = Files.getFileStore(there);
      return store + ", which is " + store.type() + (store.isReadOnly() ? ", mounted read-only" : "");
    } catch (IOException e) {
      return "a file system that cannot be named (" + e.getMessage() + ")";
    }
  }
}
