package dev.dormouse.bench.llpl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tells whether LLPL works here, in a JVM of its own: where its native library is missing it can never be loaded again in the one that tried. */
public final class LlplProbe {
  /** What its JVM needs. */
  public static final List<String> FLAGS = List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  private static final String THROWN = "Exception in thread \"main\" ";

  private static final long LEAST_HEAP_BYTES = 8 << 20;

  private LlplProbe() {}

  /** Makes a heap in a file that does not exist, and allocates. */
  public static void main(String[] path) {
    LlplHeap.create(Path.of(path[0]), LEAST_HEAP_BYTES, LlplHeap.Setting.ORDERING).allocateAndFree(1);
  }

  /**
   * What is missing.
   *
   * @param folder where a file of 8 MiB may be made for a moment
   * @return a sentence for users, or an empty text if LLPL works
   */
  public static String whatIsMissing(Path folder) {
    Path file = folder.resolve("probe-" + ProcessHandle.current().pid() + ".llpl");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), LlplProbe.class.getName(), file.toString()));
    try {
      Files.createDirectories(folder);
      Process probe = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return probe.waitFor() == 0 ? "" : missing(said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return missing("the probe was interrupted");
    } finally {
      delete(file);
    }
  }

  /** The sentence for what the probe's JVM said when it ended. */
  static String missing(String said) {
    String cause =
        said.lines()
            .filter(line -> line.startsWith(THROWN))
            .map(line -> line.substring(THROWN.length()))
            .findFirst()
            .orElse(said.strip());
    return "LLPL: its native library cannot be used here (" + cause
        + "), linux/amd64 with libpmemobj and libpmempool expected; what is measured beside it is left out, install libpmemobj1 and libpmempool1 (Debian) for it";
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
