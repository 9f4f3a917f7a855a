package dev.dormouse.heap;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes and opens the files below {@link FileMapping}s. */
final class PoolFiles {
  private static final int ZEROS_BYTES = 1 << 20;

  private PoolFiles() {}

  /** Maps a file of the right length in one way or another. Closes the arena only with the medium. */
  @FunctionalInterface
  interface Mapper<M extends FileMapping> {
    M map(FileChannel channel, Arena arena) throws IOException;
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
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      try {
        probe.check(channel);
        fill(path, channel, sizeBytes);
        return map(channel, mapper);
      } catch (IOException | RuntimeException e) {
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
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      // FileChannel.map would extend a shorter file, sparse, and a full disk would then end the JVM (R17).
      if (channel.size() < sizeBytes) {
        throw new MediaUnavailable(
            path.toString(), "the file has " + channel.size() + " bytes, " + sizeBytes + " expected");
      }
      return map(channel, mapper);
    } catch (IOException e) {
      throw unavailable(path, "opened for reading and writing", e);
    }
  }

  private static void fill(Path path, FileChannel channel, long sizeBytes) throws IOException {
    try {
      writeZeros(channel, sizeBytes);
    } catch (InterruptedIOException | ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw new PoolFull(
          path.toString(),
          "writing " + sizeBytes + " bytes failed (" + e.getMessage() + "); the file was deleted again, free some disk"
              + " space or ask for a smaller pool");
    }
  }

  private static void writeZeros(FileChannel channel, long sizeBytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS_BYTES, sizeBytes));
    long at = 0;
    while (at < sizeBytes) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), sizeBytes - at));
      while (zeros.hasRemaining()) {
        at += channel.write(zeros, at);
      }
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // It is closed with the medium, or here where mapping fails.
  private static <M extends FileMapping> M map(FileChannel channel, Mapper<M> mapper) throws IOException {
    // Shared, because components run in any thread; closed once, with the pool.
    Arena arena = Arena.ofShared();
    try {
      return mapper.map(channel, arena);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static MediaUnavailable unavailable(Path path, String wanted, IOException e) {
    return new MediaUnavailable(
        path.toString(),
        "cannot be " + wanted + ": the system said " + e.getClass().getSimpleName() + " " + e.getMessage()
            + "; check the folder, the rights and the file system",
        e);
  }
}
