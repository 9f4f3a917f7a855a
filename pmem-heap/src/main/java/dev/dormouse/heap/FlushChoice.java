package dev.dormouse.heap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The way in which lines of a mapping will be written back, chosen among those that can be had by trying them.
 *
 * @param nanos the least time that a store to a line, its write-back and a fence took
 * @param others why each of the others was not taken
 */
record FlushChoice(FlushWay way, LineFlusher flusher, long nanos, List<String> others) {
  // Whoever is interrupted by other processes in one of them has others left.
  private static final int LEAST_TRIES = 8;
  private static final int MOST_TRIES = 32;
  private static final long MOST_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  /**
   * Chooses.
   *
   * <p>(1) Each way is asked whether it can be used. (2) Each that can is tried on one line; a system call for each flush only
   * where nothing else is left, because it may wait for a disk. (3) The fastest is taken.
   *
   * @param path what it is for, for messages
   * @param memory a mapping of a line or more, which nobody else uses yet
   * @param pinned the way to take whatever the others cost; null for the fastest
   * @throws MediaUnavailable if {@code pinned} cannot be used
   */
  static FlushChoice among(String path, MemorySegment memory, FlushWay pinned) {
    if (pinned != null) {
      Optional<String> whyNot = LineFlusher.whyNot(pinned);
      if (whyNot.isPresent()) {
        throw new MediaUnavailable(
            path,
            "lines were to be written back by " + pinned.describe() + " (" + FlushWay.PROPERTY + "=" + pinned + "), which cannot be had: "
                + whyNot.get() + "; do that, or let the fastest way be taken");
      }
      return new FlushChoice(pinned, LineFlusher.of(pinned, path), tried(LineFlusher.of(pinned, path), memory), List.of());
    }
    List<String> others = new ArrayList<>();
    FlushChoice best = null;
    for (FlushWay way : List.of(FlushWay.INSTRUCTION, FlushWay.PMDK)) {
      Optional<String> whyNot = LineFlusher.whyNot(way);
      if (whyNot.isPresent()) {
        others.add("not written back by " + way.describe() + ": " + whyNot.get());
        continue;
      }
      LineFlusher flusher = LineFlusher.of(way, path);
      FlushChoice choice = new FlushChoice(way, flusher, tried(flusher, memory), others);
      if (best == null || choice.nanos < best.nanos) {
        addSlower(others, best);
        best = choice;
      } else {
        addSlower(others, choice);
      }
    }
    if (best != null) {
      return best;
    }
    LineFlusher flusher = LineFlusher.of(FlushWay.FORCE, path);
    return new FlushChoice(FlushWay.FORCE, flusher, tried(flusher, memory), others);
  }

  private static void addSlower(List<String> others, FlushChoice slower) {
    if (slower != null) {
      others.add("not written back by " + slower.way.describe() + ": it took " + inWords(slower.nanos));
    }
  }

  /**
   * How long a store, a write-back and a fence take, at the least of a few times.
   *
   * <p>The line is the last of the first page: in a pool nothing lies there. What is stored is what is there, by adding zero in
   * one step: the line is dirty then, no byte of it has changed, and whatever anybody stores beside it stays. So a crash in the
   * middle leaves nothing behind, and it does not matter on what it is tried.
   */
  static long tried(LineFlusher flusher, MemorySegment memory) {
    long page = Math.min(memory.byteSize(), Geometry.PAGE_BYTES);
    long line = Math.max(0, page / Media.LINE_BYTES - 1) * Media.LINE_BYTES;
    long length = Math.min(Media.LINE_BYTES, memory.byteSize());
    long least = Long.MAX_VALUE;
    // A system call may wait for a disk each time; anything else costs more the first time, when its code is loaded.
    boolean mayWait = flusher instanceof ForcedPages;
    int leastTries = mayWait ? 1 : LEAST_TRIES;
    if (!mayWait) {
      flusher.flush(memory, line, length);
      flusher.fence();
    }
    long start = System.nanoTime();
    long begun = start;
    for (int i = 0; i < leastTries || (i < MOST_TRIES && begun - start < MOST_NANOS); i++) {
      WORD.getAndAdd(memory, line, 0L);
      flusher.flush(memory, line, length);
      flusher.fence();
      long now = System.nanoTime();
      least = Math.min(least, now - begun);
      begun = now;
    }
    return least;
  }

  /** What is taken and what it cost; why the others were not. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add("lines are written back by " + way.describe() + ": " + inWords(nanos) + " for one, as tried when it was opened");
    notes.addAll(others);
    return List.copyOf(notes);
  }

  /** A time. */
  static String inWords(long nanos) {
    return nanos < 10_000 ? nanos + " ns" : String.format(Locale.ROOT, "%.1f us", nanos / 1e3);
  }
}
