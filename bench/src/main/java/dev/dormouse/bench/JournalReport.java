package dev.dormouse.bench;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What was seen of the journaled medium: times beside their floors and what was counted, as a table or as JSON. For one thread. */
final class JournalReport {
  private static final String TIMED_ROW = "%-66s %10s %10s %10s %10s %10s %10s %7s  %s%n";
  private static final String COUNTED_ROW = "%-88s %18s %18s  %s%n";

  private final List<Timed> timed = new ArrayList<>();
  private final List<Counted> counted = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Nanoseconds. */
  record Spread(double p50, double p99, double p999, double mean) {
    static Spread of(Histogram histogram) {
      return new Spread(
          histogram.getValueAtPercentile(50),
          histogram.getValueAtPercentile(99),
          histogram.getValueAtPercentile(99.9),
          histogram.getMean());
    }

    private JsonObject json() {
      JsonObject json = new JsonObject();
      json.addProperty("p50", p50);
      json.addProperty("p99", p99);
      json.addProperty("p999", p999);
      json.addProperty("mean", mean);
      return json;
    }
  }

  /** A goal in words, and whether it is met. */
  record Verdict(String goal, boolean met) {
    static Verdict ratioAtMost(double ratio, double most) {
      return new Verdict("<= " + most + "x", ratio <= most);
    }

    static Verdict atMost(double value, double most, String inWords) {
      return new Verdict("<= " + inWords, value <= most);
    }

    static Verdict atLeast(double value, double least, String inWords) {
      return new Verdict(">= " + inWords, value >= least);
    }

    private JsonObject json() {
      JsonObject json = new JsonObject();
      json.addProperty("goal", goal);
      json.addProperty("met", met);
      return json;
    }
  }

  private record Timed(String group, String name, Spread ours, Spread floor, List<Verdict> verdicts) {
    double ratio() {
      return JournalReport.ratio(ours, floor);
    }
  }

  private record Counted(String group, String name, String unit, double value, double beside, List<Verdict> verdicts) {}

  /** Median to median. */
  static double ratio(Spread ours, Spread floor) {
    return floor == null ? Double.NaN : ours.p50 / floor.p50;
  }

  /**
   * A line of times.
   *
   * @param group says what the floor is
   * @param floor null where there is none
   */
  void time(String group, String name, Spread ours, Spread floor, Verdict... verdicts) {
    timed.add(new Timed(group, name, ours, floor, List.of(verdicts)));
  }

  /**
   * A line of something that was counted.
   *
   * @param beside what it is held against; NaN where there is nothing
   */
  void count(String group, String name, String unit, double value, double beside, Verdict... verdicts) {
    counted.add(new Counted(group, name, unit, value, beside, List.of(verdicts)));
  }

  /** A sentence about what was measured how, or not at all. */
  void note(String sentence) {
    notes.add(sentence);
  }

  int lines() {
    return timed.size() + counted.size();
  }

  void print(PrintStream out, String plan, Map<String, String> environment) {
    out.println("Dormouse benchmarks, " + plan + ": each figure beside its floor, measured in the same run on the same disk");
    environment.forEach((name, value) -> out.printf("  %-10s %s%n", name, value));
    String group = "";
    for (Timed line : timed) {
      if (!line.group.equals(group)) {
        group = line.group;
        out.println();
        out.println(group);
        out.printf(TIMED_ROW, "", "p50", "p99", "p99.9", "floor p50", "p99", "p99.9", "ratio", "goals");
      }
      out.printf(
          TIMED_ROW,
          "  " + line.name,
          Units.nanos(line.ours.p50),
          Units.nanos(line.ours.p99),
          Units.nanos(line.ours.p999),
          line.floor == null ? "-" : Units.nanos(line.floor.p50),
          line.floor == null ? "-" : Units.nanos(line.floor.p99),
          line.floor == null ? "-" : Units.nanos(line.floor.p999),
          line.floor == null ? "-" : String.format(Locale.ROOT, "%.2fx", line.ratio()),
          inWords(line.verdicts));
    }
    for (Counted line : byGroup()) {
      if (!line.group.equals(group)) {
        group = line.group;
        out.println();
        out.printf(COUNTED_ROW, group, "counted", "beside", "");
      }
      out.printf(COUNTED_ROW, "  " + line.name, inWords(line.value, line.unit), inWords(line.beside, line.unit), inWords(line.verdicts));
    }
    out.println();
    notes.forEach(out::println);
  }

  /** What belongs together, together, in the order in which the groups came. */
  private List<Counted> byGroup() {
    Map<String, List<Counted>> groups = new LinkedHashMap<>();
    for (Counted line : counted) {
      groups.computeIfAbsent(line.group, _ -> new ArrayList<>()).add(line);
    }
    return groups.values().stream().flatMap(List::stream).toList();
  }

  private static String inWords(double value, String unit) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return String.format(Locale.ROOT, Math.abs(value) >= 1000 || value == Math.rint(value) ? "%,.0f %s" : "%.2f %s", value, unit);
  }

  private static String inWords(List<Verdict> verdicts) {
    List<String> words = new ArrayList<>();
    for (Verdict verdict : verdicts) {
      words.add(verdict.goal + (verdict.met ? " met" : " MISSED"));
    }
    return String.join(", ", words);
  }

  /** Times in nanoseconds. */
  void printJson(PrintStream out, String plan, Map<String, String> environment) {
    JsonObject json = new JsonObject();
    json.addProperty("plan", plan);
    JsonObject facts = new JsonObject();
    environment.forEach(facts::addProperty);
    json.add("environment", facts);
    JsonArray figures = new JsonArray();
    for (Timed line : timed) {
      JsonObject figure = new JsonObject();
      figure.addProperty("group", line.group);
      figure.addProperty("name", line.name);
      figure.add("figure", line.ours.json());
      if (line.floor != null) {
        figure.add("floor", line.floor.json());
        figure.addProperty("ratio", line.ratio());
      }
      figure.add("goals", json(line.verdicts));
      figures.add(figure);
    }
    json.add("figures", figures);
    JsonArray counts = new JsonArray();
    for (Counted line : counted) {
      JsonObject count = new JsonObject();
      count.addProperty("group", line.group);
      count.addProperty("name", line.name);
      count.addProperty("unit", line.unit);
      count.addProperty("value", line.value);
      count.addProperty("floor", Double.isNaN(line.beside) ? null : line.beside);
      count.add("goals", json(line.verdicts));
      counts.add(count);
    }
    json.add("counts", counts);
    JsonArray sentences = new JsonArray();
    notes.forEach(sentences::add);
    json.add("notes", sentences);
    out.println(new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(json));
  }

  private static JsonArray json(List<Verdict> verdicts) {
    JsonArray all = new JsonArray();
    verdicts.forEach(verdict -> all.add(verdict.json()));
    return all;
  }
}
