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
    MARK
  }

  private static final int INITIAL_EVENTS = 64;

  private final List<Object> marks = new ArrayList<>();
  private Kind[] kinds = new Kind[INITIAL_EVENTS];
  private long[] threads = new long[INITIAL_EVENTS];
  private long[] offsets = new long[INITIAL_EVENTS];
  private long[] lengths = new long[INITIAL_EVENTS];
  private long[] values = new long[INITIAL_EVENTS];
  private int size;

  int size() {
    return size;
  }

  Kind kind(int event) {
    return kinds[event];
  }

  long thread(int event) {
    return threads[event];
  }

  /** Where a store's piece or a flush begins, in bytes from the pool's start. */
  long offset(int event) {
    return offsets[event];
  }

  /** The length of a store's piece (1 to 8) or of a flush, in bytes. */
  long length(int event) {
    return lengths[event];
  }

  /** A piece's bytes, the first of them lowest. */
  long value(int event) {
    return values[event];
  }

  List<Object> marks() {
    return marks;
  }

  /** Adds the piece that lies inside one aligned word. */
  void piece(long offset, int length, long value, boolean lost) {
    add(lost ? Kind.LOST_STORE : Kind.STORE, offset, length, value);
  }

  void flush(long offset, long length) {
    add(Kind.FLUSH, offset, length, 0);
  }

  void fence(long ordinal) {
    add(Kind.FENCE, 0, 0, ordinal);
  }

  void sync() {
    add(Kind.SYNC, 0, 0, 0);
  }

  void mark(Object what) {
    add(Kind.MARK, 0, 0, marks.size());
    marks.add(what);
  }

  private void add(Kind kind, long offset, long length, long value) {
    if (size == kinds.length) {
      int larger = Math.multiplyExact(size, 2);
      kinds = Arrays.copyOf(kinds, larger);
      threads = Arrays.copyOf(threads, larger);
      offsets = Arrays.copyOf(offsets, larger);
      lengths = Arrays.copyOf(lengths, larger);
      values = Arrays.copyOf(values, larger);
    }
    kinds[size] = kind;
    threads[size] = Thread.currentThread().threadId();
    offsets[size] = offset;
    lengths[size] = length;
    values[size] = value;
    size++;
  }

  /** One line for a report. */
  String describe(int event) {
    String what =
        switch (kinds[event]) {
          case STORE -> String.format("store [0x%x, +%d) = 0x%x", offsets[event], lengths[event], values[event]);
          case LOST_STORE ->
              String.format("store [0x%x, +%d) = 0x%x (never on the media)", offsets[event], lengths[event], values[event]);
          case FLUSH -> String.format("flush [0x%x, +%d)", offsets[event], lengths[event]);
          case FENCE -> "fence " + values[event];
          case SYNC -> "sync";
          case MARK -> "mark " + marks.get((int) values[event]);
        };
    return "#" + event + " thread " + threads[event] + ": " + what;
  }
}
