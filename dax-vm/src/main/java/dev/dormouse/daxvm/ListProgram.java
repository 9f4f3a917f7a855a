package dev.dormouse.daxvm;

import dev.dormouse.component.ComponentSpec;
import dev.dormouse.component.Program;
import dev.dormouse.component.Turn;
import dev.dormouse.region.Region;
import java.nio.ByteBuffer;

/**
 * Keeps numbers in one region and their complements in another, both of which grow, so that a turn of which only a part is
 * left shows. An empty request reads both; a request of one byte empties them and counts what they held.
 */
public final class ListProgram implements Program {
  private static final String LIST = "list";
  private static final String MIRROR = "mirror";
  private static final String TAKEN = "taken";
  private static final long LEAST_BYTES = 128;

  static void spec(ComponentSpec spec) {
    spec.program(ListProgram.class).region(LIST, LEAST_BYTES).region(MIRROR, LEAST_BYTES).region(TAKEN, Long.BYTES);
  }

  /** Appends a number. */
  static ByteBuffer append(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(0, number);
  }

  static ByteBuffer read() {
    return ByteBuffer.allocate(0);
  }

  static ByteBuffer empty() {
    return ByteBuffer.allocate(1);
  }

  @Override
  public void turn(Turn turn) {
    ByteBuffer request = turn.request();
    switch (request.remaining()) {
      case Long.BYTES -> {
        append(turn, LIST, request.getLong());
        append(turn, MIRROR, ~request.getLong(0));
      }
      case 0 -> turn.reply(content(turn));
      case 1 -> {
        Region taken = turn.region(TAKEN);
        taken.putLong(0, taken.getLong(0) + turn.region(LIST).getLong(0));
        clear(turn, LIST);
        clear(turn, MIRROR);
      }
      default -> throw new IllegalArgumentException(request.remaining() + " bytes: 0, 1 or 8 expected");
    }
  }

  private static void append(Turn turn, String name, long number) {
    Region region = turn.region(name);
    long count = region.getLong(0);
    if ((count + 2) * Long.BYTES > region.lengthBytes()) {
      turn.resize(name, region.lengthBytes() * 2);
      region = turn.region(name);
    }
    region.putLong((count + 1) * Long.BYTES, number);
    region.putLong(0, count + 1);
  }

  private static void clear(Turn turn, String name) {
    turn.region(name).putLong(0, 0);
    turn.resize(name, LEAST_BYTES);
  }

  /** The number that was taken, then the count and the numbers of the list and of the mirror, all big-endian. */
  private static ByteBuffer content(Turn turn) {
    Region list = turn.region(LIST);
    Region mirror = turn.region(MIRROR);
    long count = list.getLong(0);
    long mirrored = mirror.getLong(0);
    ByteBuffer reply = ByteBuffer.allocate(Math.toIntExact((3 + count + mirrored) * Long.BYTES));
    reply.putLong(turn.region(TAKEN).getLong(0));
    put(reply, list, count);
    put(reply, mirror, mirrored);
    return reply.flip();
  }

  private static void put(ByteBuffer reply, Region region, long count) {
    for (long i = 0; i <= count; i++) {
      reply.putLong(region.getLong(i * Long.BYTES));
    }
  }
}
