package dev.dormouse.cli;

import com.google.gson.JsonObject;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.SnapshotReport;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code snapshot}: copies a pool that nobody has open. */
@Command(
    name = "snapshot",
    description =
        "Copies a pool that nobody has open to a new file: as recovery would leave it, verified, and with an identity of its own. The pool"
            + " itself is not changed. A store that is open makes such a copy of itself: ProcessStore.snapshot.")
final class SnapshotCommand implements Callable<Integer> {
  @Option(names = "--pool", paramLabel = "POOL", required = true, description = "The pool.")
  private Path pool;

  @Option(names = "--to", paramLabel = "FILE", required = true, description = "The copy, of which nothing is there yet.")
  private Path target;

  @Mixin private OutputOptions output;

  @Override
  public Integer call() {
    AtomicLong copied = new AtomicLong();
    SnapshotReport report;
    try (Progress _ = Progress.of(() -> String.format("copying %s: %,d bytes", pool, copied.get()));
        ProcessStore store = ProcessStore.inspect(pool)) {
      report = store.snapshot(target, copied::set);
    }
    if (output.json()) {
      JsonObject json = new JsonObject();
      json.addProperty("pool", pool.toString());
      json.addProperty("copy", target.toString());
      json.add("uuid", Json.of(report.uuid()));
      json.addProperty("sizeBytes", report.bytes());
      json.addProperty("nanos", report.took().toNanos());
      json.addProperty("exitCode", ExitCode.CLEAN);
      Json.print(output.out(), json);
    } else {
      output.out().printf(Locale.ROOT, "%s: a copy of %s, %,d bytes, verified; its uuid is %s%n", target, pool, report.bytes(), report.uuid());
    }
    return ExitCode.CLEAN;
  }
}
