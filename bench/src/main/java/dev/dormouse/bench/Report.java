package dev.dormouse.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The figures of a run, as a table or as JSON.
 *
 * @param clockNanos what reading the clock twice costs, which every figure holds and no ratio
 * @param fencesPerDirtyCycle counted on a medium that flushes
 */
record Report(
    Plan plan,
    Map<String, String> environment,
    double clockNanos,
    int fencesPerDirtyCycle,
    List<Figure> figures,
    List<Count> counts) {
  static final int MOST_FENCES = 3;

  private static final String COUNT_ROW = "%-80s %16s %16s  %s%n";
  private static final String ROW = "%-58s %10s %10s %10s %10s %7s  %s%n";

  void print(PrintStream out) {
    out.println("Dormouse benchmarks, " + plan.name() + ": each figure beside its floor, measured in the same run");
    environment.forEach((name, value) -> out.printf("  %-10s %s%n", name, value));
    out.printf(
        Locale.ROOT,
        "  %-10s reading it takes %.0f ns, which each figure holds; ratios are of medians, without it%n",
        "clock",
        clockNanos);
    String group = "";
    for (Figure figure : figures) {
      if (!figure.group().equals(group)) {
        group = figure.group();
        out.println();
        out.printf(ROW, group, "p50", "p99", "floor p50", "floor p99", "ratio", "goals of the design");
      }
      out.printf(
          ROW,
          "  " + figure.name(),
          Units.nanos(figure.ours().p50()),
          Units.nanos(figure.ours().p99()),
          Units.nanos(figure.floor().p50()),
          Units.nanos(figure.floor().p99()),
          String.format(Locale.ROOT, "%.2fx", figure.ratio()),
          goals(figure));
    }
    printCounts(out);
    if (!plan.leftOut().isEmpty()) {
      out.println();
      out.println(plan.leftOut());
    }
    out.println();
    out.printf(
        "fences of a cycle with 64 dirty bytes, on a medium that flushes: %d  (goal <= %d: %s)%n",
        fencesPerDirtyCycle, MOST_FENCES, fencesPerDirtyCycle <= MOST_FENCES ? "met" : "missed");
  }

  private void printCounts(PrintStream out) {
    String group = "";
    for (Count count : counts) {
      if (!count.group().equals(group)) {
        group = count.group();
        out.println();
        out.printf(COUNT_ROW, group, "counted", "beside", "");
      }
      out.printf(
          COUNT_ROW,
          "  " + count.name(),
          count.inWords(count.value()),
          count.inWords(count.floor()),
          count.hasGoal() ? "<= " + count.inWords(count.most()) + (count.isMet() ? " met" : " MISSED") : "");
    }
  }

  private static String goals(Figure figure) {
    StringBuilder text = new StringBuilder();
    for (Goal goal : figure.goals()) {
      text.append(text.isEmpty() ? "" : ", ").append(goal.text()).append(goal.isMetBy(figure) ? " met" : " MISSED").append(goal.seen().apply(figure));
    }
    return text.toString();
  }

  /** Times in nanoseconds. */
  void printJson(PrintStream out) {
    StringBuilder json = new StringBuilder("{\n  \"plan\": ").append(quoted(plan.name())).append(",\n  \"environment\": {");
    String separator = "";
    for (Map.Entry<String, String> fact : environment.entrySet()) {
      json.append(separator).append("\n    ").append(quoted(fact.getKey())).append(": ").append(quoted(fact.getValue()));
      separator = ",";
    }
    json.append("\n  },\n  \"clockNanos\": ").append(number(clockNanos));
    json.append(",\n  \"fencesPerDirtyCycle\": ").append(fencesPerDirtyCycle).append(",\n  \"figures\": [");
    separator = "";
    for (Figure figure : figures) {
      json.append(separator).append("\n    ");
      append(json, figure);
      separator = ",";
    }
    json.append("\n  ]");
    if (!counts.isEmpty()) {
      appendCounts(json);
    }
    if (!plan.leftOut().isEmpty()) {
      json.append(",\n  \"leftOut\": ").append(quoted(plan.leftOut()));
    }
    out.println(json.append("\n}"));
  }

  private void appendCounts(StringBuilder json) {
    String separator = ",\n  \"counts\": [";
    for (Count count : counts) {
      json.append(separator).append("\n    {\"group\": ").append(quoted(count.group()));
      json.append(", \"name\": ").append(quoted(count.name())).append(", \"unit\": ").append(quoted(count.unit()));
      json.append(", \"value\": ").append(number(count.value())).append(", \"floor\": ").append(number(count.floor()));
      json.append(", \"most\": ").append(number(count.most())).append('}');
      separator = ",";
    }
    json.append("\n  ]");
  }

  private static void append(StringBuilder json, Figure figure) {
    json.append("{\"group\": ").append(quoted(figure.group())).append(", \"name\": ").append(quoted(figure.name()));
    append(json, "figure", figure.ours());
    append(json, "floor", figure.floor());
    json.append(", \"ratio\": ").append(number(figure.ratio())).append(", \"goals\": [");
    String separator = "";
    for (Goal goal : figure.goals()) {
      json.append(separator).append("{\"goal\": ").append(quoted(goal.text())).append(", \"met\": ").append(goal.isMetBy(figure)).append('}');
      separator = ", ";
    }
    json.append("]}");
  }

  private static void append(StringBuilder json, String name, Probe.Reading reading) {
    json.append(", ").append(quoted(name)).append(": {\"p50\": ").append(number(reading.p50()));
    json.append(", \"p99\": ").append(number(reading.p99())).append(", \"mean\": ").append(number(reading.mean()));
    json.append(", \"allocatedBytes\": ").append(number(reading.allocatedBytes())).append('}');
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "null";
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
              } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", c));
              } else {
                quoted.append((char) c);
              }
            });
    return quoted.append('"').toString();
  }
}
