package dev.dormouse.emulation.junit;

import dev.dormouse.emulation.PersistencyModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The system properties by which one crash of one test is asked for. The explorer reads those that choose the crash itself. */
final class Properties {
  static final String MODEL = "crash.model";
  static final String STEPS = "crash.steps";
  /** In place of numbers: what is broken without any step. */
  static final String NO_STEPS = "none";
  private static final String SEED = "crash.seed";
  private static final String POINT = "crash.point";

  private Properties() {}

  /** The only model that is to run. */
  static Optional<PersistencyModel> model() {
    Optional<String> text = text(MODEL);
    return text.map(
        name ->
            Arrays.stream(PersistencyModel.values())
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> refused(MODEL, name, "one of " + Arrays.toString(PersistencyModel.values()))));
  }

  static long seedOr(long other) {
    String text = text(SEED).orElse("");
    if (text.isEmpty()) {
      return other;
    }
    try {
      return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
    } catch (NumberFormatException e) {
      IllegalArgumentException refused = refused(SEED, text, "a number, decimal or after 0x");
      refused.initCause(e);
      throw refused;
    }
  }

  /** Whether a single crash is asked for, so that there is nothing to minimise. */
  static boolean nameACrash() {
    return text(POINT).isPresent();
  }

  /** The only steps of a scenario that are to run, by their indices among {@code count}, ascending. */
  static Optional<List<Integer>> steps(int count) {
    return text(STEPS).map(text -> steps(text, count));
  }

  private static List<Integer> steps(String text, int count) {
    if (text.equals(NO_STEPS)) {
      return List.of();
    }
    List<Integer> indices;
    try {
      // They are counted from 1 where people read and write them.
      indices = Arrays.stream(text.split(",", -1)).map(part -> Integer.parseInt(part.strip()) - 1).sorted().distinct().toList();
    } catch (NumberFormatException e) {
      IllegalArgumentException refused = refused(STEPS, text, "numbers of steps with commas between, or " + NO_STEPS);
      refused.initCause(e);
      throw refused;
    }
    if (indices.getFirst() < 0 || indices.getLast() >= count) {
      throw refused(STEPS, text, "numbers from 1 to " + count + ", as many as the scenario has steps");
    }
    return indices;
  }

  private static IllegalArgumentException refused(String property, String text, String expected) {
    return new IllegalArgumentException(property + ": \"" + text + "\" found, expected " + expected);
  }

  private static Optional<String> text(String property) {
    return Optional.ofNullable(System.getProperty(property)).map(String::strip).filter(text -> !text.isEmpty());
  }
}
