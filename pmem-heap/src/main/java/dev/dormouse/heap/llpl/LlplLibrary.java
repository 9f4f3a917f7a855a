package dev.dormouse.heap.llpl;

import com.intel.pmem.llpl.DormouseBridge;
import dev.dormouse.heap.MediaUnavailable;
import java.util.List;
import java.util.Map;

/**
 * Whether LLPL can be used in this JVM. Found out once, because a native library that could not be loaded never can be later.
 * Threads: any.
 */
public final class LlplLibrary {
  /** What its JVM needs. Without the second it only warns, unless it was told to deny. */
  public static final List<String> FLAGS = List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  private static final String WHAT_IS_MISSING = findOut();

  private LlplLibrary() {}

  /** A sentence for users, which says what to install or to change; an empty text if LLPL works here. */
  public static String whatIsMissing() {
    return WHAT_IS_MISSING;
  }

  /**
   * Does nothing if LLPL works here.
   *
   * @throws MediaUnavailable if it does not; the message says what to do
   */
  public static void require(String pool) {
    if (!WHAT_IS_MISSING.isEmpty()) {
      throw new MediaUnavailable(pool, WHAT_IS_MISSING);
    }
  }

  private static String findOut() {
    String refused = refusal(System.getProperty("os.name"), System.getProperty("os.arch"), System.getenv());
    if (!refused.isEmpty()) {
      return refused;
    }
    if (!LlplLibrary.class.getModule().isNativeAccessEnabled()) {
      return missing("the JVM was started without " + FLAGS.getFirst());
    }
    try {
      DormouseBridge.load();
      return "";
    } catch (LinkageError | ReflectiveOperationException | RuntimeException e) {
      return missing(e);
    }
  }

  /** What speaks against it before anything is loaded. */
  static String refusal(String system, String processor, Map<String, String> environment) {
    if (!system.equals("Linux") || !processor.equals("amd64")) {
      return "LLPL cannot be used here (its native library exists for Linux on amd64 only, this is " + system + " on " + processor
          + "); use a mapped file";
    }
    if ("1".equals(environment.get("PMEMOBJ_COW"))) {
      return "LLPL cannot be used here (PMEMOBJ_COW=1 in the environment makes PMDK throw every change away); unset it";
    }
    return "";
  }

  /** The sentence for what was thrown when it was tried. */
  static String missing(Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof ExceptionInInitializerError && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return missing(cause.toString());
  }

  private static String missing(String reason) {
    return "LLPL cannot be used here (" + reason + "), PMDK's libraries and a JVM that lets it use them expected; install libpmemobj1 and"
        + " libpmempool1 (Debian), and start Java with " + String.join(" ", FLAGS);
  }
}
