package dev.dormouse.emulation.junit;

import dev.dormouse.heap.llpl.LlplLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** For tests on LLPL: skips them where it cannot be had, and asks PMDK's own tool whether a heap is consistent. */
public final class Pmempool {
  /** If this system property is true, a test fails where it would be skipped. */
  public static final String REQUIRED = "dormouse.requireLlpl";

  private static final String CONSISTENT = "consistent";
  private static final long PATIENCE_SECONDS = 60;

  private Pmempool() {}

  /**
   * Does nothing where LLPL and {@code pmempool} can be used.
   *
   * @throws TestAbortedException otherwise, which JUnit counts as skipped
   * @throws AssertionFailedError instead, where the system property {@value #REQUIRED} says so
   */
  public static void assume() {
    String missing = LlplLibrary.whatIsMissing();
    if (missing.isEmpty()) {
      missing = whatIsMissing();
    }
    if (missing.isEmpty()) {
      return;
    }
    if (Boolean.getBoolean(REQUIRED)) {
      throw new AssertionFailedError(missing);
    }
    throw new TestAbortedException(missing);
  }

  private static String whatIsMissing() {
    try {
      return run("pmempool", "--version").startsWith("0 ") ? "" : "pmempool, PMDK's tool, does not work here; install pmdk-tools again (Debian)";
    } catch (UncheckedIOException e) {
      return "there is no pmempool, PMDK's tool, on this machine; install pmdk-tools (Debian)";
    }
  }

  /**
   * Asks {@code pmempool check} about a heap that nobody has open.
   *
   * @throws AssertionFailedError if it does not call it consistent
   */
  public static void check(Path heap) {
    String said = run("pmempool", "check", "-v", heap.toString());
    if (!said.startsWith("0 ") || !said.strip().endsWith(heap + ": " + CONSISTENT)) {
      throw new AssertionFailedError("pmempool check says of " + heap + ": " + said);
    }
  }

  /** The exit code, and what it wrote. */
  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "no end after " + PATIENCE_SECONDS + " s: " + said;
      }
      return process.exitValue() + " " + said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
