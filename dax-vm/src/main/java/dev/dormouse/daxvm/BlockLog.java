package dev.dormouse.daxvm;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a machine did to its disk, and what it had acknowledged meanwhile, in one order, in a file. */
final class BlockLog {
  private static final byte WRITE = 'W';
  private static final byte FLUSH = 'F';
  private static final byte DONE = 'D';
  private static final byte MARK = 'M';

  private BlockLog() {}

  /** Is told what happened, one after the other. */
  interface Events {
    /** The machine asked for a write. */
    void write(int request, long offset, byte[] bytes) throws IOException;

    /** The machine asked for a flush: what was answered before is to be kept. */
    void flush(int request) throws IOException;

    /** A write or a flush is about to be answered. */
    void done(int request) throws IOException;

    /** The machine said that it had come to a number. */
    void mark(int index, long number) throws IOException;
  }

  /** Appends to the file. Threads: any; the order of calls is the order in the log. */
  static final class Writer implements Events, Closeable {
    private final DataOutputStream out;

    Writer(Path file) throws IOException {
      out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
    }

    @Override
    public synchronized void write(int request, long offset, byte[] bytes) throws IOException {
      out.writeByte(WRITE);
      out.writeInt(request);
      out.writeLong(offset);
      out.writeInt(bytes.length);
      out.write(bytes);
    }

    @Override
    public synchronized void flush(int request) throws IOException {
      out.writeByte(FLUSH);
      out.writeInt(request);
    }

    @Override
    public synchronized void done(int request) throws IOException {
      out.writeByte(DONE);
      out.writeInt(request);
    }

    @Override
    public synchronized void mark(int index, long number) throws IOException {
      out.writeByte(MARK);
      out.writeInt(index);
      out.writeLong(number);
    }

    @Override
    public synchronized void close() throws IOException {
      out.close();
    }
  }

  /** Tells all that is in a file. */
  static void read(Path file, Events events) throws IOException {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      for (int kind = in.read(); kind >= 0; kind = in.read()) {
        int first = in.readInt();
        switch (kind) {
          case WRITE -> {
            long offset = in.readLong();
            events.write(first, offset, in.readNBytes(in.readInt()));
          }
          case FLUSH -> events.flush(first);
          case DONE -> events.done(first);
          case MARK -> events.mark(first, in.readLong());
          default -> throw new IOException(file + ": no event is of kind " + kind);
        }
      }
    }
  }
}
