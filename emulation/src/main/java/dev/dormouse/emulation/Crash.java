package dev.dormouse.emulation;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * One crash that is being tried: where, what was left, and the crash before it if it is inside a recovery.
 *
 * @param event the event of {@code trace} before which it is; its size for the end
 * @param left describes what was left; to be called while the crash is being tried
 * @param key names the choice of what is left, see {@link ImageChooser#key}
 */
record Crash(Optional<Crash> before, Trace trace, int event, int point, long key, Supplier<String> left) {
  private static final int EVENTS_BEFORE = 8;
  private static final int EVENTS_AFTER = 2;

  CrashViolation violation(CrashOptions options, long seed, String failed, String marks, Throwable cause) {
    String reproduction =
        String.format("-Dcrash.seed=0x%x -Dcrash.point=%s -Dcrash.image=%s", seed, points(), keys());
    String message =
        place() + " under " + options.model() + ": " + left.get() + "; " + failed + ": " + cause
            + "\n  reproduce with " + reproduction
            + "\n  marks before the crash: " + marks
            + history();
    return new CrashViolation(message, reproduction, cause);
  }

  private String place() {
    return before.map(crash -> "crash at point " + point + " of the recovery from the " + crash.place())
        .orElse("crash at point " + point);
  }

  private String points() {
    return before.map(crash -> crash.points() + "/").orElse("") + point;
  }

  private String keys() {
    return before.map(crash -> crash.keys() + "/").orElse("") + String.format("0x%x", key);
  }

  private String history() {
    StringBuilder text = new StringBuilder(before.map(Crash::history).orElse(""));
    text.append("\n  ").append(before.isPresent() ? "the recovery" : "the scenario").append(", around the crash:");
    int first = Math.max(0, event - EVENTS_BEFORE);
    int end = Math.min(trace.size(), event + EVENTS_AFTER);
    for (int i = first; i < end; i++) {
      if (i == event) {
        text.append("\n    ---- crash: ").append(left.get());
      }
      text.append("\n    ").append(trace.describe(i));
    }
    if (event >= end) {
      text.append("\n    ---- crash: ").append(left.get());
    }
    return text.toString();
  }

  /** What random choices inside this crash's recovery start from; the same on every run. */
  long seedBelow(long seed) {
    return Mix.of(before.map(crash -> crash.seedBelow(seed)).orElse(seed) ^ key, point);
  }
}
