package dev.dormouse.daxvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands outside of the machine and is its two disks: {@code disk}, whose bytes are in a file, and {@code marks}, on which the
 * machine says how far it has come. Everything that is written and flushed goes into one log, in the order in which it came.
 */
public final class Recorder {
  private static final int DISKS = 2;
  private static final long MARKS_BYTES = 1 << 20;
  /** A flush takes a while on every disk, and what comes meanwhile shares the next one. */
  private static final int FLUSH_MILLIS = 2;

  private Recorder() {}

  /** {@code SOCKET DISK LOG}: serves until the machine has let go of both disks. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (FileChannel file = FileChannel.open(Path.of(arguments[1]), StandardOpenOption.READ, StandardOpenOption.WRITE);
        BlockLog.Writer log = new BlockLog.Writer(Path.of(arguments[2]));
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(arguments[0]));
      NbdConnection.Export disk = new RecordedDisk(file, log);
      NbdConnection.Export marks = new MarksDisk(log);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < DISKS; i++) {
        SocketChannel channel = server.accept();
        threads.add(Thread.ofPlatform().start(() -> serve(channel, disk, marks)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private static void serve(SocketChannel channel, NbdConnection.Export disk, NbdConnection.Export marks) {
    try (channel) {
      new NbdConnection(channel)
          .serve(
              name ->
                  switch (name) {
                    case "disk" -> disk;
                    case "marks" -> marks;
                    default -> null;
                  });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class RecordedDisk implements NbdConnection.Export {
    private final FileChannel file;
    private final BlockLog.Events log;

    RecordedDisk(FileChannel file, BlockLog.Events log) {
      this.file = file;
      this.log = log;
    }

    @Override
    public long lengthBytes() {
      try {
        return file.size();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void read(long offset, byte[] bytes) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        if (file.read(buffer, offset + buffer.position()) < 0) {
          throw new IOException("a read behind the disk's end");
        }
      }
    }

    @Override
    public void writeReceived(int request, long offset, byte[] bytes) throws IOException {
      log.write(request, offset, bytes);
    }

    @Override
    public void flushReceived(int request) throws IOException {
      log.flush(request);
    }

    @Override
    public void write(int request, long offset, byte[] bytes) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        file.write(buffer, offset + buffer.position());
      }
      log.done(request);
    }

    @Override
    public void flush(int request) throws IOException {
      try {
        Thread.sleep(FLUSH_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      log.done(request);
    }
  }

  /** Its pages are numbers. They count from the moment in which they arrive. */
  private static final class MarksDisk implements NbdConnection.Export {
    private final byte[] content = new byte[(int) MARKS_BYTES];
    private final BlockLog.Events log;

    MarksDisk(BlockLog.Events log) {
      this.log = log;
    }

    @Override
    public long lengthBytes() {
      return MARKS_BYTES;
    }

    @Override
    public void read(long offset, byte[] bytes) {
      System.arraycopy(content, (int) offset, bytes, 0, bytes.length);
    }

    @Override
    public void writeReceived(int request, long offset, byte[] bytes) throws IOException {
      for (int at = 0; at < bytes.length; at += Marks.PAGE_BYTES) {
        int index = Math.toIntExact((offset + at) / Marks.PAGE_BYTES);
        if (index < Marks.COUNT) {
          log.mark(index, ByteBuffer.wrap(bytes).getLong(at));
        }
      }
    }

    @Override
    public void flushReceived(int request) {}

    @Override
    public void write(int request, long offset, byte[] bytes) {
      System.arraycopy(bytes, 0, content, (int) offset, bytes.length);
    }

    @Override
    public void flush(int request) {}
  }
}
