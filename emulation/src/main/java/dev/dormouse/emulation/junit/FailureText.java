package dev.dormouse.emulation.junit;

import dev.dormouse.emulation.CrashViolation;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The message of a {@link CrashFailure}. */
final class FailureText {
  private static final int MOST_CHARACTERS = 400;
  private static final Pattern OWN_FRAME =
      Pattern.compile("(?:  at | < )Crash(?:Steps|Run)\\.[\\w$]+\\(Crash(?:Steps|Run)\\.java:\\d+\\)");

  private FailureText() {}

  /**
   * @param properties those that belong to the scenario rather than to the crash; empty or ending in a space
   * @param steps says which steps it takes
   */
  static String of(TestRun run, CrashViolation violation, String properties, Optional<String> steps) {
    String model = run.options().model().name();
    String command =
        run.name().command("-D" + Properties.MODEL + "=" + model + " " + properties + violation.reproduction());
    return run.name() + ", " + model + ": " + oneLine(violation.cause())
        + "\n  reproduce with " + command
        + steps.map(text -> "\n  " + text).orElse("")
        + "\n  " + details(violation);
  }

  /** The explorer's own message, without what was said above already and without the places in the kit itself. */
  private static String details(CrashViolation violation) {
    return OWN_FRAME
        .matcher(violation.message().replace(": " + violation.cause(), ""))
        .replaceAll("")
        .lines()
        .filter(line -> !line.contains(violation.reproduction()))
        .collect(Collectors.joining("\n"));
  }

  private static String oneLine(Throwable cause) {
    boolean telling = cause instanceof AssertionError && cause.getMessage() != null && !cause.getMessage().isBlank();
    String text = (telling ? cause.getMessage() : cause.toString()).strip().replaceAll("\\s+", " ");
    return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "...";
  }
}
