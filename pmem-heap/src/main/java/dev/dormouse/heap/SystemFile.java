package dev.dormouse.heap;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A {@link DiskFile} of the file system. Not through a channel, which an interrupt of the thread that happens to write would close;
 * so it takes byte arrays only.
 */
final class SystemFile implements DiskFile {
  private final Path path;
  private final RandomAccessFile file;
  private final RandomAccessFile through;

  private SystemFile(Path path, RandomAccessFile file, RandomAccessFile through) {
    this.path = path;
    this.file = file;
    this.through = through;
  }

  /** Opens a file that is there. */
  SystemFile(Path path) throws IOException {
    this.path = path;
    if (!path.toFile().isFile()) {
      throw new FileNotFoundException(path + " is not there");
    }
    this.file = new RandomAccessFile(path.toFile(), "rw");
    try {
      // Each write to it waits until it is on the disk (O_DSYNC): one system call in place of two.
      this.through = new RandomAccessFile(path.toFile(), "rwd");
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Opens a file that is there, to read it. */
  static SystemFile forReading(Path path) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
    return new SystemFile(path, file, file);
  }

  @Override
  public String describe() {
    return path.toString();
  }

  @Override
  public long sizeBytes() {
    try {
      // What is mapped may have been made longer since.
      return file.length();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void read(long position, ByteBuffer destination) throws IOException {
    synchronized (file) {
      file.seek(position);
      file.readFully(destination.array(), destination.arrayOffset() + destination.position(), destination.remaining());
    }
    destination.position(destination.limit());
  }

  @Override
  public void write(long position, ByteBuffer source) throws IOException {
    write(file, position, source);
  }

  @Override
  public void writeThrough(long position, ByteBuffer source) throws IOException {
    write(through, position, source);
  }

  private static void write(RandomAccessFile to, long position, ByteBuffer source) throws IOException {
    synchronized (to) {
      to.seek(position);
      // It goes on where the system takes a part only.
      to.write(source.array(), source.arrayOffset() + source.position(), source.remaining());
    }
    source.position(source.limit());
  }

  @Override
  public void sync() throws IOException {
    file.getFD().sync();
  }

  @Override
  public void close() throws IOException {
    try (file) {
      through.close();
    }
  }
}
