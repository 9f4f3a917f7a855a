package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An {@link ArchiveFolder} of the file system. */
final class SystemFolder implements ArchiveFolder {
  private final Path path;
  private final PoolLock lock;

  private SystemFolder(Path path, PoolLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /** To read what is in a folder, whoever writes to it meanwhile. */
  static SystemFolder look(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      throw new NotDirectoryException(path.toString());
    }
    return new SystemFolder(path, null);
  }

  /**
   * To write to a folder, which is made if it is not there.
   *
   * @throws InUse if somebody else does
   */
  static SystemFolder own(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectory(path);
      Anchor.syncFolder(path);
    }
    return new SystemFolder(path, PoolLock.take(path.resolve("archive")));
  }

  @Override
  public String describe() {
    return path.toString();
  }

  @Override
  public List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }

  @Override
  public DiskFile open(String name) throws IOException {
    return lock == null ? SystemFile.forReading(path.resolve(name)) : new SystemFile(path.resolve(name));
  }

  @Override
  public DiskFile create(String name) throws IOException {
    Path file = path.resolve(name);
    Files.deleteIfExists(file);
    Files.createFile(file);
    Anchor.syncFolder(file);
    return new SystemFile(file);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(path.resolve(name));
  }

  @Override
  public void close() {
    if (lock != null) {
      lock.close();
    }
  }
}
