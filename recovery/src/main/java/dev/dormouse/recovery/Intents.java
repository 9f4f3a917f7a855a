package dev.dormouse.recovery;

import java.util.Arrays;

/** What the log of a running epoch says of each intent, kept for (d), which need not read it back. For the epoch's thread only. */
final class Intents {
  private static final int LONGS = 5;
  private static final int FIRST_COUNT = 8;
  private static final int MOST_KEPT = 4096;

  private long[] fields = new long[FIRST_COUNT * LONGS];
  private int end;

  boolean isEmpty() {
    return end == 0;
  }

  /** Remembers an intent as its record says it. After the record was appended, which may fail. */
  void add(int kind, long a, long b, long c, long d) {
    fields[end] = kind;
    fields[end + 1] = a;
    fields[end + 2] = b;
    fields[end + 3] = c;
    fields[end + 4] = d;
    end += LONGS;
  }

  /** Makes room for one more, so that {@link #add} cannot fail. */
  void ensureRoom() {
    if (end == fields.length) {
      fields = Arrays.copyOf(fields, 2 * end);
    }
  }

  /** (d) Carries all of them out, in log order. Flushed, not fenced. */
  void carryOut(LogReplay replay) {
    for (int at = 0; at < end; at += LONGS) {
      replay.carryOut((int) fields[at], fields[at + 1], fields[at + 2], fields[at + 3], fields[at + 4]);
    }
  }

  /** After the done word: what they released can be had again, and what they published stays. */
  void settle(LogReplay replay) {
    for (int at = 0; at < end; at += LONGS) {
      replay.settle((int) fields[at], fields[at + 1], fields[at + 2], fields[at + 4]);
    }
  }

  /** How many there are. */
  int count() {
    return end / LONGS;
  }

  /** Writes the log of all of them, in order, as recovery reads it, with its end. */
  void log(LogWriter log) {
    for (int at = 0; at < end; at += LONGS) {
      log.append((int) fields[at], fields[at + 1], fields[at + 2], fields[at + 3], fields[at + 4]);
    }
    log.append(RecordKind.END, log.count(), 0, 0, 0);
  }

  void clear() {
    end = 0;
    if (fields.length > MOST_KEPT * LONGS) {
      // One huge epoch must not make every later one carry its list.
      fields = new long[FIRST_COUNT * LONGS];
    }
  }
}
