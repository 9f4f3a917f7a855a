package dev.dormouse.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws what {@code ShortBench --heap --json} has measured of allocating and freeing, ours beside LLPL's, as SVG: a panel for each
 * size with a scale of its own, because the sizes differ more than the allocators do.
 */
public final class HeapChart {
  private static final int WIDTH = 760;
  private static final int LABEL_WIDTH = 190;
  private static final int BAR_WIDTH = 430;
  private static final int BAR_HEIGHT = 18;
  private static final int BAR_STEP = 24;
  private static final int PANEL_GAP = 34;
  private static final int TOP = 64;
  private static final int FOOT = 62;
  private static final String OURS = "#1f6f8b";
  private static final String THEIRS = "#c97b2b";
  private static final String FLOOR = "#9aa3a8";

  private final StringBuilder svg = new StringBuilder();
  private int y = TOP;

  private record Bar(String label, double nanos, String colour) {}

  private record Panel(String size, List<Bar> bars) {
    double longest() {
      return bars.stream().mapToDouble(Bar::nanos).max().orElseThrow();
    }
  }

  private HeapChart() {}

  /** Reads the JSON in the first file and writes the chart to the second. */
  public static void main(String[] files) throws IOException {
    if (files.length != 2) {
      System.err.println("HeapChart: " + files.length + " files given, RESULTS.json and CHART.svg expected; nothing is drawn");
      System.exit(2);
    }
    Files.writeString(Path.of(files[1]), draw(Files.readString(Path.of(files[0]))));
  }

  /**
   * The chart.
   *
   * @param json as {@code ShortBench --heap --json} prints it
   * @throws IllegalArgumentException if nothing was measured beside LLPL
   */
  static String draw(String json) {
    JsonObject results = JsonParser.parseString(json).getAsJsonObject();
    List<Panel> panels = panels(results);
    if (panels.isEmpty()) {
      throw new IllegalArgumentException("results: nothing was measured beside LLPL; install what the report names and measure again");
    }
    return new HeapChart().draw(panels, results.getAsJsonObject("environment"));
  }

  private static List<Panel> panels(JsonObject results) {
    List<Panel> panels = new ArrayList<>();
    for (JsonElement each : results.getAsJsonArray("figures")) {
      JsonObject figure = each.getAsJsonObject();
      if (text(figure, "group").equals(HeapPlan.BESIDE_LLPL)) {
        panels.add(panel(results, figure));
      }
    }
    return panels;
  }

  private static Panel panel(JsonObject results, JsonObject figure) {
    String size = text(figure, "name");
    List<Bar> bars = new ArrayList<>();
    bars.add(new Bar("Dormouse, two epochs", mean(figure, "figure"), OURS));
    bars.add(new Bar("LLPL, atomic", mean(figure, "floor"), THEIRS));
    for (JsonElement each : results.getAsJsonArray("figures")) {
      JsonObject other = each.getAsJsonObject();
      if (text(other, "group").equals(HeapPlan.BESIDE_TRANSACTIONS) && text(other, "name").equals(size)) {
        bars.add(new Bar("LLPL, two transactions", mean(other, "floor"), THEIRS));
      }
      if (text(other, "group").equals(HeapPlan.BESIDE_FLOOR) && text(other, "name").equals(HeapPlan.inTwoEpochs(size))) {
        bars.addFirst(new Bar("floor", mean(other, "floor"), FLOOR));
      }
    }
    return new Panel(size, bars);
  }

  private static String text(JsonObject object, String key) {
    return object.get(key).getAsString();
  }

  private static double mean(JsonObject figure, String side) {
    return figure.getAsJsonObject(side).get("mean").getAsDouble();
  }

  private String draw(List<Panel> panels, JsonObject environment) {
    int bars = panels.stream().mapToInt(panel -> panel.bars().size()).sum();
    int height = TOP + bars * BAR_STEP + panels.size() * PANEL_GAP + FOOT;
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"13\">%n",
            WIDTH, height, WIDTH, height));
    svg.append(String.format(Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n", WIDTH, height));
    write(16, 26, "bold", "Allocate and free, nanoseconds for both, shorter is better");
    write(16, 46, "normal", "One thread, 1,000 extents of the size alive, all bytes zeroed, safe against kill -9, nothing flushed or synced");
    panels.forEach(this::draw);
    write(16, y + 24, "normal", text(environment, "cpu") + ", " + text(environment, "system") + ", " + text(environment, "fileSystem"));
    write(16, y + 42, "normal", text(environment, "medium") + "; load " + text(environment, "load"));
    return svg.append("</svg>\n").toString();
  }

  private void draw(Panel panel) {
    write(16, y + BAR_HEIGHT, "bold", panel.size());
    y += PANEL_GAP - (BAR_STEP - BAR_HEIGHT);
    for (Bar bar : panel.bars()) {
      double length = BAR_WIDTH * bar.nanos() / panel.longest();
      write(16, y + 14, "normal", bar.label());
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
              LABEL_WIDTH, y, length, BAR_HEIGHT, bar.colour()));
      write(LABEL_WIDTH + (int) length + 8, y + 14, "normal", String.format(Locale.ROOT, "%,.0f", bar.nanos()));
      y += BAR_STEP;
    }
    y += BAR_STEP - BAR_HEIGHT;
  }

  private void write(int x, int baseline, String weight, String text) {
    svg.append(
        String.format(
            Locale.ROOT, "<text x=\"%d\" y=\"%d\" font-weight=\"%s\">%s</text>%n", x, baseline, weight, escaped(text)));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
