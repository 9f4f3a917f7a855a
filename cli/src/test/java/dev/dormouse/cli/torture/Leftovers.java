package dev.dormouse.cli.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a run keeps because it found something, or was asked to. */
final class Leftovers {
  private Leftovers() {}

  /** Deletes the folder of a run, and what lies elsewhere. */
  static void delete(TortureReport report, Path folder) throws IOException {
    for (TortureReport.OfPool pool : report.pools()) {
      if (!pool.pool().startsWith(folder)) {
        deleteFolder(pool.pool().getParent());
      }
    }
    deleteFolder(folder);
  }

  private static void deleteFolder(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
