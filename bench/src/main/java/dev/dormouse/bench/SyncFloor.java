package dev.dormouse.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the disk takes at the least to make something durable: a file whose blocks are there and were written, so that nothing but
 * bytes has to reach the disk, written through from one end to the other, again and again. For one thread.
 */
final class SyncFloor implements AutoCloseable {
  /** What a journal writes for 256 dirty bytes: a sector. */
  static final int BYTES = 512;

  private static final int FILE_BYTES = 16 << 20;
  private static final int BLOCK_BYTES = 1 << 20;

  private final Scratch scratch = new Scratch();
  private final FileChannel plain;
  private final FileChannel through;
  private final ByteBuffer block = ByteBuffer.allocateDirect(BYTES);
  private long position;

  SyncFloor() {
    Path path = scratch.file("sync.floor");
    try {
      plain = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK_BYTES);
      for (long at = 0; at < FILE_BYTES; at += BLOCK_BYTES) {
        write(plain, zeros.clear(), at);
      }
      plain.force(true);
      through = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes, at + bytes.position());
    }
  }

  /** A write, and {@code fdatasync}. */
  void writeAndSync() {
    try {
      write(plain, next(), position);
      plain.force(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A write to a file that was opened with {@code O_DSYNC}. */
  void writeThrough() {
    try {
      write(through, next(), position);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ByteBuffer next() {
    position = (position + BYTES) % FILE_BYTES;
    return block.putLong(0, block.getLong(0) + 1).clear();
  }

  @Override
  public void close() {
    try (plain;
        through) {
      scratch.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
