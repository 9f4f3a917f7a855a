package dev.dormouse.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dormouse.bench.llpl.LlplProbe;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;

class SmokeTest {
  @Test
  void everyLineOfThePlanCanBeMeasured() {
    ByteArrayOutputStream table = new ByteArrayOutputStream();

    int exitCode = ShortBench.run(Plan.smoke(), new PrintStream(table, true, StandardCharsets.UTF_8), false);

    assertThat(exitCode).isZero();
    assertThat(table.toString(StandardCharsets.UTF_8).lines().filter(line -> line.startsWith("  ") && line.contains("x ")))
        .hasSizeGreaterThanOrEqualTo(Plan.smoke().lines().size());
  }

  @Test
  void everyLineOfTheHeapsPlanCanBeMeasured() {
    requireAllLines(HeapPlan.smoke());
  }

  @Test
  void everyLineOfTheMediasPlanCanBeMeasured() {
    requireAllLines(MediaPlan.smoke());
  }

  /** Skipped where PMDK's libraries are missing, unless they are required: {@code -Ddormouse.requireLlpl=true}. */
  @Test
  void everyLineBesideLlplCanBeMeasured() {
    String missing = LlplProbe.whatIsMissing();
    if (Boolean.getBoolean("dormouse.requireLlpl")) {
      assertThat(missing).isEmpty();
    }
    assumeThat(missing).isEmpty();

    requireAllLines(HeapPlan.smokeBesideLlpl());
  }

  private static void requireAllLines(Plan plan) {
    ByteArrayOutputStream table = new ByteArrayOutputStream();

    int exitCode = ShortBench.run(plan, new PrintStream(table, true, StandardCharsets.UTF_8), false);

    assertThat(exitCode).isZero();
    List<String> printed = table.toString(StandardCharsets.UTF_8).lines().map(String::strip).toList();
    for (Line line : plan.lines()) {
      assertThat(printed).anyMatch(row -> row.matches(Pattern.quote(line.name()) + " .*[0-9]x( .*)?"));
    }
  }

  @Test
  void everythingOfTheJournaledMediumCanBeMeasured() {
    ByteArrayOutputStream table = new ByteArrayOutputStream();

    JournalReport report = JournalBench.run(false, JournalScale.smoke(), new PrintStream(table, true, StandardCharsets.UTF_8), false);

    List<String> printed = table.toString(StandardCharsets.UTF_8).lines().map(String::strip).toList();
    for (String name : List.of("a turn; floor: write and fdatasync", "journaled file", "LMDB", "wake to the first read", "the sync of a batch", "clean, pages given back")) {
      assertThat(printed).anyMatch(row -> row.startsWith(name + " ") && row.matches(".* (ns|us|ms) .*"));
    }
    assertThat(printed).anyMatch(row -> row.startsWith("random, all pages ")).anyMatch(row -> row.startsWith("SQLite, one connection behind a lock "));
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    report.printJson(new PrintStream(json, true, StandardCharsets.UTF_8), "smoke", Map.of("cpu", "one"));
    JsonObject read = JsonParser.parseString(json.toString(StandardCharsets.UTF_8)).getAsJsonObject();
    assertThat(read.getAsJsonArray("figures").size() + read.getAsJsonArray("counts").size()).isEqualTo(report.lines()).isGreaterThan(40);
  }

  @Test
  void moreThanMemoryHoldsCanBeMeasured() {
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    JournalBench.run(true, JournalScale.smoke(), new PrintStream(table, true, StandardCharsets.UTF_8), false);
    assertThat(table.toString(StandardCharsets.UTF_8).lines().map(String::strip)).anyMatch(row -> row.startsWith("most private pages "));
  }

  @Test
  void whatIsCountedIsPrintedBesideItsGoal() {
    Count met = new Count("waste", "of food", "%", 12, Double.NaN, 12.5);
    Count missed = new Count("waste", "of time", "%", 13, 1.25, 12.5);
    Count.Source source = new Count.Source("waste", () -> List.of(met, missed));
    Plan plan = new Plan("counts", "none", Plan.SMOKE, List.of(), List.of(source), "LLPL: not here");

    ByteArrayOutputStream table = new ByteArrayOutputStream();
    ShortBench.run(plan, new PrintStream(table, true, StandardCharsets.UTF_8), false);
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    ShortBench.run(plan, new PrintStream(json, true, StandardCharsets.UTF_8), true);

    assertThat(table.toString(StandardCharsets.UTF_8).lines().map(row -> row.strip().replaceAll(" +", " ")))
        .contains("of food 12 % - <= 12.50 % met", "of time 13 % 1.25 % <= 12.50 % MISSED", "LLPL: not here");
    assertThat(json.toString(StandardCharsets.UTF_8))
        .contains("{\"group\": \"waste\", \"name\": \"of time\", \"unit\": \"%\", \"value\": 13.000, \"floor\": 1.250, \"most\": 12.500}")
        .contains("\"leftOut\": \"LLPL: not here\"");
  }

  @Test
  void aDirtyCycleNeedsAtMostThreeFences() {
    assertThat(FenceCount.ofDirtyCycle()).isBetween(1, Report.MOST_FENCES);
  }

  @Test
  void everyBenchmarkOfTheModuleIsInThePlan() {
    Set<String> planned = new TreeSet<>();
    List<Line> lines = new ArrayList<>(Plan.smoke().lines());
    lines.addAll(HeapPlan.smoke().lines());
    lines.addAll(MediaPlan.smoke().lines());
    lines.addAll(HeapPlan.smokeBesideLlpl().lines());
    for (Line line : lines) {
      planned.add(line.ours().type().getName() + "." + line.ours().method());
      planned.add(line.floor().type().getName() + "." + line.floor().method());
    }
    planned.add(ResumeBenchmark.class.getName() + ".clockAlone");
    // It compares granules with each other and has no floor; its command is in docs/performance.md.
    planned.add(GranuleBenchmark.class.getName() + ".storeAndCommit");

    Set<String> known = new TreeSet<>();
    for (BenchmarkListEntry entry : BenchmarkList.defaultList().getAll(null, List.of())) {
      known.add(entry.getUsername());
    }
    assertThat(known).isEqualTo(planned);
  }
}
