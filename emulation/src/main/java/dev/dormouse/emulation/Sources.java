package dev.dormouse.emulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where in a program the calls of a medium come from: the nearest frames that are neither a medium nor the explorer. Every
 * different place is kept once. Guarded like the trace that uses it.
 */
final class Sources {
  /** Asks for no frames, and costs nothing. */
  static final Sources NONE = new Sources(false);

  private static final int FRAMES = 4;
  private static final int MOST_PLACES = 1 << 16;
  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final Set<String> MEDIA =
      Set.of(
          Sources.class.getName(),
          Trace.class.getName(),
          RecordedMedia.class.getName(),
          LentRanges.class.getName(),
          CrashMedia.class.getName(),
          CrashedMedia.class.getName(),
          HookedMedia.class.getName(),
          "dev.dormouse.heap.Media");

  private final boolean wanted;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> texts = new ArrayList<>(List.of(""));

  private Sources(boolean wanted) {
    this.wanted = wanted;
  }

  /** Finds the place of every event. */
  static Sources recorded() {
    return new Sources(true);
  }

  /** The number of the place that calls; 0 if it is not asked for. */
  int here() {
    if (!wanted) {
      return 0;
    }
    String text = WALKER.walk(frames -> text(frames.iterator()));
    Integer known = numbers.get(text);
    if (known != null || texts.size() == MOST_PLACES) {
      return known == null ? 0 : known;
    }
    numbers.put(text, texts.size());
    texts.add(text);
    return texts.size() - 1;
  }

  String text(int number) {
    return texts.get(number);
  }

  private static String text(Iterator<StackWalker.StackFrame> frames) {
    StringBuilder text = new StringBuilder();
    int shown = 0;
    while (frames.hasNext() && shown < FRAMES) {
      StackWalker.StackFrame frame = frames.next();
      String type = frame.getClassName();
      if (type.equals(CrashExplorer.class.getName()) || type.equals(Exploration.class.getName())) {
        break;
      }
      if (shown == 0 && MEDIA.contains(type)) {
        continue;
      }
      text.append(shown == 0 ? "" : " < ")
          .append(type.substring(type.lastIndexOf('.') + 1))
          .append('.')
          .append(frame.getMethodName())
          .append('(')
          .append(frame.getFileName())
          .append(':')
          .append(frame.getLineNumber())
          .append(')');
      shown++;
    }
    return text.toString();
  }
}
