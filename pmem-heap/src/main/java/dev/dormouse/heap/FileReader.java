package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads a pool's file through its channel, which a truncated or unreadable file turns into an exception, not a signal. */
public final class FileReader implements PoolReader {
  private final Path path;
  private final FileChannel channel;
  private final long sizeBytes;

  /**
   * Opens {@code path} for reading only.
   *
   * @throws MediaUnavailable if there is no such file, or it cannot be read
   */
  public FileReader(Path path) {
    this.path = path;
    try {
      this.channel = FileChannel.open(path, StandardOpenOption.READ);
      this.sizeBytes = channel.size();
    } catch (NoSuchFileException e) {
      throw new MediaUnavailable(path.toString(), "there is no such file; create the pool first, or check the path", e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public String describe() {
    return path.toString();
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    if (offset < 0 || length < 0 || offset > sizeBytes - length) {
      throw new IndexOutOfBoundsException(
          path + ": bytes [" + offset + ", +" + length + ") are outside its " + sizeBytes + " bytes");
    }
    ByteBuffer into = ByteBuffer.wrap(destination, index, length);
    try {
      long at = offset;
      while (into.hasRemaining()) {
        int count = channel.read(into, at);
        if (count < 0) {
          throw new IOException("the file ends at byte " + at);
        }
        at += count;
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private MediaUnavailable unreadable(IOException e) {
    return new MediaUnavailable(
        path.toString(), "cannot be read: the system said " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
  }
}
