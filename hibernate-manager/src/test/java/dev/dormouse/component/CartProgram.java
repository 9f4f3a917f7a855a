package dev.dormouse.component;

import dev.dormouse.region.Region;

/** Adds up what it is sent: the first word of its region is the count of turns, the second the sum. */
public final class CartProgram implements Program {
  @Override
  public void turn(Turn turn) {
    Region state = turn.region("state");
    long amount = turn.request().remaining() >= Long.BYTES ? turn.request().getLong(turn.request().position()) : 0;
    state.putLong(0, state.getLong(0) + 1);
    state.putLong(8, state.getLong(8) + amount);
    if (amount < 0) {
      throw new IllegalArgumentException("amount " + amount);
    }
    turn.reply(state.getLong(8));
  }
}
