package dev.dormouse.emulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What was asked of a medium, in order. Kept in columns, because a scenario may store millions of pieces. Not thread-safe;
 * the medium's lock guards it while it grows.
 */
final class Trace {
  /** {@code LOST_STORE} is a piece that the fault plan keeps from the media. */
  enum Kind {
    STORE,
    LOST_STORE,
    FLUSH,
    FENCE,
    SYNC,
    /** A sync of a range: of a file among several, where files are lost by sectors. */
    SETTLE,
    MARK
  }

  /** The piece belongs to the same call as the one before it. */
  static final int CALL_GOES_ON = 1;

  /** The store comes after every earlier one of its thread. */
  static final int RELEASE = 2;

  /** The call stored a run of bytes, in an order that Java does not promise. */
  static final int BULK = 4;

  /** The store was made through a lent segment, in an order that nobody saw. */
  static final int LENT = 8;

  /** The piece is a part of one number that lies across two words. */
  static final int STRADDLES = 16;

  private static final int INITIAL_EVENTS = 64;

  private final List<Object> marks = new ArrayList<>();
  private final Sources sources;
  private Kind[] kinds = new Kind[INITIAL_EVENTS];
  private byte[] flags = new byte[INITIAL_EVENTS];
  private long[] threads = new long[INITIAL_EVENTS];
  private long[] offsets = new long[INITIAL_EVENTS];
  private long[] lengths = new long[INITIAL_EVENTS];
  private long[] values = new long[INITIAL_EVENTS];
  private int[] places = new int[INITIAL_EVENTS];
  private int size;

  /** An empty trace, which asks {@code sources} where in the program each event comes from. */
  Trace(Sources sources) {
    this.sources = sources;
  }

  int size() {
    return size;
  }

  Kind kind(int event) {
    return kinds[event];
  }

  boolean has(int event, int flag) {
    return (flags[event] & flag) != 0;
  }

  long thread(int event) {
    return threads[event];
  }

  /** Where a store's piece, a flush or a settled range begins, in bytes from the pool's start. */
  long offset(int event) {
    return offsets[event];
  }

  /** The length of a store's piece (1 to 8), of a flush or of a settled range, in bytes. */
  long length(int event) {
    return lengths[event];
  }

  /** A piece's bytes, the first of them lowest; a flush's or a fence's ordinal among all that were asked for. */
  long value(int event) {
    return values[event];
  }

  /** Where in the program the event comes from; empty if that was not asked for. */
  String source(int event) {
    return sources.text(places[event]);
  }

  List<Object> marks() {
    return marks;
  }

  /** The event after the call whose first piece {@code event} is. */
  int endOfCall(int event) {
    int end = event + 1;
    while (end < size && has(end, CALL_GOES_ON)) {
      end++;
    }
    return end;
  }

  /** Forgets everything, so that the object can be used again. */
  void clear() {
    size = 0;
    marks.clear();
  }

  /** Adds the piece that lies inside one aligned word. */
  void piece(long offset, int length, long value, boolean lost, int flag, Thread thread) {
    add(lost ? Kind.LOST_STORE : Kind.STORE, offset, length, value, flag);
    threads[size - 1] = thread.threadId();
  }

  void flush(long offset, long length, long ordinal) {
    add(Kind.FLUSH, offset, length, ordinal, 0);
  }

  void fence(long ordinal) {
    add(Kind.FENCE, 0, 0, ordinal, 0);
  }

  void sync() {
    add(Kind.SYNC, 0, 0, 0, 0);
  }

  void settle(long offset, long length) {
    add(Kind.SETTLE, offset, length, 0, 0);
  }

  void mark(Object what) {
    add(Kind.MARK, 0, 0, marks.size(), 0);
    marks.add(what);
  }

  private void add(Kind kind, long offset, long length, long value, int flag) {
    if (size == kinds.length) {
      int larger = Math.multiplyExact(size, 2);
      kinds = Arrays.copyOf(kinds, larger);
      flags = Arrays.copyOf(flags, larger);
      threads = Arrays.copyOf(threads, larger);
      offsets = Arrays.copyOf(offsets, larger);
      lengths = Arrays.copyOf(lengths, larger);
      values = Arrays.copyOf(values, larger);
      places = Arrays.copyOf(places, larger);
    }
    kinds[size] = kind;
    flags[size] = (byte) flag;
    threads[size] = Thread.currentThread().threadId();
    offsets[size] = offset;
    lengths[size] = length;
    values[size] = value;
    places[size] = (flag & CALL_GOES_ON) != 0 && size > 0 ? places[size - 1] : sources.here();
    size++;
  }

  /** One line for a report. */
  String describe(int event) {
    String what =
        switch (kinds[event]) {
          case STORE ->
              String.format(
                  "%sstore [0x%x, +%d) = 0x%x",
                  has(event, RELEASE) ? "release " : "", offsets[event], lengths[event], values[event]);
          case LOST_STORE ->
              String.format("store [0x%x, +%d) = 0x%x (never on the media)", offsets[event], lengths[event], values[event]);
          case FLUSH -> String.format("flush [0x%x, +%d)", offsets[event], lengths[event]);
          case FENCE -> "fence " + values[event];
          case SYNC -> "sync";
          case SETTLE -> String.format("settle [0x%x, +%d)", offsets[event], lengths[event]);
          case MARK -> "mark " + marks.get((int) values[event]);
        };
    String source = source(event);
    return "#" + event + " thread " + threads[event] + ": " + what + (source.isEmpty() ? "" : "  at " + source);
  }
}
