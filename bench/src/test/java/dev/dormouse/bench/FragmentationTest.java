package dev.dormouse.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What random work leaves unused stays within the bounds of {@code docs/heap.md}. The work is the same at every run. */
class FragmentationTest {
  private static final long POOL_BYTES = 256L << 20;
  private static final long LIVE_BYTES = POOL_BYTES / 10 * 7;
  private static final int OPERATIONS = 1_000_000;
  private static final long SEED = 7;

  @Test
  void aMillionOperationsLeaveLittleUnused() {
    try (Fragmentation fragmentation = new Fragmentation(POOL_BYTES, LIVE_BYTES, SEED)) {
      fragmentation.run(OPERATIONS);

      Fragmentation.Seen seen = fragmentation.look();
      assertThat(seen.requestedBytes()).isBetween(LIVE_BYTES / 10 * 9, LIVE_BYTES / 10 * 11);
      assertThat(seen.insideExtents()).as("the share inside extents, of %s", seen).isLessThanOrEqualTo(0.03);
      assertThat(seen.betweenExtents()).as("the share between extents, of %s", seen).isLessThanOrEqualTo(0.09);
      assertThat(seen.heldPerRequested()).as("held per requested, of %s", seen).isLessThanOrEqualTo(1.12);
    }
  }

  @Test
  void whatIsReleasedCanBeHadAgainInOnePiece() {
    try (Fragmentation fragmentation = new Fragmentation(POOL_BYTES, LIVE_BYTES, SEED)) {
      Fragmentation.Seen empty = fragmentation.look();
      fragmentation.run(OPERATIONS / 10);
      fragmentation.releaseAll();

      assertThat(fragmentation.look()).isEqualTo(empty);
    }
  }

  @Test
  void aPoolOfSoMuchMoreThanIsAliveIsEnough() {
    try (Fragmentation fragmentation = new Fragmentation((long) (LIVE_BYTES * 1.4) >>> 12 << 12, LIVE_BYTES, SEED)) {
      fragmentation.run(OPERATIONS);

      assertThat(fragmentation.look().requestedBytes()).isBetween(LIVE_BYTES / 10 * 9, LIVE_BYTES / 10 * 11);
    }
  }
}
