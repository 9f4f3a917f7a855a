package dev.dormouse.cli;

import dev.dormouse.component.OpeningReport.Opening;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.io.PrintStream;
import java.util.Locale;

/** What the state of a pool means for a verb. */
final class Verdicts {
  private Verdicts() {}

  static int exitCode(Verdict verdict) {
    return switch (verdict) {
      case CLEAN -> ExitCode.CLEAN;
      case NOT_CLOSED, MACHINE_WENT_DOWN -> ExitCode.NOT_CLOSED;
      case DAMAGED -> ExitCode.DAMAGED;
    };
  }

  static int exitCode(Opening how) {
    return switch (how) {
      case CREATED, CLEAN -> ExitCode.CLEAN;
      case ROLLED_BACK, MACHINE_WENT_DOWN -> ExitCode.NOT_CLOSED;
    };
  }

  static String sentence(VerifyReport report) {
    int findings = report.findings().size();
    return switch (report.verdict()) {
      case CLEAN -> "clean: every byte has one owner, every record is sound";
      case NOT_CLOSED -> "sound, but it was not closed; what was running is undone at the next open" + lanes(report);
      case MACHINE_WENT_DOWN ->
          "its structure is sound, but " + (report.provenance().copiedWhileOpen() ? "it was copied while it was open, or not closed" : "the machine went down while it was open")
              + "; what components keep in their regions"
              + " cannot be vouched for";
      case DAMAGED -> "DAMAGED, " + findings + (findings == 1 ? " finding" : " findings");
    };
  }

  private static String lanes(VerifyReport report) {
    int rolledBack = report.recovery().lanesRolledBack();
    int redone = report.recovery().lanesRedone();
    return ": " + rolledBack + (rolledBack == 1 ? " lane" : " lanes") + " to roll back, " + redone + " to finish";
  }

  /** What is hit, what is safe, and what to do; nothing of a pool that is clean. */
  static void printNextSteps(PrintStream out, VerifyReport report) {
    if (report.verdict() == Verdict.DAMAGED && report.uuid() != null) {
      out.println("  hit: " + String.join(", ", report.hit()));
      out.printf(Locale.ROOT, "  safe: %,d of %,d components prove sound%n", report.unharmedComponents(), report.components());
    }
    if (report.verdict() != Verdict.CLEAN || !report.notes().isEmpty()) {
      report.whatToDo().forEach(step -> out.println("  next: " + step));
    }
  }
}
