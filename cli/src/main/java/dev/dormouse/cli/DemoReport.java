package dev.dormouse.cli;

import com.google.gson.JsonObject;
import dev.dormouse.recovery.VerifyReport;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What the demonstration has to say in the end.
 *
 * @param input the file that was read; it need not exist any more
 * @param keptPool the pool, if it is kept; null if it was deleted
 * @param media what it lies on
 * @param begun what the demonstration found: nothing, a concordance to go on with, or a finished one
 * @param killsPlanned how many there were to be
 * @param kills how many found the worker at work
 * @param slot what became of the reader's file while the input was out of reach
 * @param compared whether the original was there to be compared with
 * @param differsAt the first byte that is not as in the original; -1 if none
 * @param nanos of the whole demonstration
 */
record DemoReport(
    Path input,
    Path keptPool,
    MediaKind media,
    Begun begun,
    int killsPlanned,
    int kills,
    long seed,
    int awake,
    DemoTally tally,
    Rebuild.Result rebuilt,
    String slot,
    boolean compared,
    long differsAt,
    VerifyReport verified,
    long nanos) {

  /** What was there at the beginning. */
  enum Begun {
    ANEW,
    GONE_ON,
    FINISHED_BEFORE
  }

  boolean isIdentical() {
    return compared && differsAt < 0;
  }

  /** 0 if nothing was lost; else what is worst. */
  int exitCode() {
    int verdict = Verdicts.exitCode(verified.verdict());
    if (verdict != ExitCode.CLEAN) {
      return verdict;
    }
    return rebuilt.finished() && differsAt < 0 ? ExitCode.CLEAN : ExitCode.STOPPED;
  }

  void print(PrintStream out) {
    out.println("concordance of " + input + ", " + number(rebuilt.bytes()) + " bytes, on " + medium());
    tally.lastOpening().notes().forEach(note -> out.println("  note: " + note));
    switch (begun) {
      case ANEW -> {}
      case GONE_ON -> out.println("  it was begun before, and was gone on with where it stood");
      case FINISHED_BEFORE -> out.println("  it was finished before; only rebuilt and checked again");
    }
    line(out, "tokens", number(rebuilt.positions()) + ", " + number(rebuilt.tokens()) + " distinct, each a component; at most "
        + awake + " components awake");
    if (begun != Begun.FINISHED_BEFORE) {
      String few = kills < killsPlanned ? " (the input was gone through before the others)" : "";
      line(out, "kills", kills + " of " + killsPlanned + " by SIGKILL" + few + String.format(", --seed 0x%x", seed));
      line(out, "turns", number(tally.statistics().turns()) + ", and " + number(tally.statistics().repeats())
          + " repeated requests that got their recorded outcome");
      line(out, "resumes", number(tally.statistics().resumes()) + ", hibernations "
          + number(tally.statistics().hibernations()));
      line(out, "rollbacks", number(tally.rolledBack()) + " turns undone, " + number(tally.redone())
          + " carried out, in " + number(tally.unclosed()) + " openings of a pool that was not closed");
      line(out, "recovery", tally.recovery() + " in a JVM that has just started");
      line(out, "opening", tally.opening().toString());
      line(out, "resume", tally.resumes().toString());
      line(out, "hibernate", tally.hibernations().toString());
    }
    line(out, "rebuilt", number(rebuilt.bytes()) + " bytes from " + number(rebuilt.positions())
        + " positions in the pool alone");
    line(out, "", "meanwhile the input was out of reach: " + slot);
    line(out, "compared", comparison());
    line(out, "verified", Verdicts.sentence(verified));
    verified.findings().forEach(finding -> out.println("    " + finding));
    line(out, "time", Durations.of(nanos));
    if (keptPool != null) {
      out.println("The pool is kept: ./dormouse inspect --pool " + keptPool + ", ./dormouse rebuild --pool " + keptPool);
    }
    if (exitCode() == ExitCode.CLEAN && isIdentical()) {
      out.println("Nothing was lost, nothing doubled, nothing moved.");
    }
  }

  private String medium() {
    return media.describe() + ", class " + tally.lastOpening().durabilityClass();
  }

  private String comparison() {
    if (!compared) {
      return "no: " + input + " is not there any more";
    }
    return differsAt < 0 ? "byte by byte, identical" : "DIFFERENT from the original, from byte " + differsAt + " on";
  }

  private static void line(PrintStream out, String what, String text) {
    out.printf("  %-10s %s%n", what, text);
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("input", input.toString());
    json.addProperty("inputBytes", rebuilt.bytes());
    json.addProperty("pool", keptPool == null ? null : keptPool.toString());
    json.addProperty("media", media.toString());
    json.addProperty("durabilityClass", tally.lastOpening().durabilityClass().name());
    json.add("notes", Json.of(tally.lastOpening().notes()));
    json.addProperty("begun", begun.name());
    json.addProperty("seed", seed);
    json.addProperty("killsPlanned", killsPlanned);
    json.addProperty("kills", kills);
    json.addProperty("awake", awake);
    json.addProperty("tokens", rebuilt.positions());
    json.addProperty("distinctTokens", rebuilt.tokens());
    json.addProperty("turns", tally.statistics().turns());
    json.addProperty("repeats", tally.statistics().repeats());
    json.addProperty("resumes", tally.statistics().resumes());
    json.addProperty("hibernations", tally.statistics().hibernations());
    json.addProperty("rolledBack", tally.rolledBack());
    json.addProperty("redone", tally.redone());
    json.add("recovery", Json.of(tally.recovery()));
    json.add("opening", Json.of(tally.opening()));
    json.add("resume", Json.of(tally.resumes()));
    json.add("hibernate", Json.of(tally.hibernations()));
    json.addProperty("finished", rebuilt.finished());
    json.addProperty("compared", compared);
    json.addProperty("identical", isIdentical());
    json.addProperty("differsAt", differsAt);
    json.addProperty("verdict", verified.verdict().name());
    json.add("findings", Json.of(verified.findings()));
    json.addProperty("nanos", nanos);
    json.addProperty("exitCode", exitCode());
    return json;
  }
}
