package dev.dormouse.cli;

import dev.dormouse.cli.DemoReport.Begun;
import dev.dormouse.cli.WorkerMessage.Kind;
import dev.dormouse.component.StoreVerifier;
import dev.dormouse.recovery.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Runs the demonstration: starts workers on a pool and kills them until the concordance of the input is finished, has the
 * input rebuilt by one that cannot read it, and compares.
 */
final class Demo {
  private static final int KILLED_BY_SIGNAL = 128;

  private final Settings settings;
  private final DemoTally tally = new DemoTally();
  private final long start = System.nanoTime();
  private volatile String state = "";

  private Demo(Settings settings) {
    this.settings = settings;
  }

  /**
   * What is to be done.
   *
   * @param input a file, as an absolute path
   * @param pool where the pool is, or is to be
   * @param keep whether it stays
   * @param media how its file is reached
   * @param poolBytes its size if it has to be made; 0 for a size that fits the input
   * @param standing where the concordance in the pool stands
   * @param scratch a folder for what is rebuilt
   */
  record Settings(
      Path input,
      Path pool,
      boolean keep,
      MediaKind media,
      long poolBytes,
      Standing standing,
      Path scratch,
      int kills,
      long seed,
      int awake) {}

  /**
   * Where a concordance stands.
   *
   * @param position how much of the input has been gone through, in bytes
   * @param finished whether that is all of it
   */
  record Standing(Begun begun, long position, boolean finished) {
    static final Standing NONE = new Standing(Begun.ANEW, 0, false);
  }

  static DemoReport run(Settings settings) throws IOException, InterruptedException {
    Demo demo = new Demo(settings);
    try (Progress _ = Progress.of(() -> demo.state)) {
      return demo.run();
    }
  }

  private DemoReport run() throws IOException, InterruptedException {
    long inputBytes = settings.standing.finished ? 0 : Files.size(settings.input);
    KillPlan plan =
        new KillPlan(
            settings.seed, settings.standing.finished ? 0 : settings.kills, Math.min(settings.standing.position, inputBytes), inputBytes);
    if (!settings.standing.finished) {
      long poolBytes = settings.poolBytes > 0 || settings.standing.begun != Begun.ANEW ? settings.poolBytes : sizePool(inputBytes);
      makeConcordance(plan, poolBytes, inputBytes);
    }
    Path output = settings.scratch.resolve("rebuilt");
    WorkerMessage rebuilt = rebuild(output);
    state = "comparing with " + settings.input;
    boolean compared = Files.isRegularFile(settings.input);
    long differsAt = compared ? Files.mismatch(settings.input, output) : -1;
    Files.delete(output);
    state = "verifying " + settings.pool;
    VerifyReport verified = StoreVerifier.verify(settings.pool);
    return new DemoReport(
        settings.input,
        settings.keep ? settings.pool : null,
        settings.media,
        settings.standing.begun,
        plan.planned(),
        plan.done(),
        settings.seed,
        settings.awake,
        tally,
        rebuilt.rebuilt(),
        rebuilt.slot(),
        compared,
        differsAt,
        verified,
        System.nanoTime() - start);
  }

  private long sizePool(long inputBytes) throws IOException {
    state = "counting the tokens of " + settings.input;
    return PoolSizing.poolBytes(
        settings.input,
        position -> state = "counting the tokens of the input: " + Progress.share(position, inputBytes, "bytes"));
  }

  private void makeConcordance(KillPlan plan, long poolBytes, long inputBytes) throws IOException, InterruptedException {
    state = "making a pool of " + poolBytes + " bytes";
    long formerPosition = -1;
    while (true) {
      try (Worker worker =
          Worker.start(
              DemoWorker.CONCORDANCE,
              settings.pool.toString(),
              settings.media.name(),
              Long.toString(poolBytes),
              Integer.toString(settings.awake),
              settings.input.toString(),
              String.format(Locale.ROOT, "%.3f", plan.nanosPerByte()))) {
        boolean killed = false;
        for (WorkerMessage message = worker.next(); message != null; message = worker.next()) {
          tally.add(message);
          if (message.kind() == Kind.FINISHED) {
            return;
          }
          stopIfFailed(message);
          state = "concordance: " + Progress.share(tally.position(), inputBytes, "bytes") + ", kills " + plan.done();
          if (!killed && message.kind() == Kind.PROGRESS && plan.isDue(message.position())) {
            TimeUnit.MILLISECONDS.sleep(plan.delayMillis());
            worker.kill();
            killed = true;
          }
        }
        int exitCode = worker.exitCode();
        // Whoever kills it by hand may do so as well, as long as it gets on.
        boolean killedByOthers = !killed && exitCode > KILLED_BY_SIGNAL && tally.position() > formerPosition;
        if (killed) {
          plan.killed();
        } else if (!killedByOthers) {
          throw new VerbFailed(
              ExitCode.STOPPED, "the worker ended with exit code " + exitCode + " and said nothing; nobody here killed it");
        }
        formerPosition = tally.position();
      }
    }
  }

  private WorkerMessage rebuild(Path output) throws IOException, InterruptedException {
    state = "rebuilding";
    try (Worker worker =
        Worker.start(
            DemoWorker.REBUILD,
            settings.pool.toString(),
            settings.media.name(),
            Integer.toString(settings.awake),
            output.toString())) {
      WorkerMessage last = null;
      for (WorkerMessage message = worker.next(); message != null; message = worker.next()) {
        stopIfFailed(message);
        if (message.kind() == Kind.OPENED) {
          tally.add(message);
        }
        last = message;
      }
      if (last == null || last.kind() != Kind.REBUILT) {
        throw new VerbFailed(
            ExitCode.STOPPED, "the worker that rebuilds ended with exit code " + worker.exitCode() + " and said nothing");
      }
      return last;
    }
  }

  private static void stopIfFailed(WorkerMessage message) {
    if (message.kind() == Kind.FAILED) {
      throw new VerbFailed(message.exitCode(), message.sentence());
    }
  }
}
