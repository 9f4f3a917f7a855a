package dev.dormouse.recovery;

/** What a log record says. */
final class RecordKind {
  /** Old bytes: a = target offset, b = length in bytes, c = owner of the extent, d = offset of its record; the payload is the bytes. */
  static final int UNDO = 1;

  /** Names a component before the first undo record of it: a = birth, b = offset of its record. */
  static final int OWNER = 2;

  /** Intent: an extent becomes owned. a = offset, b = length in bytes, c = owner, d = place. */
  static final int ALLOC = 3;

  /** Intent: an extent stops being owned. a = offset, b = length in bytes, c = owner. */
  static final int FREE = 4;

  /** The log goes on elsewhere: a = offset, b = length in bytes of a reserved extent. A copy of the record follows it. */
  static final int CONTINUE = 5;

  /** The last record of a log with intents: a = how many records came before it. */
  static final int END = 6;

  /** Intent: a word that others share gets a new value, under a lock held until the lane is done. a = offset, b = value. */
  static final int WORD = 7;

  private RecordKind() {}

  static boolean isIntent(int kind) {
    return kind == ALLOC || kind == FREE || kind == WORD;
  }

  static boolean isKnown(int kind) {
    return kind >= UNDO && kind <= WORD;
  }
}
