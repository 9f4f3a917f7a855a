package dev.dormouse.cli.torture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a turn answers.
 *
 * @param order how many turns the component had committed with it
 * @param digest of all their seeds, in their order
 */
record Answer(long order, long digest) {
  /** Of an operation that has nothing to answer. */
  static final Answer NONE = new Answer(0, 0);

  static final int BYTES = 2 * Long.BYTES;

  static Answer decode(ByteBuffer reply) {
    ByteBuffer from = reply.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    return new Answer(from.getLong(), from.getLong());
  }

  byte[] encode() {
    return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(order).putLong(digest).array();
  }

  /** What the next turn will answer, if it is the one with that seed. */
  Answer next(long seed) {
    return new Answer(order + 1, Mix.of(digest, seed));
  }
}
