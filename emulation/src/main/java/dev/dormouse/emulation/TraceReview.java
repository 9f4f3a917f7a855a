package dev.dormouse.emulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks through the trace of a scenario for what is a mistake or a waste whatever a crash leaves. What it calls a waste is
 * needless in this run: the order that a fence gives may be needed where threads meet otherwise.
 */
final class TraceReview {
  private record Place(Finding.Kind kind, String source) {}

  private record Noted(String message, int times) {}

  private final Trace trace;
  private final Map<Place, Noted> notes = new LinkedHashMap<>();
  /** The lines with stores that are not durable. */
  private final Map<Long, Dirty> dirty = new HashMap<>();
  /** The lines that each thread flushed since its last fence. */
  private final Map<Long, Set<Long>> handedOver = new HashMap<>();

  private TraceReview(Trace trace) {
    this.trace = trace;
  }

  static List<Finding> findings(Trace trace, PersistencyModel model) {
    TraceReview review = new TraceReview(trace);
    review.straddles();
    if (model == PersistencyModel.PX86) {
      review.persists();
    }
    List<Finding> findings = new ArrayList<>();
    review.notes.forEach(
        (place, noted) -> findings.add(new Finding(place.kind, noted.message, place.source, noted.times)));
    return findings;
  }

  /** The words that were stored to and are not durable at the end, with the event that stored to them last. */
  static Map<Long, Integer> unpersisted(Trace trace) {
    TraceReview review = new TraceReview(trace);
    review.persists();
    Map<Long, Integer> words = new HashMap<>();
    review.dirty.values().forEach(line -> words.putAll(line.lastStoreToWord));
    return words;
  }

  private void note(Finding.Kind kind, int event, String message) {
    notes.merge(
        new Place(kind, trace.source(event)),
        new Noted(message, 1),
        (before, now) -> new Noted(before.message, before.times + 1));
  }

  private void straddles() {
    for (int event = 0; event < trace.size(); event++) {
      if (trace.has(event, Trace.STRADDLES) && !trace.has(event, Trace.CALL_GOES_ON)) {
        note(
            Finding.Kind.STRADDLING_STORE,
            event,
            String.format(
                "the number at 0x%x lies across two aligned words of 8 bytes, of which either may survive alone; align it",
                trace.offset(event)));
      }
    }
  }

  /** A line from its first store after it was durable on. */
  private static final class Dirty {
    int lastStore;
    final Map<Long, Integer> lastStoreToWord = new HashMap<>();
    final Set<Long> flushedBy = new HashSet<>();
  }

  private void persists() {
    int lastMark = -1;
    for (int event = 0; event < trace.size(); event++) {
      switch (trace.kind(event)) {
        case STORE, LOST_STORE -> {
          Dirty line = dirty.computeIfAbsent(trace.offset(event) >>> CrashImage.LINE_SHIFT, number -> new Dirty());
          line.lastStore = event;
          line.lastStoreToWord.put(trace.offset(event) >>> 3, event);
          line.flushedBy.clear();
        }
        case FLUSH -> flush(event);
        case FENCE -> fence(event);
        case MARK -> lastMark = event;
        case SYNC, SETTLE -> {
          // Nothing to be waited for in this model.
        }
      }
    }
    for (Dirty line : dirty.values()) {
      if (line.lastStore < lastMark) {
        note(
            Finding.Kind.NEVER_PERSISTED,
            line.lastStore,
            String.format(
                "the store to 0x%x was not flushed and fenced, though the scenario promised something after it (mark %s);"
                    + " persist it before the promise, unless nobody needs it after a crash",
                trace.offset(line.lastStore), trace.marks().get((int) trace.value(lastMark))));
      }
    }
  }

  private void flush(int event) {
    long thread = trace.thread(event);
    long first = trace.offset(event) >>> CrashImage.LINE_SHIFT;
    long last = (trace.offset(event) + trace.length(event) - 1) >>> CrashImage.LINE_SHIFT;
    boolean needed = false;
    for (long line = first; line <= last; line++) {
      Dirty stored = dirty.get(line);
      if (stored != null && stored.flushedBy.add(thread)) {
        needed = true;
        handedOver.computeIfAbsent(thread, number -> new HashSet<>()).add(line);
      }
    }
    if (!needed) {
      note(
          Finding.Kind.NEEDLESS_FLUSH,
          event,
          String.format(
              "no line of [0x%x, +%d) had a store that was not flushed already", trace.offset(event), trace.length(event)));
    }
  }

  private void fence(int event) {
    Set<Long> lines = handedOver.remove(trace.thread(event));
    if (lines == null) {
      note(Finding.Kind.NEEDLESS_FENCE, event, "this thread had flushed nothing since its last fence");
      return;
    }
    for (long line : lines) {
      Dirty stored = dirty.get(line);
      if (stored != null && stored.flushedBy.contains(trace.thread(event))) {
        dirty.remove(line);
      }
    }
  }
}
