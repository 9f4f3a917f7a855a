package dev.dormouse.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What the driver of a concordance asks its components. A request is an operation and its numbers, little-endian. */
final class Messages {
  /** Hand out token number {@code a}; the reply is a {@link Token}. */
  static final byte NEXT = 1;

  /** Where the reader stands; the reply is the fixed part of a {@link Token}, and the input's path. */
  static final byte WHERE = 2;

  /** The {@code b} bytes of the input at {@code a}. */
  static final byte READ = 3;

  /** The rest of the request is the path of the input. */
  static final byte SET_PATH = 4;

  /** The token occurs at {@code a}; {@code b} is its length, and the rest of the request its text, if that is short. */
  static final byte APPEND = 5;

  /** The rest of the request is a piece of the token's text, to be put at {@code a} of {@code b} bytes. */
  static final byte TEXT = 6;

  /** Number of positions, length of the text, how much of the text is there. */
  static final byte SUMMARY = 7;

  /** The positions of the token from {@code a} on and below {@code b}, at most {@link #MOST_POSITIONS}. */
  static final byte POSITIONS = 8;

  /** The {@code b} bytes of the token's text at {@code a}. */
  static final byte TEXT_AT = 9;

  /** A token up to this length is handed over with its bytes, a longer one is fetched in pieces. */
  static final int SHORT_TOKEN_BYTES = 48;

  /** Number, start and length, then the bytes of a short token. The reader's memory of outcomes has room for that. */
  static final int TOKEN_REPLY_BYTES = 24 + SHORT_TOKEN_BYTES;

  /** How much of a long token travels at once. */
  static final int PIECE_BYTES = 32 << 10;

  static final int MOST_POSITIONS = 4096;

  static final byte[] NOTHING = {};

  private Messages() {}

  /** A token as the reader hands it out; without its bytes where it is long, and of length 0 at the end of the input. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared, and dead after one step.
  record Token(long number, long start, long length, byte[] bytes) {
    static Token decode(ByteBuffer reply) {
      ByteBuffer from = littleEndian(reply);
      return new Token(from.getLong(), from.getLong(), from.getLong(), rest(from));
    }

    byte[] encode() {
      return Messages.bytes(24 + bytes.length).putLong(number).putLong(start).putLong(length).put(bytes).array();
    }

    long end() {
      return start + length;
    }

    boolean isShort() {
      return length <= SHORT_TOKEN_BYTES;
    }

    /** Whether the input has no more tokens. */
    boolean isEnd() {
      return number > 0 && length == 0;
    }
  }

  static ByteBuffer request(byte operation, long a, long b, byte[] rest) {
    return bytes(17 + rest.length).put(operation).putLong(a).putLong(b).put(rest).flip();
  }

  static ByteBuffer request(byte operation, long a, long b) {
    return request(operation, a, b, NOTHING);
  }

  static ByteBuffer request(byte operation) {
    return request(operation, 0, 0, NOTHING);
  }

  static ByteBuffer littleEndian(ByteBuffer buffer) {
    return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  static ByteBuffer bytes(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** What is left in {@code buffer}. */
  static byte[] rest(ByteBuffer buffer) {
    byte[] rest = new byte[buffer.remaining()];
    buffer.get(rest);
    return rest;
  }
}
