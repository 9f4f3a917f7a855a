package dev.dormouse.cli;

import com.google.gson.JsonObject;
import dev.dormouse.cli.torture.TortureReport;
import dev.dormouse.cli.torture.TortureReport.OfPool;
import dev.dormouse.cli.torture.TortureReport.Violation;
import java.io.PrintStream;
import java.util.Locale;

/** How a run of {@code torture} is told. */
final class TorturePrinter {
  private final TortureReport report;

  TorturePrinter(TortureReport report) {
    this.report = report;
  }

  int exitCode() {
    if (report.violations().isEmpty()) {
      return ExitCode.CLEAN;
    }
    return report.violations().stream().anyMatch(Violation::damaged) ? ExitCode.DAMAGED : ExitCode.STOPPED;
  }

  private String seed() {
    return String.format("--seed 0x%x", report.settings().seed());
  }

  void print(PrintStream out) {
    out.println(
        "torture, " + seed() + ", " + report.settings().threads() + " threads, " + number(report.settings().components())
            + " components in each pool" + (report.resumed() ? "; gone on with where it stood" : ""));
    report.pools().forEach(pool -> print(out, pool));
    report.skipped().forEach((medium, reason) -> out.println("  skipped    " + medium.describe() + ": " + reason));
    line(out, "time", Durations.of(report.nanos()));
    report.violations().forEach(violation -> print(out, violation));
    if (report.folder() != null) {
      out.println("Pools, ledgers and state are kept in " + report.folder() + ".");
    }
    if (report.violations().isEmpty()) {
      out.println("Nothing was lost, nothing doubled, nothing torn.");
    } else {
      out.println("./dormouse torture --dir " + report.folder() + " checks the same pool against the same ledgers again; "
          + again() + " repeats the load, with kills at other instructions.");
    }
  }

  private String again() {
    return "./dormouse torture " + seed() + " --kills " + report.settings().kills() + " --threads "
        + report.settings().threads() + " --components " + report.settings().components();
  }

  private static void print(PrintStream out, OfPool pool) {
    out.println("  " + pool.medium().describe() + ", class " + pool.durabilityClass());
    line(out, "kills", pool.kills() + " of " + pool.killsPlanned() + " by SIGKILL: " + pool.whileWorking() + " at work, "
        + pool.whileOpening() + " while it opened, " + pool.whileClosing() + " while it closed");
    line(out, "recovery", "had something to do after " + pool.withLanesToFinish() + " kills: " + pool.rolledBack()
        + " epochs to undo, " + pool.redone() + " to carry out; " + pool.recoveriesCutShort() + " recoveries were cut short");
    line(out, "ledger", number(pool.acknowledged()) + " operations acknowledged; under way at a kill: " + pool.underWayDone()
        + " found done, " + pool.underWayUndone() + " found undone");
  }

  private static void print(PrintStream out, Violation violation) {
    out.println("VIOLATION after kill " + violation.kill() + " of " + violation.medium().describe() + " " + violation.pool());
    violation.findings().forEach(finding -> out.println("    " + finding));
  }

  private static void line(PrintStream out, String what, String text) {
    out.printf("  %-10s %s%n", what, text);
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("seed", report.settings().seed());
    json.addProperty("killsPlanned", report.settings().kills());
    json.addProperty("kills", report.pools().stream().mapToLong(OfPool::kills).sum());
    json.addProperty("threads", report.settings().threads());
    json.addProperty("components", report.settings().components());
    json.addProperty("resumed", report.resumed());
    json.addProperty("folder", report.folder() == null ? null : report.folder().toString());
    json.add("pools", Json.of(report.pools()));
    json.add("skipped", Json.of(report.skipped()));
    json.add("violations", Json.of(report.violations()));
    json.addProperty("nanos", report.nanos());
    json.addProperty("exitCode", exitCode());
    return json;
  }
}
