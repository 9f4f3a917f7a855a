package dev.dormouse.emulation.junit;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** How a structure looked before the first step and after each, and whether it looks like one of those that a crash may leave. */
final class Looks {
  private Looks() {}

  static void requireChange(TestName name, List<Object> looks) {
    Object first = looks.getFirst();
    if (looks.stream().allMatch(look -> Objects.deepEquals(look, first))) {
      throw new IllegalStateException(
          name + ": the structure looks like " + text(first) + " before the first step and after every one, so any crash would"
              + " pass; look at something that the steps change");
    }
  }

  /** @throws AssertionError if a crash may not leave what was found */
  static void requireAllOrNothing(List<Object> looks, Object found, CrashProgress progress) {
    int done = progress.done().size();
    Object before = looks.get(done);
    Optional<Object> step = progress.underWay();
    if (Objects.deepEquals(found, before) || (step.isPresent() && Objects.deepEquals(found, looks.get(done + 1)))) {
      return;
    }
    String expected =
        step.map(
                what ->
                    "a crash while step " + what + " was under way left " + text(found) + "; expected " + text(before)
                        + " as before it or " + text(looks.get(done + 1)) + " as after it")
            .orElseGet(() -> "a crash after the last step left " + text(found) + "; expected " + text(before));
    throw new AssertionError(expected);
  }

  private static String text(Object look) {
    String inAnArray = Arrays.deepToString(new Object[] {look});
    return inAnArray.substring(1, inAnArray.length() - 1);
  }
}
