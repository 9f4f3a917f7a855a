package dev.dormouse.daxvm;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/**
 * The server's end of one connection of the Network Block Device protocol: fixed newstyle handshake, simple replies, and the
 * commands read, write, flush and disconnect. There is no write that is not cached, so a client that wants one flushes. A thread
 * of its own receives, so that it is known what the client had asked for when it got an answer; they are answered in order.
 */
final class NbdConnection {
  private static final long MAGIC = 0x4e42444d41474943L;
  private static final long OPTION_MAGIC = 0x49484156454f5054L;
  private static final long OPTION_REPLY_MAGIC = 0x3e889045565a9L;
  private static final int REQUEST_MAGIC = 0x25609513;
  private static final int REPLY_MAGIC = 0x67446698;
  private static final int FIXED_NEWSTYLE_NO_ZEROES = 3;
  private static final int OPTION_EXPORT_NAME = 1;
  private static final int OPTION_ABORT = 2;
  private static final int OPTION_GO = 7;
  private static final int REPLY_ACK = 1;
  private static final int REPLY_INFO = 3;
  private static final int REPLY_UNSUPPORTED = 0x80000001;
  private static final int INFO_EXPORT = 0;
  private static final int HAS_FLAGS_SEND_FLUSH = 1 | 1 << 2;
  private static final int MOST_BYTES = 64 << 20;

  private final DataInputStream in;
  private final DataOutputStream out;
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();

  NbdConnection(SocketChannel channel) {
    in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), 1 << 16));
    out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
  }

  /** What a client's disk is. */
  interface Export {
    long lengthBytes();

    void read(long offset, byte[] bytes) throws IOException;

    /** A write was asked for. Called by the thread that receives. */
    void writeReceived(int request, long offset, byte[] bytes) throws IOException;

    /** A flush was asked for. Called by the thread that receives. */
    void flushReceived(int request) throws IOException;

    /** Carries out a write, right before it is answered. */
    void write(int request, long offset, byte[] bytes) throws IOException;

    /** Carries out a flush, right before it is answered. */
    void flush(int request) throws IOException;
  }

  private enum Command {
    READ,
    WRITE,
    FLUSH,
    END
  }

  /** One that was received. Its number is the server's own, its handle the client's. */
  private static final class Request {
    final Command command;
    final int number;
    final long handle;
    final long offset;
    final byte[] bytes;

    Request(Command command, int number, long handle, long offset, byte[] bytes) {
      this.command = command;
      this.number = number;
      this.handle = handle;
      this.offset = offset;
      this.bytes = bytes;
    }
  }

  /**
   * Serves one client until it goes.
   *
   * @param exports finds an export by its name, null where there is none
   */
  void serve(Function<String, Export> exports) throws IOException {
    Export export = shakeHands(exports);
    if (export == null) {
      return;
    }
    Thread.ofPlatform().daemon().start(() -> receive(export));
    try {
      for (Request request = requests.take(); request.command != Command.END; request = requests.take()) {
        carryOut(export, request);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Export shakeHands(Function<String, Export> exports) throws IOException {
    out.writeLong(MAGIC);
    out.writeLong(OPTION_MAGIC);
    out.writeShort(FIXED_NEWSTYLE_NO_ZEROES);
    out.flush();
    if (in.readInt() != FIXED_NEWSTYLE_NO_ZEROES) {
      throw new IOException("the client knows no fixed newstyle handshake without zeroes");
    }
    while (true) {
      if (in.readLong() != OPTION_MAGIC) {
        throw new IOException("an option of the handshake expected");
      }
      int option = in.readInt();
      byte[] data = in.readNBytes(in.readInt());
      switch (option) {
        case OPTION_EXPORT_NAME -> {
          Export export = require(exports, new String(data, StandardCharsets.UTF_8));
          out.writeLong(export.lengthBytes());
          out.writeShort(HAS_FLAGS_SEND_FLUSH);
          out.flush();
          return export;
        }
        case OPTION_GO -> {
          Export export = require(exports, new String(data, Integer.BYTES, ByteBuffer.wrap(data).getInt(), StandardCharsets.UTF_8));
          replyToOption(option, REPLY_INFO, Short.BYTES + Long.BYTES + Short.BYTES);
          out.writeShort(INFO_EXPORT);
          out.writeLong(export.lengthBytes());
          out.writeShort(HAS_FLAGS_SEND_FLUSH);
          replyToOption(option, REPLY_ACK, 0);
          out.flush();
          return export;
        }
        case OPTION_ABORT -> {
          replyToOption(option, REPLY_ACK, 0);
          out.flush();
          return null;
        }
        default -> {
          replyToOption(option, REPLY_UNSUPPORTED, 0);
          out.flush();
        }
      }
    }
  }

  private static Export require(Function<String, Export> exports, String name) throws IOException {
    Export export = exports.apply(name);
    if (export == null) {
      throw new IOException("there is no export '" + name + "'");
    }
    return export;
  }

  private void replyToOption(int option, int type, int lengthBytes) throws IOException {
    out.writeLong(OPTION_REPLY_MAGIC);
    out.writeInt(option);
    out.writeInt(type);
    out.writeInt(lengthBytes);
  }

  private void receive(Export export) {
    Request end = new Request(Command.END, 0, 0, 0, null);
    try {
      int number = 0;
      while (true) {
        number++;
        Request request = next(number);
        switch (request.command) {
          case WRITE -> export.writeReceived(number, request.offset, request.bytes);
          case FLUSH -> export.flushReceived(number);
          default -> {}
        }
        requests.add(request);
        if (request.command == Command.END) {
          return;
        }
      }
    } catch (EOFException e) {
      // The emulator was ended, or went without a word.
      requests.add(end);
    } catch (IOException e) {
      requests.add(end);
      throw new UncheckedIOException(e);
    }
  }

  private Request next(int number) throws IOException {
    if (in.readInt() != REQUEST_MAGIC) {
      throw new IOException("a request expected");
    }
    in.readUnsignedShort();
    int type = in.readUnsignedShort();
    long handle = in.readLong();
    long offset = in.readLong();
    int length = in.readInt();
    if (length < 0 || length > MOST_BYTES) {
      throw new IOException("a request of " + length + " bytes");
    }
    return switch (type) {
      case 0 -> new Request(Command.READ, number, handle, offset, new byte[length]);
      case 1 -> new Request(Command.WRITE, number, handle, offset, in.readNBytes(length));
      case 2 -> new Request(Command.END, number, handle, 0, null);
      case 3 -> new Request(Command.FLUSH, number, handle, 0, null);
      default -> throw new IOException("a request of type " + type + ", which was not offered");
    };
  }

  private void carryOut(Export export, Request request) throws IOException {
    switch (request.command) {
      case READ -> export.read(request.offset, request.bytes);
      case WRITE -> export.write(request.number, request.offset, request.bytes);
      case FLUSH -> export.flush(request.number);
      case END -> throw new IllegalStateException("the end is no request");
    }
    out.writeInt(REPLY_MAGIC);
    out.writeInt(0);
    out.writeLong(request.handle);
    if (request.command == Command.READ) {
      out.write(request.bytes);
    }
    out.flush();
  }
}
