package dev.dormouse.bench;

import dev.dormouse.heap.Bytes;

/** Records of 4 KiB by key, of which a turn reads one whole and changes 256 bytes, durably. */
interface DurableTurns extends AutoCloseable {
  int RECORD_BYTES = 4096;
  int CHANGED_BYTES = 256;
  int PLACES = RECORD_BYTES / CHANGED_BYTES;

  /** Runs turns, for one thread. */
  interface Turner extends AutoCloseable {
    /**
     * Reads a record, fills a place of it with a number, and commits; it is durable when this returns. Nobody else is at that key.
     *
     * @return the number that was there before
     */
    long turn(int key, int place, long number);

    @Override
    default void close() {
      // Most have nothing of their own.
    }
  }

  /** One for a thread that begins. */
  Turner turner();

  /** Does at once what would be done behind later turns, so that it counts for those that it is for. */
  default void rest() {
    // Most do it while they commit.
  }

  @Override
  void close();

  /** What a turn does to a record once it has it. */
  static long change(byte[] record, int place, long number) {
    int start = place * CHANGED_BYTES;
    long before = Bytes.getLong(record, start);
    for (int at = start; at < start + CHANGED_BYTES; at += Long.BYTES) {
      Bytes.putLong(record, at, number);
    }
    return before;
  }
}
