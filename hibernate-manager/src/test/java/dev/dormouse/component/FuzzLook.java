package dev.dormouse.component;

import dev.dormouse.heap.DormouseException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Set;

/** Looks at components, and lets pass only what may be thrown. */
final class FuzzLook {
  /** What is seen of one who is refused. */
  static final String REFUSED = "refused";

  private FuzzLook() {}

  /** All that can be seen of a component, and that nobody changes by looking. */
  static String at(ProcessStore store, String name, Set<Integer> requests) {
    StringBuilder seen = new StringBuilder();
    return answers(
            () -> {
              Component component = store.component(name);
              seen.append(component.name()).append(component.info());
              seen.append(hex(component.invoke(SurveyProgram.SHOW)));
              boolean remembers = component.info().outcomes() > 0;
              for (RequestId id : SurveyPools.requests()) {
                if (remembers && requests.contains((int) id.low())) {
                  // It was answered: it does not run again.
                  seen.append(hex(component.invoke(id, SurveyProgram.COUNT)));
                }
              }
              seen.append(hex(component.invoke(SurveyProgram.SHOW)));
            })
        ? seen.toString()
        : REFUSED;
  }

  private static String hex(ByteBuffer reply) {
    byte[] bytes = new byte[reply.remaining()];
    reply.get(reply.position(), bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Whether a call returns; false where it is refused with an error that has a type. Whatever else it throws is thrown on. */
  static boolean answers(Runnable call) {
    try {
      call.run();
      return true;
    } catch (TurnFailed failed) {
      requireTyped(failed);
      return false;
    } catch (DormouseException refused) {
      return false;
    }
  }

  /**
   * What a program throws is its own, where it asked a region for more than it has, or believed what it was told of it; what the
   * store throws through it is not.
   */
  private static void requireTyped(TurnFailed failed) {
    Throwable cause = failed.getCause();
    if (cause instanceof DormouseException) {
      return;
    }
    for (StackTraceElement frame : cause.getStackTrace()) {
      if (frame.getClassName().startsWith("dev.dormouse.")) {
        if (cause instanceof AssertionError || !(frame.getClassName().endsWith(".SurveyProgram") || frame.getClassName().endsWith(".region.Region"))) {
          throw failed;
        }
        return;
      }
    }
    throw failed;
  }
}
