package dev.dormouse.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
  void aDirtyCycleNeedsAtMostThreeFences() {
    assertThat(FenceCount.ofDirtyCycle()).isBetween(1, Report.MOST_FENCES);
  }

  @Test
  void everyBenchmarkOfTheModuleIsInThePlan() {
    Set<String> planned = new TreeSet<>();
    for (Line line : Plan.smoke().lines()) {
      planned.add(line.ours().type().getName() + "." + line.ours().method());
      planned.add(line.floor().type().getName() + "." + line.floor().method());
    }
    planned.add(ResumeBenchmark.class.getName() + ".clockAlone");

    Set<String> known = new TreeSet<>();
    for (BenchmarkListEntry entry : BenchmarkList.defaultList().getAll(null, List.of())) {
      known.add(entry.getUsername());
    }
    assertThat(known).isEqualTo(planned);
  }
}
