package dev.dormouse.emulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the media may hold at one moment of a trace: what is durable, and which lines are loose. Not thread-safe. */
final class MediaState {
  private record Flushed(long line, int event) {}

  private final PersistencyModel model;
  private final TreeMap<Long, LooseLine> loose = new TreeMap<>();
  private final Map<Long, List<Flushed>> flushedByThread = new HashMap<>();
  private CrashImage durable;

  MediaState(CrashImage initial, PersistencyModel model) {
    this.durable = initial;
    this.model = model;
  }

  /** The state after all of {@code trace}. */
  static MediaState after(CrashImage initial, PersistencyModel model, Trace trace) {
    MediaState state = new MediaState(initial, model);
    for (int event = 0; event < trace.size(); event++) {
      state.apply(trace, event);
    }
    return state;
  }

  void apply(Trace trace, int event) {
    switch (trace.kind(event)) {
      case STORE -> store(trace, event);
      case FLUSH -> flush(trace, event);
      case FENCE -> fence(trace.thread(event));
      case LOST_STORE, SYNC, MARK -> {
        // What is fenced is durable in this model already, and the others never get to the media.
      }
    }
  }

  ImageChooser images() {
    return new ImageChooser(durable, loose.values());
  }

  private void store(Trace trace, int event) {
    long line = trace.offset(event) >>> CrashImage.LINE_SHIFT;
    LooseLine stored = loose.computeIfAbsent(line, number -> new LooseLine(number, durable));
    stored.store(event, trace.offset(event), (int) trace.length(event), trace.value(event));
    if (model == PersistencyModel.EADR) {
      Map<Long, Long> hashesBefore = Map.of(line, stored.hash(0));
      stored.guaranteeBefore(event + 1);
      makeDurable(hashesBefore);
    }
  }

  private void flush(Trace trace, int event) {
    if (trace.length(event) == 0 || model == PersistencyModel.EADR) {
      return;
    }
    long first = trace.offset(event) >>> CrashImage.LINE_SHIFT;
    long last = (trace.offset(event) + trace.length(event) - 1) >>> CrashImage.LINE_SHIFT;
    for (LooseLine line : loose.subMap(first, true, last, true).values()) {
      flushedByThread.computeIfAbsent(trace.thread(event), thread -> new ArrayList<>()).add(new Flushed(line.line(), event));
    }
  }

  private void fence(long thread) {
    List<Flushed> flushed = flushedByThread.remove(thread);
    if (flushed == null) {
      return;
    }
    TreeMap<Long, Long> hashesBefore = new TreeMap<>();
    for (Flushed one : flushed) {
      LooseLine line = loose.get(one.line);
      if (line != null) {
        long before = line.hash(0);
        if (line.guaranteeBefore(one.event)) {
          hashesBefore.putIfAbsent(one.line, before);
        }
      }
    }
    if (!hashesBefore.isEmpty()) {
      makeDurable(hashesBefore);
    }
  }

  /** Takes the first version of some lines into the durable image; the map has what they added to its hash until now. */
  private void makeDurable(Map<Long, Long> hashesBefore) {
    long[] lines = new long[hashesBefore.size()];
    long[] words = new long[lines.length * CrashImage.LINE_WORDS];
    long hash = durable.contentHash();
    int at = 0;
    for (Map.Entry<Long, Long> entry : hashesBefore.entrySet()) {
      LooseLine line = loose.get(entry.getKey());
      lines[at] = line.line();
      line.copyWords(0, words, at * CrashImage.LINE_WORDS);
      hash ^= entry.getValue() ^ line.hash(0);
      at++;
      if (line.versions() == 1) {
        loose.remove(line.line());
      }
    }
    durable = durable.withMerged(lines, words, hash);
  }
}
