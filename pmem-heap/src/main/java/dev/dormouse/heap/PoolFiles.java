package dev.dormouse.heap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Makes and opens the files below {@link FileMapping}s. */
final class PoolFiles {
  private PoolFiles() {}

  /** Maps a file of the right length in one way or another. The medium owns file and arena, and closes them. */
  @FunctionalInterface
  interface Mapper<M extends FileMapping> {
    M map(PoolFile file, Arena arena) throws IOException;
  }

  /** Asks, before a new file is filled, whether it can be mapped. */
  @FunctionalInterface
  interface Probe {
    void check(FileChannel channel) throws IOException;
  }

  /**
   * Makes a file of {@code sizeBytes} written zeros, so that the disk's space is really there, and maps it.
   *
   * @throws PoolFull if the disk has no room; the file is deleted again
   * @throws MediaUnavailable if there is a file at {@code path}, or it cannot be made or mapped; nothing is left then
   */
  static <M extends FileMapping> M create(Path path, long sizeBytes, Probe probe, Mapper<M> mapper) {
    try {
      Files.createFile(path);
      PoolFile file = new PoolFile(path);
      try {
        probe.check(file.channel());
        fill(file, sizeBytes);
        return map(file, mapper);
      } catch (IOException | RuntimeException | Error e) {
        // An Error, too: where a page of the mapping cannot be had, the JVM throws one.
        file.close();
        Files.deleteIfExists(path);
        throw e;
      }
    } catch (FileAlreadyExistsException e) {
      throw new MediaUnavailable(path.toString(), "there is a file of that name already; open it, or delete it first", e);
    } catch (IOException e) {
      throw unavailable(path, "created", e);
    }
  }

  /**
   * Maps a file that has at least {@code sizeBytes} bytes.
   *
   * @throws MediaUnavailable if the file cannot be opened for reading and writing or mapped, or is shorter than that
   */
  static <M extends FileMapping> M open(Path path, long sizeBytes, Mapper<M> mapper) {
    try {
      if (!Files.isRegularFile(path)) {
        throw new NoSuchFileException(path.toString());
      }
      PoolFile file = new PoolFile(path);
      try {
        // FileChannel.map would extend a shorter file, sparse, and a full disk would then end the JVM (R17).
        if (file.channel().size() < sizeBytes) {
          throw new MediaUnavailable(
              path.toString(), "the file has " + file.channel().size() + " bytes, " + sizeBytes + " expected");
        }
        return map(file, mapper);
      } catch (IOException | RuntimeException | Error e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw unavailable(path, "opened for reading and writing", e);
    }
  }

  private static void fill(PoolFile file, long sizeBytes) {
    try {
      file.writeZeros(0, sizeBytes);
    } catch (IOException e) {
      throw new PoolFull(
          file.path().toString(),
          "writing " + sizeBytes + " bytes failed (" + e.getMessage() + "); the file was deleted again, free some disk"
              + " space or ask for a smaller pool");
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // It is closed with the medium, or here where mapping fails.
  private static <M extends FileMapping> M map(PoolFile file, Mapper<M> mapper) throws IOException {
    // Shared, because components run in any thread; closed once, with the pool.
    Arena arena = Arena.ofShared();
    try {
      return mapper.map(file, arena);
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static MediaUnavailable unavailable(Path path, String wanted, IOException e) {
    return new MediaUnavailable(
        path.toString(),
        "cannot be " + wanted + ": the system said " + e.getClass().getSimpleName() + " " + e.getMessage()
            + "; it is on " + Mount.describe(path) + "; check the folder, the rights and the file system",
        e);
  }
}
