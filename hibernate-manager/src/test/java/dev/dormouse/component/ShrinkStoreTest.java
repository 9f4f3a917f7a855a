package dev.dormouse.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.region.Region;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store grows while it is used, and can be made shorter when nobody uses it, whatever lies at its end. */
final class ShrinkStoreTest {
  private static final long SMALL = 1 << 20;
  private static final long MOST = 16 << 20;
  private static final int STATE_BYTES = 300_000;

  @TempDir Path folder;

  /** Writes its request's number all over its regions the first time; answers what it finds there. */
  public static final class Painter implements Program {
    @Override
    public void turn(Turn turn) {
      if (turn.request().remaining() == Integer.BYTES) {
        turn.attach("more", 5000);
        turn.attach("most", 70_000);
        byte number = (byte) turn.request().getInt();
        for (int i = 0; i < 3; i++) {
          Region region = turn.region(i);
          region.fill(0, region.lengthBytes(), number);
        }
      }
      turn.reply(sum(turn));
    }

    private static long sum(Turn turn) {
      long sum = 0;
      for (int i = 0; i < 3; i++) {
        Region region = turn.region(i);
        for (long at = 0; at < region.lengthBytes(); at++) {
          sum += region.getByte(at);
        }
      }
      return sum;
    }
  }

  private static ByteBuffer number(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).flip();
  }

  private static long answer(ByteBuffer reply) {
    return Long.reverseBytes(reply.getLong());
  }

  private static StoreOptions existing() {
    return StoreOptions.existing().awake(4);
  }

  private Path grownPool(int components) {
    Path path = folder.resolve("grown.pool");
    try (ProcessStore store = ProcessStore.open(path, StoreOptions.create(SMALL).growTo(MOST).awake(4))) {
      for (int i = 1; i <= components; i++) {
        store.create("painter-" + i, spec -> spec.program(Painter.class).region("state", STATE_BYTES)).invoke(number(i));
      }
      assertThat(store.engine().pool().header().geometry().sizeBytes()).isGreaterThan((long) components * STATE_BYTES);
    }
    return path;
  }

  private static void requireSound(Path path, long components) {
    VerifyReport report = StoreVerifier.verify(path);
    assertThat(report.findings()).isEmpty();
    assertThat(report.verdict()).isEqualTo(VerifyReport.Verdict.CLEAN);
    assertThat(report.components()).isEqualTo(components);
  }

  @Test
  void whatComponentsHoldMovesForwardAndTheRestGoesBackToTheDisk() throws IOException {
    Path path = grownPool(12);
    try (ProcessStore store = ProcessStore.open(path, existing())) {
      for (int i = 1; i <= 9; i++) {
        store.component("painter-" + i).destroy();
      }
    }
    long wanted = 3 << 20;
    ProcessStore.shrink(path, existing(), wanted);
    assertThat(Files.size(path)).isEqualTo(wanted);
    requireSound(path, 3);
    try (ProcessStore store = ProcessStore.open(path, existing())) {
      for (int i = 10; i <= 12; i++) {
        long bytes = STATE_BYTES + 5000 + 70_000;
        assertThat(answer(store.component("painter-" + i).invoke(ByteBuffer.allocate(0)))).isEqualTo(i * bytes);
      }
      // It grows again.
      for (int i = 1; i <= 9; i++) {
        store.create("painter-" + i, spec -> spec.program(Painter.class).region("state", STATE_BYTES)).invoke(number(i));
      }
    }
    requireSound(path, 12);
  }

  @Test
  void whatDoesNotFitIsRefusedAndNothingIsLost() {
    Path path = grownPool(6);
    assertThatThrownBy(() -> ProcessStore.shrink(path, existing(), SMALL)).isInstanceOf(PoolFull.class);
    requireSound(path, 6);
    assertThatThrownBy(() -> ProcessStore.shrink(path, existing(), MOST)).isInstanceOf(IllegalArgumentException.class);
    try (ProcessStore store = ProcessStore.open(path, existing())) {
      for (int i = 1; i <= 6; i++) {
        long bytes = STATE_BYTES + 5000 + 70_000;
        assertThat(answer(store.component("painter-" + i).invoke(ByteBuffer.allocate(0)))).isEqualTo(i * bytes);
      }
    }
  }

  @Test
  void aPoolThatMayNotGrowAnyMoreIsFullAndStaysAsItIs() {
    Path path = folder.resolve("full.pool");
    int made = 0;
    try (ProcessStore store = ProcessStore.open(path, StoreOptions.create(SMALL).growTo(4 << 20).awake(4))) {
      try {
        while (true) {
          store.create("painter-" + made, spec -> spec.program(Painter.class).region("state", STATE_BYTES));
          made++;
        }
      } catch (PoolFull full) {
        assertThat(made).isBetween(10, 13);
        assertThat(store.engine().pool().header().geometry().sizeBytes()).isEqualTo(4 << 20);
      }
    }
    requireSound(path, made);
  }
}
