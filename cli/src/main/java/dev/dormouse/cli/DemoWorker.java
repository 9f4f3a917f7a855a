package dev.dormouse.cli;

import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.ResumeAccount;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.PoolFull;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that the demonstration kills. It does a piece of the work on the pool and says on its output how far it is, as
 * {@link WorkerMessage}s. It takes no precautions of any kind.
 */
public final class DemoWorker {
  /** Makes the concordance: {@code concordance POOL MEDIA POOL-BYTES AWAKE INPUT NANOS-PER-BYTE}; 0 bytes for a pool that exists. */
  static final String CONCORDANCE = "concordance";

  /** Rebuilds the input, without access to it: {@code rebuild POOL MEDIA AWAKE OUTPUT}. */
  static final String REBUILD = "rebuild";

  private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final PrintStream out;
  private final Latencies hibernations = new Latencies();
  private final Latencies resumes = new Latencies();

  private boolean opened;

  private DemoWorker(PrintStream out) {
    this.out = out;
  }

  /** For {@link Worker}. */
  public static void main(String[] arguments) {
    DemoWorker worker =
        new DemoWorker(new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8));
    try {
      worker.run(arguments);
    } catch (Exception e) {
      if (!Failures.isExpected(e)) {
        e.printStackTrace();
      }
      worker.say(WorkerMessage.failed(Failures.exitCode(e), Failures.sentence(e) + worker.advice(e)));
      System.exit(Failures.exitCode(e));
    }
  }

  /** A disk that is full needs another advice than a pool that is full, and the store gives it. */
  private String advice(Exception e) {
    return opened && Failures.cause(e) instanceof PoolFull
        ? "; for the demonstration: delete the pool and begin again with a larger --pool-size"
        : "";
  }

  private void run(String[] arguments) throws IOException {
    Path pool = Path.of(arguments[1]);
    FileMedium medium = MediaKind.valueOf(arguments[2]).medium();
    switch (arguments[0]) {
      case CONCORDANCE -> {
        long poolBytes = Long.parseLong(arguments[3]);
        StoreOptions creation = poolBytes > 0 ? StoreOptions.openOrCreate(poolBytes) : StoreOptions.existing();
        concordance(
            pool,
            creation.medium(medium),
            Integer.parseInt(arguments[4]),
            Path.of(arguments[5]),
            Double.parseDouble(arguments[6]));
      }
      case REBUILD ->
          rebuild(pool, StoreOptions.existing().medium(medium).awake(Integer.parseInt(arguments[3])), Path.of(arguments[4]));
      default -> throw new IllegalArgumentException("no such work: " + arguments[0]);
    }
  }

  private void concordance(Path pool, StoreOptions creation, int awake, Path input, double nanosPerByte) {
    StoreOptions options = creation.awake(awake).fileRoot(Concordance.INPUT_ROOT, input.getParent());
    WorkerMessage last;
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      opened = true;
      say(WorkerMessage.opened(store.opening()));
      Concordance concordance = Concordance.beginOrGoOn(store, input, awake, watch());
      say(report(WorkerMessage.Kind.PROGRESS, store, concordance));
      long start = System.nanoTime();
      long startPosition = concordance.position();
      long reported = start;
      while (concordance.step()) {
        long now = System.nanoTime();
        if (now - reported > REPORT_NANOS) {
          say(report(WorkerMessage.Kind.PROGRESS, store, concordance));
          reported = now;
        }
        // A small input is gone through slowly, so that the kills have something to hit.
        long early = (long) ((concordance.position() - startPosition) * nanosPerByte) - (now - start);
        if (early > REPORT_NANOS / 100) {
          LockSupport.parkNanos(Math.min(early, REPORT_NANOS));
        }
      }
      last = report(WorkerMessage.Kind.FINISHED, store, concordance);
    }
    // Only now is the pool closed, and nothing left to be killed.
    say(last);
  }

  private void rebuild(Path pool, StoreOptions options, Path output) throws IOException {
    WorkerMessage last;
    try (ProcessStore store = ProcessStore.open(pool, options);
        OutputStream to = new BufferedOutputStream(new FileOutputStream(output.toFile()))) {
      say(WorkerMessage.opened(store.opening()));
      String slot =
          store.component(Concordance.READER).resume().entries().stream()
              .filter(entry -> entry.slot() == ReaderProgram.INPUT_SLOT)
              .map(DemoWorker::describe)
              .findFirst()
              .orElse("there is no slot");
      Rebuild.Result result =
          Rebuild.run(
              store,
              to,
              Rebuild.DEFAULT_WINDOW_BYTES,
              position -> say(WorkerMessage.progress(WorkerMessage.Kind.PROGRESS, position, 0, null, null, null)));
      last = WorkerMessage.rebuilt(result, slot);
    }
    say(last);
  }

  private static String describe(ResumeAccount.Entry entry) {
    String outcome = entry.outcome().name().toLowerCase(Locale.ROOT);
    return entry.object() + ": " + outcome + (entry.reason().isEmpty() ? "" : " (" + entry.reason() + ")");
  }

  private SleepWatch watch() {
    return new SleepWatch() {
      @Override
      public void hibernated(long nanos) {
        hibernations.add(nanos);
      }

      @Override
      public void resumed(long nanos) {
        resumes.add(nanos);
      }
    };
  }

  private WorkerMessage report(WorkerMessage.Kind kind, ProcessStore store, Concordance concordance) {
    return WorkerMessage.progress(
        kind, concordance.position(), concordance.tokens(), store.statistics(), hibernations.take(), resumes.take());
  }

  private void say(WorkerMessage message) {
    out.println(message.toLine());
    out.flush();
    if (out.checkError()) {
      // Whoever started this process is gone, and with it the reason to go on.
      Runtime.getRuntime().halt(ExitCode.STOPPED);
    }
  }
}
