package dev.dormouse.cli;

import com.google.gson.JsonObject;
import dev.dormouse.component.StoreVerifier;
import dev.dormouse.recovery.VerifyReport;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code verify}: proves the invariants of a pool that nobody has open. Writes nothing. */
@Command(
    name = "verify",
    description =
        "Walks a closed pool and proves that every byte of it has one owner and every record is sound. Changes nothing. One"
            + " that was not closed is judged as recovery would leave it.")
final class VerifyCommand implements Callable<Integer> {
  @Option(names = "--pool", paramLabel = "POOL", required = true, description = "The pool.")
  private Path pool;

  @Mixin private OutputOptions output;

  @Override
  public Integer call() {
    VerifyReport report;
    try (Progress _ = Progress.of(() -> "verifying " + pool)) {
      report = StoreVerifier.verify(pool);
    }
    int exitCode = Verdicts.exitCode(report.verdict());
    if (output.json()) {
      Json.print(output.out(), toJson(report, exitCode));
    } else {
      print(report);
    }
    return exitCode;
  }

  private JsonObject toJson(VerifyReport report, int exitCode) {
    JsonObject json = new JsonObject();
    json.addProperty("pool", pool.toString());
    json.addProperty("verdict", report.verdict().name());
    json.add("uuid", Json.of(report.uuid()));
    json.add("durabilityClass", Json.of(report.durabilityClass()));
    json.addProperty("openCount", report.openCount());
    json.add("provenance", ProvenanceOutput.toJson(report.provenance()));
    json.addProperty("sizeBytes", report.sizeBytes());
    json.addProperty("components", report.components());
    json.addProperty("dataspaces", report.dataspaces());
    json.addProperty("ownedBytes", report.ownedBytes());
    json.add("usage", Json.of(report.usage()));
    json.addProperty("freeBytes", report.freeBytes());
    // Null where damage leaves nothing to be recovered.
    json.add("lanesToRedo", Json.of(report.recovery() == null ? null : report.recovery().lanesRedone()));
    json.add("lanesToRollBack", Json.of(report.recovery() == null ? null : report.recovery().lanesRolledBack()));
    json.add("notes", Json.of(report.notes()));
    json.add("findings", Json.of(report.findings()));
    json.add("damage", Json.of(report.damage()));
    json.add("hit", Json.of(report.hit()));
    json.addProperty("unharmedComponents", report.unharmedComponents());
    json.add("whatToDo", Json.of(report.whatToDo()));
    json.addProperty("exitCode", exitCode);
    return json;
  }

  private void print(VerifyReport report) {
    PrintStream out = output.out();
    out.println("pool " + pool + ": " + Verdicts.sentence(report));
    report.findings().forEach(finding -> out.println("  " + finding));
    report.notes().forEach(note -> out.println("  note: " + note));
    Verdicts.printNextSteps(out, report);
    if (report.provenance() != null) {
      out.printf(
          Locale.ROOT,
          "  uuid %s, opened %,d times, last by %s; here is %s%n",
          report.uuid(),
          report.openCount(),
          ProvenanceOutput.host(report.provenance().recorded()),
          ProvenanceOutput.host(report.provenance().here()));
      out.println("  " + ProvenanceOutput.sentence(report.provenance()));
    }
    if (report.verdict() != VerifyReport.Verdict.DAMAGED) {
      out.printf(
          Locale.ROOT,
          "  %,d components, %,d bytes owned, %,d free of %,d%n",
          report.components(),
          report.ownedBytes(),
          report.freeBytes(),
          report.sizeBytes());
      VerifyReport.Usage usage = report.usage();
      out.printf(
          Locale.ROOT,
          "  of them %,d by components, %,d by %,d dataspaces, %,d by the directory, %,d by symbols%n",
          usage.componentBytes(),
          usage.dataspaceBytes(),
          report.dataspaces(),
          usage.directoryBytes(),
          usage.symbolBytes());
    }
  }
}
