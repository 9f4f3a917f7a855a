package dev.dormouse.recovery;

import dev.dormouse.heap.Check;

/**
 * The commit word of a lane: 46 bits of number, 2 bits that say how the epoch before it ended, 16 check bits that bind it
 * to its place (R10). The number is the stamp of the epoch that runs or will run next in the lane.
 */
final class SequenceWord {
  /** The epoch before was committed and had no intents: nothing is due. */
  static final int COMMITTED = 1;

  /** The epoch before was committed; its intents are due until the done word has the same number. */
  static final int COMMITTED_WITH_INTENTS = 2;

  /** The epoch before was undone; its intents are void. */
  static final int ABORTED = 3;

  static final long MAX_NUMBER = (1L << 46) - 1;

  private static final int ENDING_SHIFT = 46;

  private SequenceWord() {}

  static long of(long number, int ending, long place) {
    return Check.seal((long) ending << ENDING_SHIFT | number, place);
  }

  static boolean isSound(long word, long place) {
    return Check.isSealed(word, place) && ending(word) != 0 && number(word) < MAX_NUMBER;
  }

  static long number(long word) {
    return word & MAX_NUMBER;
  }

  static int ending(long word) {
    return (int) (word >>> ENDING_SHIFT) & 3;
  }
}
