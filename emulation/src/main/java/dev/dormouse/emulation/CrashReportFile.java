package dev.dormouse.emulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.StackWalker.StackFrame;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;

/**
 * What a JVM explored, for whoever asks by the system property {@code crash.report}: the file that it names gets one line of
 * comma-separated values for each exploration that came to its end. What the file held before the JVM's first line is
 * dropped. Thread-safe.
 */
final class CrashReportFile {
  private static final String PROPERTY = "crash.report";
  private static final String HEADER =
      "test,model,recoveryDepth,faults,points,distinctStates,recoveryStates,imagesCovered,pointsCutOff,recoveryPointsCutOff,"
          + "violations";

  /** By name, because the kit brings no test framework. */
  private static final Set<String> TESTS = Set.of("Test", "ParameterizedTest", "RepeatedTest", "Property", "CrashTest");

  private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private CrashReportFile() {}

  /**
   * Adds a line, if there is a file to add it to.
   *
   * @return {@code report}
   * @throws UncheckedIOException if the file cannot be written: figures that were asked for are not lost in silence
   */
  static CrashReport note(CrashOptions options, CrashReport report) {
    String file = System.getProperty(PROPERTY, "").strip();
    if (!file.isEmpty()) {
      append(Path.of(file).toAbsolutePath(), line(runningTest(), options, report));
    }
    return report;
  }

  private static String line(String test, CrashOptions options, CrashReport report) {
    return String.join(
        ",",
        test,
        options.model().name(),
        Integer.toString(options.recoveryDepth()),
        options.faults().equals(FaultPlan.NONE) ? "no" : "yes",
        Integer.toString(report.points()),
        Long.toString(report.distinctStates()),
        Long.toString(report.recoveryStates()),
        Long.toString(report.imagesCovered()),
        Integer.toString(report.pointsCutOff()),
        Long.toString(report.recoveryPointsCutOff()),
        Integer.toString(report.violations().size()));
  }

  private static void append(Path file, String line) {
    // Mutants are run by copies of this class in loaders of their own, so what they all have to agree on is kept where there
    // is only one for the JVM: who writes, and whether the file was begun.
    synchronized (System.getProperties()) {
      try {
        if (System.getProperties().putIfAbsent(PROPERTY + ".begun:" + file, "yes") == null) {
          Files.createDirectories(file.getParent());
          Files.writeString(file, HEADER + "\n");
        }
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(
            PROPERTY + ": " + file + " cannot be written, a file expected that can; the exploration is not reported: " + e, e);
      }
    }
  }

  /** The method of a test that called, with its class: the outermost one, because a test may run others. "-" if there is none. */
  private static String runningTest() {
    return STACK.walk(frames -> frames.filter(CrashReportFile::isTest).reduce((_, outer) -> outer))
        .map(frame -> name(frame.getDeclaringClass()) + "." + frame.getMethodName())
        .orElse("-");
  }

  private static String name(Class<?> type) {
    return type.getName().substring(type.getPackageName().length()).replaceFirst("^\\.", "").replace('$', '.');
  }

  private static boolean isTest(StackFrame frame) {
    try {
      Method method = frame.getDeclaringClass().getDeclaredMethod(frame.getMethodName(), frame.getMethodType().parameterArray());
      return Arrays.stream(method.getAnnotations())
          .map(Annotation::annotationType)
          .anyMatch(type -> TESTS.contains(type.getSimpleName()));
    } catch (NoSuchMethodException | LinkageError | TypeNotPresentException _) {
      // A constructor, or a class of a framework of which a part is missing here.
      return false;
    }
  }
}
