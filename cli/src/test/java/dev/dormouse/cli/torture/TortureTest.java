package dev.dormouse.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.cli.torture.TortureReport.OfPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Kills real JVMs by SIGKILL while they run turns, open their pool or close it, and holds every byte against what they had
 * acknowledged: the only test that sees the order of stores which the JIT made (R8). I1: what was acknowledged is there,
 * exactly once. I2: what was not is there whole or not at all. I3: verify finds nothing, every time. I4: what nobody wrote
 * is zero. I6: a recovery that was killed is run again.
 */
final class TortureTest {
  private static final int KILLS = Integer.getInteger("dormouse.kills", 200);
  private static final long SEED = Long.getLong("dormouse.killSeed", 0x5EED);
  private static final List<TortureMedium> ALL_MEDIA = List.of(TortureMedium.values());

  /** On the disk of the build: the system's folder for temporary files may lie in memory. */
  private static Path newFolder() throws IOException {
    return Files.createTempDirectory(Path.of("target"), "torture-").toRealPath();
  }

  private static TortureReport run(Path folder, TortureSettings settings, boolean hasty) throws Exception {
    return Torture.in(folder, settings, hasty).run(false);
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void nothingIsLostOrDoubledOrTornByAnyKill() throws Exception {
    TortureSettings settings = new TortureSettings(SEED, KILLS, 4, 200, ALL_MEDIA);
    TortureReport report = run(newFolder(), settings, false);
    System.out.println(report);
    assertThat(report.violations()).as("seed %d; all is kept in %s", SEED, report.folder()).isEmpty();
    assertThat(report.pools().size() + report.skipped().size()).isEqualTo(ALL_MEDIA.size());
    assertThat(sum(report, OfPool::kills)).isEqualTo(KILLS);
    assertThat(sum(report, OfPool::whileWorking)).as("kills at work").isPositive();
    assertThat(sum(report, OfPool::whileOpening)).as("kills while it opened").isPositive();
    assertThat(sum(report, OfPool::whileClosing)).as("kills while it closed").isPositive();
    assertThat(sum(report, OfPool::withLanesToFinish)).as("kills that left an epoch to finish").isPositive();
    assertThat(sum(report, OfPool::acknowledged)).as("operations that were acknowledged").isGreaterThan(100L * KILLS);
    assertThat(sum(report, OfPool::underWayUndone)).as("operations that a kill undid").isPositive();
    assertThat(sum(report, OfPool::underWayDone)).as("operations that a kill cut off from their caller").isPositive();
  }

  private static long sum(TortureReport report, ToLongFunction<OfPool> count) {
    return report.pools().stream().mapToLong(count).sum();
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aLoadThatAcknowledgesBeforeTheCommitIsFoundOutAndCanBeLookedAtAgain() throws Exception {
    Path folder = newFolder();
    TortureSettings settings = new TortureSettings(SEED, 60, 4, 40, ALL_MEDIA);
    TortureReport first = run(folder, settings, true);
    assertThat(first.violations()).isNotEmpty();
    assertThat(first.folder()).isEqualTo(folder);
    assertThat(first.violations()).allSatisfy(violation -> assertThat(violation.damaged()).isFalse());
    TortureReport.Violation violation = first.violations().getFirst();
    assertThat(violation.pool()).exists();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(Path::toString)).anyMatch(name -> name.contains(violation.pool().getFileName() + ".ledger-"));
    }
    TortureReport again = run(folder, settings.withKills(0), false);
    assertThat(again.resumed()).isTrue();
    assertThat(again.violations()).contains(violation);
    Leftovers.delete(first, folder);
  }
}
