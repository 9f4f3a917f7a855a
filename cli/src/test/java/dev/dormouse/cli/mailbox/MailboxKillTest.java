package dev.dormouse.cli.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dormouse.cli.child.ChildJvm;
import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.TurnFailed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a JVM by SIGKILL while it works with Agrona's ring buffers, broadcast buffer and counters in turns. I1, I2: all of
 * them are as the last acknowledged turn left them, or the one under way, and each message was consumed exactly once.
 */
class MailboxKillTest {
  private static final int KILLS = 24;
  private static final long SEED = Long.getLong("dormouse.killSeed", 0x5EED);

  @TempDir private Path folder;
  private final SplittableRandom random = new SplittableRandom(SEED);
  private final MailboxModel model = new MailboxModel();
  private int killedAtWork;

  /** Starts a worker, kills it, and answers the last operation that it acknowledged. */
  private long killWorker(Path pool) throws IOException, InterruptedException {
    try (ChildJvm child = ChildJvm.start(MailboxWorker.class, ProcessBuilder.Redirect.INHERIT, List.of(pool.toString()))) {
      long acknowledged = model.operations();
      boolean atWork = random.nextInt(6) > 0;
      if (atWork) {
        int more = 1 + random.nextInt(1 << random.nextInt(12));
        for (int i = 0; i < more; i++) {
          acknowledged = next(child.readLine(), acknowledged);
        }
        long until = System.nanoTime() + random.nextLong(TimeUnit.MICROSECONDS.toNanos(300));
        while (System.nanoTime() < until) {
          Thread.onSpinWait();
        }
        killedAtWork++;
      } else {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(400));
      }
      child.kill();
      for (String line = child.readLine(); line != null; line = child.readLine()) {
        acknowledged = next(line, acknowledged);
      }
      child.exitCode();
      return acknowledged;
    }
  }

  private static long next(String line, long acknowledged) {
    assertThat(line).as("a line of the worker").isNotNull();
    if (!line.endsWith(".")) {
      return acknowledged;
    }
    assertThat(line).isEqualTo(acknowledged + 1 + ".");
    return acknowledged + 1;
  }

  private static String everything(Component mailbox) {
    TurnFailed undone = catchThrowableOfType(TurnFailed.class, () -> mailbox.invoke(ByteBuffer.allocate(1)));
    assertThat(undone.getCause()).isInstanceOf(MailboxProgram.Seen.class);
    return undone.getCause().getMessage();
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void nothingIsLostOrConsumedTwiceByAnyKill() throws IOException, InterruptedException {
    Path pool = folder.resolve("mailbox.pool");
    try (ProcessStore store = ProcessStore.open(pool, StoreOptions.create(MailboxWorker.POOL_BYTES))) {
      store.create(
          MailboxWorker.COMPONENT, spec -> spec.program(MailboxProgram.class).region(MailboxProgram.REGION, MailboxProgram.REGION_BYTES));
    }
    for (int kill = 0; kill < KILLS; kill++) {
      long acknowledged = killWorker(pool);
      try (ProcessStore store = ProcessStore.open(pool, StoreOptions.existing())) {
        String found = everything(store.component(MailboxWorker.COMPONENT));
        model.advanceTo(acknowledged);
        if (!found.equals(model.everything())) {
          model.advanceTo(acknowledged + 1);
        }
        assertThat(found).as("after kill %d, -Ddormouse.killSeed=%d", kill, SEED).isEqualTo(model.everything());
      }
    }
    assertThat(killedAtWork).isGreaterThan(KILLS / 2);
    assertThat(model.operations()).isGreaterThan(KILLS);
  }
}
