package dev.dormouse.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.junit.Pmempool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kills real JVMs that have a heap of LLPL open. After each kill the store is checked as ever, and PMDK's own tool looks at the heap. */
final class LlplTortureTest {
  private static final int KILLS = Integer.getInteger("dormouse.llplKills", 25);
  private static final long SEED = Long.getLong("dormouse.killSeed", 0x5EED);

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void pmdkFindsTheHeapConsistentAfterEveryKill() throws Exception {
    Pmempool.assume();
    Path folder = Files.createTempDirectory(Path.of("target"), "torture-").toRealPath();
    TortureSettings settings = new TortureSettings(SEED, 1, 4, 60, List.of(TortureMedium.LLPL));
    long kills = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      TorturedPool pool = new TorturedPool(folder, TortureMedium.LLPL, folder, settings, false);
      Letters.write(folder);
      pool.begin();
      pool.live();
      Pmempool.check(pool.pool());
      assertThat(pool.tally().kills()).isEqualTo(++kills);
      if (kill == KILLS) {
        pool.finish();
        Pmempool.check(pool.pool());
        assertThat(pool.tally().get(Tally.Count.ACKNOWLEDGED)).isGreaterThan(20L * KILLS);
        pool.delete();
      }
    }
    Files.deleteIfExists(folder.resolve(Letters.NAME));
    Files.delete(folder);
  }
}
