package dev.dormouse.emulation;

import dev.dormouse.emulation.Exploration.Crash;
import java.util.List;

/** What a violation's message says of the crashes that led to it. */
final class CrashText {
  private static final int EVENTS_BEFORE = 8;
  private static final int EVENTS_AFTER = 2;
  private static final int MOST_LOSSES = 8;

  private CrashText() {}

  /** {@code crashes} has that of the scenario first, and those of recoveries after it. */
  static String of(
      List<Crash> crashes, PersistencyModel model, String failed, Throwable cause, String marks, String reproduction) {
    StringBuilder text = new StringBuilder();
    for (int i = crashes.size() - 1; i >= 0; i--) {
      text.append(i == crashes.size() - 1 ? "crash at point " : "the crash at point ").append(crashes.get(i).point());
      text.append(i > 0 ? " of the recovery from " : "");
    }
    text.append(" under ").append(model).append(": ").append(left(crashes.getLast()));
    text.append("; ").append(failed).append(": ").append(cause);
    if (crashes.size() > 1) {
      text.append("\n  the recovery was right where it was not cut short: it cannot be repeated after this crash");
    }
    text.append("\n  reproduce with ").append(reproduction);
    text.append("\n  marks before the crash: ").append(marks);
    for (int i = 0; i < crashes.size(); i++) {
      losses(text, crashes.get(i), model);
      history(text, crashes.get(i), i == 0 ? "the scenario" : "the recovery");
    }
    return text.toString();
  }

  private static String left(Crash crash) {
    if (crash.undecided() == null) {
      return "every store before it survives, and none after it";
    }
    int[] lost = new int[1];
    crash.undecided().forEachLoss((granule, version) -> lost[0]++);
    return lost[0] == 0
        ? "nothing is lost"
        : "stores to " + lost[0] + " of " + crash.undecided().size() + " loose places are lost";
  }

  private static void losses(StringBuilder text, Crash crash, PersistencyModel model) {
    if (crash.undecided() == null) {
      return;
    }
    int[] shown = new int[1];
    crash.undecided()
        .forEachLoss(
            (granule, version) -> {
              if (shown[0]++ < MOST_LOSSES) {
                text.append("\n  lost: ").append(loss(granule, version, crash, model));
              }
            });
    if (shown[0] > MOST_LOSSES) {
      text.append("\n  lost: ").append(shown[0] - MOST_LOSSES).append(" more");
    }
  }

  private static String loss(LooseGranule granule, int version, Crash crash, PersistencyModel model) {
    int next = version + 1;
    return String.format(
        "0x%x keeps %s, and loses %s; %s",
        granule.firstWord() * Long.BYTES,
        granule.describe(version),
        crash.trace().describe(granule.event(next)),
        fate(crash, granule.event(next), granule.firstWord() / CrashImage.LINE_WORDS, model));
  }

  /** What became, before the crash, of what was stored. */
  private static String fate(Crash crash, int stored, long line, PersistencyModel model) {
    Trace trace = crash.trace();
    if (model == PersistencyModel.SECTORS) {
      return fateOfSector(crash, stored);
    }
    if (model == PersistencyModel.PAGE_CACHE) {
      return "no fence of its thread came before the crash";
    }
    for (int event = stored + 1; event < trace.size(); event++) {
      boolean flushes =
          trace.kind(event) == Trace.Kind.FLUSH
              && trace.offset(event) >>> CrashImage.LINE_SHIFT <= line
              && (trace.offset(event) + trace.length(event) - 1) >>> CrashImage.LINE_SHIFT >= line;
      if (flushes) {
        return event < crash.event()
            ? "flushed by #" + event + ", but no fence of that thread came before the crash"
            : "flushed only by #" + event + ", after the crash";
      }
    }
    return "never flushed";
  }

  /** What is still loose was settled by nobody: a range that was, since it was stored, is another. */
  private static String fateOfSector(Crash crash, int stored) {
    for (int event = crash.event() - 1; event > stored; event--) {
      if (crash.trace().kind(event) == Trace.Kind.SETTLE) {
        return "no sync of it came before the crash: #" + event + " settled another range";
      }
    }
    return "no sync came before the crash";
  }

  private static void history(StringBuilder text, Crash crash, String what) {
    text.append("\n  ").append(what).append(", around the crash:");
    int first = Math.max(0, crash.event() - EVENTS_BEFORE);
    int end = Math.min(crash.trace().size(), crash.event() + EVENTS_AFTER);
    for (int event = first; event < end; event++) {
      if (event == crash.event()) {
        text.append("\n    ---- crash: ").append(left(crash));
      }
      text.append("\n    ").append(crash.trace().describe(event));
    }
    if (crash.event() >= end) {
      text.append("\n    ---- crash: ").append(left(crash));
    }
  }
}
