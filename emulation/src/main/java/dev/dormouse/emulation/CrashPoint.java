package dev.dormouse.emulation;

import java.util.Arrays;
import java.util.List;

/** A moment of a trace at which what may be left changes, and what may be left then. Not thread-safe. */
final class CrashPoint {
  final Trace trace;
  /** The event before which it is; the trace's size for the end. */
  final int event;
  final int number;
  /** How many recoveries have been crashed before. */
  final int depth;
  final List<Object> marks;
  final MediaState state;
  private final StateMemory memory;
  private final boolean everything;
  private final int since;
  private final int parts;
  private final int mark;
  private Undecided installed;
  private int[] installedFor;

  /**
   * The point before an event.
   *
   * @param everything whether all contents are tried, and not only those that could not be left at the point before it
   * @param since the event of that point
   * @param memory has what is durable here
   */
  CrashPoint(
      Trace trace,
      int event,
      int number,
      int depth,
      List<Object> marks,
      MediaState state,
      boolean everything,
      int since,
      StateMemory memory) {
    this.trace = trace;
    this.event = event;
    this.number = number;
    this.depth = depth;
    this.marks = marks;
    this.state = state;
    this.everything = everything;
    this.since = since;
    this.memory = memory;
    this.parts = everything ? 0 : state.newGranules(since);
    this.mark = memory.mark();
  }

  /** Whether there may be a content here that was not tried before. */
  boolean hasAnythingNew() {
    return everything || !state.leavesChoices() || parts > 0;
  }

  /**
   * Puts what the first choices leave undecided into the memory, unless it is there since the last time; false if no
   * content fits them.
   */
  boolean install(Choices choices, Reproduction wanted) {
    if (!state.leavesChoices()) {
      return true;
    }
    int[] first = state.firstChoices(parts, choices);
    if (!Arrays.equals(first, installedFor)) {
      memory.takeBackTo(mark);
      installed = everything ? state.everything(first) : state.newSince(since, parts, first);
      installedFor = first;
      if (!installed.isEmpty()) {
        wanted.guide(depth, installed);
        installed.install(memory);
      }
    }
    return !installed.isEmpty();
  }

  /** What was put there; null under a model that leaves one content at a time. */
  Undecided installed() {
    return installed;
  }
}
