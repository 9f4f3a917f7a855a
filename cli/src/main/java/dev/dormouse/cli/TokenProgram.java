package dev.dormouse.cli;

import dev.dormouse.component.Program;
import dev.dormouse.component.Turn;
import dev.dormouse.region.Region;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One distinct token: its text and the growing list of its positions. Everything it is told may be told again after a
 * crash: a position that is the last one already is not appended twice, a piece of text is put where it was put before.
 */
public final class TokenProgram implements Program {
  /** For the store. */
  public TokenProgram() {}

  @Override
  public void turn(Turn turn) {
    ByteBuffer request = Messages.littleEndian(turn.request());
    byte operation = request.get();
    long a = request.getLong();
    long b = request.getLong();
    switch (operation) {
      case Messages.APPEND -> append(turn, a, b, Messages.rest(request));
      case Messages.TEXT -> text(turn.region(TokenLayout.REGION), a, b, Messages.rest(request));
      case Messages.SUMMARY -> summary(turn);
      case Messages.POSITIONS -> positions(turn, a, b);
      case Messages.TEXT_AT -> textAt(turn, a, (int) b);
      default -> throw new IllegalArgumentException("token: operation " + operation + " is none of its operations");
    }
  }

  private static void append(Turn turn, long position, long textBytes, byte[] shortText) {
    Region list = turn.region(TokenLayout.REGION);
    if (shortText.length > 0) {
      text(list, 0, textBytes, shortText);
    }
    if (list.getLong(TokenLayout.TEXT_BYTES) != textBytes || list.getLong(TokenLayout.TEXT_FILLED) != textBytes) {
      throw new IllegalStateException("token " + turn.name() + ": a position came before all of the text had come");
    }
    long count = list.getLong(TokenLayout.COUNT);
    long at = TokenLayout.positions(textBytes) + count * Long.BYTES;
    long last = count == 0 ? -1 : list.getLong(at - Long.BYTES);
    if (position < last) {
      throw new IllegalStateException(
          "token " + turn.name() + ": position " + position + " came after position " + last + ", ascending ones expected");
    }
    if (position > last) {
      if (at + Long.BYTES > list.lengthBytes()) {
        turn.resize(TokenLayout.REGION, 2 * list.lengthBytes());
        list = turn.region(TokenLayout.REGION);
      }
      list.putLong(at, position);
      list.putLong(TokenLayout.COUNT, count + 1);
    }
  }

  /** Puts a piece of the text, or compares it with what is there: two texts must never meet under one name. */
  private static void text(Region list, long offset, long textBytes, byte[] piece) {
    long known = list.getLong(TokenLayout.TEXT_BYTES);
    long filled = list.getLong(TokenLayout.TEXT_FILLED);
    if ((known != 0 && known != textBytes) || offset > filled) {
      throw new IllegalStateException("a piece of a text of " + textBytes + " bytes came for one of " + known + " bytes");
    }
    if (offset < filled) {
      byte[] there = new byte[piece.length];
      list.get(TokenLayout.TEXT + offset, there, 0, there.length);
      if (!Arrays.equals(there, piece)) {
        throw new IllegalStateException("the text at " + offset + " differs from what came before; two tokens have one name");
      }
      return;
    }
    if (known == 0) {
      list.putLong(TokenLayout.TEXT_BYTES, textBytes);
    }
    list.put(TokenLayout.TEXT + offset, piece, 0, piece.length);
    list.putLong(TokenLayout.TEXT_FILLED, offset + piece.length);
  }

  private static void summary(Turn turn) {
    Region list = turn.region(TokenLayout.REGION);
    turn.reply(
        Messages.bytes(3 * Long.BYTES)
            .putLong(list.getLong(TokenLayout.COUNT))
            .putLong(list.getLong(TokenLayout.TEXT_BYTES))
            .putLong(list.getLong(TokenLayout.TEXT_FILLED))
            .array());
  }

  private static void positions(Turn turn, long from, long to) {
    Region list = turn.region(TokenLayout.REGION);
    long first = TokenLayout.positions(list.getLong(TokenLayout.TEXT_BYTES));
    long count = list.getLong(TokenLayout.COUNT);
    long index = firstAtOrAfter(list, first, count, from);
    ByteBuffer reply = Messages.bytes((int) Math.min(Messages.MOST_POSITIONS, count - index) * Long.BYTES);
    while (reply.hasRemaining()) {
      long position = list.getLong(first + index * Long.BYTES);
      if (position >= to) {
        break;
      }
      reply.putLong(position);
      index++;
    }
    turn.reply(reply.flip());
  }

  private static long firstAtOrAfter(Region list, long first, long count, long from) {
    long low = 0;
    long high = count;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (list.getLong(first + middle * Long.BYTES) < from) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static void textAt(Turn turn, long offset, int length) {
    byte[] text = new byte[length];
    turn.region(TokenLayout.REGION).get(TokenLayout.TEXT + offset, text, 0, length);
    turn.reply(text);
  }
}
