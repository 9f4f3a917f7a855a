package dev.dormouse.emulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Every state that a crash can leave, by the definitions of the models and by nothing else: at every moment of a recording,
 * each set of its stores that the model allows is put on a fresh medium, which recovers and is observed, and whose own
 * recording is crashed in the same way. Nothing is decided late, and nothing is left out but what was the same before.
 */
final class NaiveStates {
  private static final int MOST_STEPS = 600_000;
  private static final int STEPS_OF_A_RECOVERY = 200;

  private final CrashOptions options;
  private final PersistencyModel model;
  private final Consumer<Media> recovery;
  private final Function<Media, String> look;
  private final Set<String> observations = new TreeSet<>();
  private final Map<String, Integer> depthsOfKnown = new HashMap<>();
  private int steps;

  private NaiveStates(CrashOptions options, Consumer<Media> recovery, Function<Media, String> look) {
    this.options = options;
    this.model = options.model();
    this.recovery = recovery;
    this.look = look;
  }

  /**
   * What {@code look} makes of all states, and the marks before the crash; empty if there are more than a test has time
   * for. The scenario started with zeros.
   */
  static Optional<Set<String>> observations(
      int sizeBytes, Trace scenario, Consumer<Media> recovery, Function<Media, String> look, CrashOptions options) {
    NaiveStates states = new NaiveStates(options, recovery, look);
    states.new Crash(new byte[sizeBytes], scenario, List.of(), options.recoveryDepth()).atEveryMoment();
    return states.steps > MOST_STEPS ? Optional.empty() : Optional.of(states.observations);
  }

  /** How an observation is written. */
  static String observation(String seen, List<Object> marks) {
    return seen + " after " + marks;
  }

  private void recover(byte[] content, List<Object> marks, int depth) {
    String state = new String(content, ISO_8859_1) + marks;
    if (depthsOfKnown.getOrDefault(state, -1) < depth) {
      depthsOfKnown.put(state, depth);
      steps += STEPS_OF_A_RECOVERY;
      CrashMedia before = CrashMedia.zeroed(content.length);
      before.write(0, content, 0, content.length);
      CrashMedia media = new CrashMedia(before.processKilled(), model, FaultPlan.NONE, Sources.NONE);
      recovery.accept(media);
      media.stopRecording();
      observations.add(observation(look.apply(media), marks));
      if (depth > 0) {
        new Crash(content, media.recorded(), marks, depth - 1).atEveryMoment();
      }
    }
  }

  /** The crashes of one recording, at whose moments the stores before are kept or lost one after the other. */
  private final class Crash {
    private final byte[] initial;
    private final Trace trace;
    private final List<Object> earlierMarks;
    private final int depth;
    private final List<Integer> kept = new ArrayList<>();
    private final List<Integer> lost = new ArrayList<>();
    private int end;

    Crash(byte[] initial, Trace trace, List<Object> earlierMarks, int depth) {
      this.initial = initial;
      this.trace = trace;
      this.earlierMarks = earlierMarks;
      this.depth = depth;
    }

    /** Only where pieces are durable one after the other is there a moment inside a call. */
    void atEveryMoment() {
      for (end = 0; end <= trace.size(); end++) {
        if (end == 0 || model == PersistencyModel.EADR || trace.endOfCall(end - 1) == end) {
          choose(0);
        }
      }
    }

    private void choose(int event) {
      if (++steps > MOST_STEPS) {
        return;
      }
      if (event == end) {
        recover(content(), marks(), depth);
      } else if (trace.kind(event) != Trace.Kind.STORE) {
        choose(event + 1);
      } else {
        if (lost.stream().noneMatch(other -> isOrdered(other, event))) {
          kept.addLast(event);
          choose(event + 1);
          kept.removeLast();
        }
        if (!isCertain(event) && kept.stream().noneMatch(other -> isOneWith(other, event))) {
          lost.addLast(event);
          choose(event + 1);
          lost.removeLast();
        }
      }
    }

    private byte[] content() {
      byte[] content = initial.clone();
      for (int store : kept) {
        for (int i = 0; i < trace.length(store); i++) {
          content[(int) trace.offset(store) + i] = (byte) (trace.value(store) >>> (8 * i));
        }
      }
      return content;
    }

    private List<Object> marks() {
      List<Object> marks = new ArrayList<>(earlierMarks);
      for (int event = 0; event < end; event++) {
        if (trace.kind(event) == Trace.Kind.MARK) {
          marks.add(trace.marks().get((int) trace.value(event)));
        }
      }
      return marks;
    }

    /** Whether {@code later} cannot survive without {@code earlier}. */
    private boolean isOrdered(int earlier, int later) {
      boolean anyOrder = trace.has(later, Trace.LENT) || (options.bulkInAnyOrder() && trace.has(later, Trace.BULK));
      boolean ordered = !anyOrder || !isSameCall(earlier, later);
      return switch (model) {
        case PX86 -> isNear(earlier, later, 64) && ordered;
        case EADR -> true;
        case PAGE_CACHE ->
            isNear(earlier, later, 8) || (trace.has(later, Trace.RELEASE) && trace.thread(earlier) == trace.thread(later));
        case SECTORS -> isOneWith(earlier, later) || (isNear(earlier, later, 512) && ordered);
      };
    }

    /** Whether the two survive together or not at all: a sector has what it had between two calls. */
    private boolean isOneWith(int earlier, int later) {
      return model == PersistencyModel.SECTORS
          && isSameCall(earlier, later)
          && isNear(earlier, later, 512)
          && !trace.has(later, Trace.LENT);
    }

    private boolean isSameCall(int earlier, int later) {
      return later < trace.endOfCall(earlier);
    }

    private boolean isNear(int one, int other, long granuleBytes) {
      return trace.offset(one) / granuleBytes == trace.offset(other) / granuleBytes;
    }

    /** Whether something before the crash saw to it that the store is not lost. */
    private boolean isCertain(int store) {
      boolean certain = model == PersistencyModel.EADR;
      for (int event = store + 1; event < end; event++) {
        certain |=
            switch (model) {
              case PX86 -> isFlush(event, store) && isFenced(event);
              case EADR -> true;
              case PAGE_CACHE -> trace.kind(event) == Trace.Kind.FENCE && trace.thread(event) == trace.thread(store);
              case SECTORS -> trace.kind(event) == Trace.Kind.SYNC || isSettle(event, store);
            };
      }
      return certain;
    }

    private boolean isFlush(int event, int store) {
      long line = trace.offset(store) / 64;
      long lastLine = (trace.offset(event) + trace.length(event) - 1) / 64;
      return trace.kind(event) == Trace.Kind.FLUSH && trace.offset(event) / 64 <= line && line <= lastLine;
    }

    private boolean isSettle(int event, int store) {
      long sector = trace.offset(store) / 512;
      long lastSector = (trace.offset(event) + trace.length(event) - 1) / 512;
      return trace.kind(event) == Trace.Kind.SETTLE && trace.offset(event) / 512 <= sector && sector <= lastSector;
    }

    private boolean isFenced(int flush) {
      boolean fenced = false;
      for (int event = flush + 1; event < end; event++) {
        fenced |= trace.kind(event) == Trace.Kind.FENCE && trace.thread(event) == trace.thread(flush);
      }
      return fenced;
    }
  }
}
