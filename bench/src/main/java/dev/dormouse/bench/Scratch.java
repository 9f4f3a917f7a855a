package dev.dormouse.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder for one benchmark's files, on the file system of {@code java.io.tmpdir} or {@code -Ddormouse.bench.folder}. */
final class Scratch implements AutoCloseable {
  static final String FOLDER_PROPERTY = "dormouse.bench.folder";

  private final Path folder;
  // A benchmark that fails is not torn down, and its pool may be a gigabyte.
  private final Thread atExit = new Thread(this::deleteAll);

  Scratch() {
    try {
      folder = Files.createTempDirectory(Files.createDirectories(parent()), "dormouse-bench-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Where the folders are made. */
  static Path parent() {
    return Path.of(System.getProperty(FOLDER_PROPERTY, System.getProperty("java.io.tmpdir")));
  }

  Path folder() {
    return folder;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    deleteAll();
  }

  private void deleteAll() {
    try {
      List<Path> files;
      try (Stream<Path> all = Files.list(folder)) {
        files = all.toList();
      }
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
