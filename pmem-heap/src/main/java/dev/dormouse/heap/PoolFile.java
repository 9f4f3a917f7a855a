package dev.dormouse.heap;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The file below a {@link FileMapping}, open for as long as it is mapped: so that the file that grows is the one that was
 * mapped, whatever its name names by then.
 */
final class PoolFile implements MappedFile {
  private static final int ZEROS_BYTES = 1 << 20;

  private final Path path;
  private final RandomAccessFile file;

  PoolFile(Path path) throws IOException {
    this.path = path;
    this.file = new RandomAccessFile(path.toFile(), "rw");
  }

  @Override
  public Path path() {
    return path;
  }

  FileChannel channel() {
    return file.getChannel();
  }

  /**
   * Writes zeros, so that the disk's space is really there; a sparse file on a full disk would end the JVM at a store. Not
   * through the channel, which an interrupt would close.
   *
   * @throws IOException if the disk has no room; the range holds anything then
   */
  synchronized void writeZeros(long fromOffset, long toOffset) throws IOException {
    byte[] zeros = new byte[(int) Math.min(ZEROS_BYTES, toOffset - fromOffset)];
    file.seek(fromOffset);
    long at = fromOffset;
    if (at == 0) {
      // Apart from the rest: what is written at once lies in one piece of the page cache, all of which is written back when a store
      // to the header has made a part of it dirty.
      at = Math.min(PoolHeader.BYTES, toOffset);
      file.write(zeros, 0, (int) at);
    }
    for (; at < toOffset; at += zeros.length) {
      file.write(zeros, 0, (int) Math.min(zeros.length, toOffset - at));
    }
  }

  /**
   * Writes zeros behind everything that is used, durably where asked for.
   *
   * @throws PoolFull if the disk has no room; what was written is given back to the disk, and the file is as long as before
   */
  @Override
  public synchronized void extend(long fromOffset, long toOffset, boolean durably) {
    try {
      long length = file.length();
      try {
        writeZeros(fromOffset, toOffset);
        if (durably) {
          file.getFD().sync();
        }
      } catch (IOException e) {
        // The file stays mapped to its end, so that it gets its length back, without the blocks.
        file.setLength(fromOffset);
        file.setLength(length);
        throw e;
      }
    } catch (IOException e) {
      throw new PoolFull(
          path.toString(),
          "growing it from " + fromOffset + " to " + toOffset + " bytes failed (" + e.getMessage()
              + "); it stays as it was, free some disk space or destroy components");
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
