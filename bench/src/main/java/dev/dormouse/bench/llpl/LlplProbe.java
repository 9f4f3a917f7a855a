package dev.dormouse.bench.llpl;

import dev.dormouse.heap.llpl.LlplLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tells whether LLPL can be measured here: in a JVM of its own, because that of the benchmarks was not started with the flags that it needs. */
public final class LlplProbe {
  private LlplProbe() {}

  /** Prints what is missing, and nothing if LLPL works. */
  public static void main(String[] args) {
    System.out.print(LlplLibrary.whatIsMissing());
  }

  /** What is missing: a sentence for users, or an empty text if LLPL works. */
  public static String whatIsMissing() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(LlplLibrary.FLAGS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), LlplProbe.class.getName()));
    try {
      Process probe = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
      String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = probe.waitFor();
      return leftOut(exitCode == 0 ? said : "LLPL cannot be used here (the JVM that tried it ended with " + exitCode + ")");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return leftOut("LLPL was not tried: the probe was interrupted");
    }
  }

  /** The sentence for the one that the probe said. */
  static String leftOut(String said) {
    return said.isEmpty() ? "" : said + "; what is measured beside it is left out";
  }
}
