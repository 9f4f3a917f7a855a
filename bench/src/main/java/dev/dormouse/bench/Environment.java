package dev.dormouse.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Where figures were measured. Without it they are worth nothing. */
final class Environment {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private Environment() {}

  /**
   * What matters, by name, in the order in which to print it.
   *
   * @param medium what the pools lie on, and whether it is emulated
   */
  static Map<String, String> describe(String medium) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("cpu", cpu() + ", " + Runtime.getRuntime().availableProcessors() + " processors");
    facts.put(
        "jdk",
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + ", " + System.getProperty("java.vm.vendor"));
    facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"));
    facts.put("fileSystem", fileSystem());
    facts.put("medium", medium);
    facts.put(
        "load",
        String.format(
            Locale.ROOT,
            "%.2f at the start (average of a minute)",
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
    return facts;
  }

  private static String cpu() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown CPU");
    } catch (IOException e) {
      return "unknown CPU";
    }
  }

  private static String fileSystem() {
    Path folder = Scratch.parent();
    try {
      FileStore store = Files.getFileStore(folder);
      return store.type() + " (" + folder + ")";
    } catch (IOException e) {
      return "unknown (" + folder + ")";
    }
  }
}
