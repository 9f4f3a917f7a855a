package dev.dormouse.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class HeapChartTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("cpu", "one & a half <processors>", "system", "Linux", "fileSystem", "ext4", "medium", "mapped file", "load", "0.25");

  @Test
  void drawsABarForEachFigureAsLongAsTheJsonSays() throws Exception {
    Document chart =
        parse(
            HeapChart.draw(
                json(
                    figure(HeapPlan.BESIDE_FLOOR, HeapPlan.inTwoEpochs("64 bytes"), 400, 40),
                    figure(HeapPlan.BESIDE_LLPL, "64 bytes", 400, 1_200),
                    figure(HeapPlan.BESIDE_LLPL, "4 KiB", 500, 250),
                    figure(HeapPlan.BESIDE_TRANSACTIONS, "64 bytes", 400, 1_600),
                    figure("another group", "64 bytes", 1, 1_000_000))));

    // In the order in which they are drawn; the longest of a panel is as long as the panel.
    List<Double> lengths = barLengths(chart);
    assertThat(lengths).hasSize(6);
    double longest = lengths.get(3);
    assertThat(lengths.subList(0, 4)).satisfiesExactly(
        floor -> assertThat(floor / longest).isBetween(0.024, 0.026),
        ours -> assertThat(ours / longest).isBetween(0.249, 0.251),
        atomic -> assertThat(atomic / longest).isBetween(0.749, 0.751),
        transactions -> assertThat(transactions).isEqualTo(longest));
    assertThat(lengths.get(4)).isEqualTo(longest);
    assertThat(lengths.get(5) / longest).isBetween(0.499, 0.501);
    assertThat(texts(chart))
        .containsSubsequence("64 bytes", "floor", "40", "Dormouse, two epochs", "400", "LLPL, atomic", "1,200")
        .containsSubsequence("LLPL, two transactions", "1,600", "4 KiB", "Dormouse, two epochs", "500", "LLPL, atomic", "250")
        .contains("one & a half <processors>, Linux, ext4", "mapped file; load 0.25");
  }

  @Test
  void refusesResultsWithoutLlpl() {
    String json = json(figure(HeapPlan.BESIDE_FLOOR, HeapPlan.inTwoEpochs("64 bytes"), 400, 40));

    assertThatThrownBy(() -> HeapChart.draw(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("results: nothing was measured beside LLPL");
  }

  /** As the report prints it, so that the two cannot drift apart. */
  private static String json(Figure... figures) {
    Plan plan = new Plan("heap", "mapped file", Plan.SMOKE, List.of(), List.of(), "");
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    new Report(plan, ENVIRONMENT, 0, 3, List.of(figures), List.of()).printJson(new PrintStream(json, true, StandardCharsets.UTF_8));
    return json.toString(StandardCharsets.UTF_8);
  }

  private static Figure figure(String group, String name, double ours, double floor) {
    return new Figure(group, name, reading(ours), reading(floor), 0, List.of());
  }

  private static Probe.Reading reading(double nanos) {
    return new Probe.Reading(nanos, Double.NaN, nanos, 0);
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  /** Of all rectangles but the background. */
  private static List<Double> barLengths(Document chart) {
    List<Double> lengths = new ArrayList<>();
    NodeList bars = chart.getElementsByTagName("rect");
    for (int i = 1; i < bars.getLength(); i++) {
      lengths.add(Double.valueOf(((Element) bars.item(i)).getAttribute("width")));
    }
    return lengths;
  }

  private static List<String> texts(Document chart) {
    List<String> texts = new ArrayList<>();
    NodeList all = chart.getElementsByTagName("text");
    for (int i = 0; i < all.getLength(); i++) {
      texts.add(all.item(i).getTextContent());
    }
    return texts;
  }
}
