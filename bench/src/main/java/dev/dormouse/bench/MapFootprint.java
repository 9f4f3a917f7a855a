package dev.dormouse.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How long the files of the maps are, filled, and after as many new values; counted in a JVM that has the flags that LMDB needs. */
public final class MapFootprint {
  private static final String RESULT = "footprint ";
  private static final String KIND = "bytes of file for each entry of 116";

  private MapFootprint() {}

  /** Prints two numbers for each of the kinds that are named behind the number of entries. */
  public static void main(String[] arguments) {
    int entries = Integer.parseInt(arguments[0]);
    BenchKeys keys = new BenchKeys(entries);
    byte[] key = new byte[BenchMap.KEY_BYTES];
    byte[] value = new byte[BenchMap.VALUE_BYTES];
    for (int kind = 1; kind < arguments.length; kind++) {
      try (BenchMap map = BenchMap.create(arguments[kind], entries)) {
        map.fill(keys, entries);
        long filled = map.fileBytes();
        for (int i = 0; i < entries; i++) {
          keys.get(i, key);
          map.put(key, value);
        }
        System.out.println(RESULT + filled + " " + map.fileBytes());
      }
    }
  }

  /**
   * Counts.
   *
   * @param maps what to call each kind in the report
   */
  static List<Count> count(Map<String, String> maps, int entries) {
    List<String> command =
        new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(List.of(MapBenchmark.FLAGS));
    command.add("-D" + Scratch.FOLDER_PROPERTY + "=" + Scratch.parent());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MapFootprint.class.getName(), Integer.toString(entries)));
    command.addAll(maps.keySet());
    List<String[]> lengths = run(command).lines().filter(line -> line.startsWith(RESULT)).map(line -> line.split(" ")).toList();
    List<Count> counts = new ArrayList<>();
    int next = 0;
    for (String name : maps.values()) {
      counts.add(count(name + ", filled", lengths.get(next)[1], entries));
      counts.add(count(name + ", after a new value for each", lengths.get(next)[2], entries));
      next++;
    }
    return counts;
  }

  private static Count count(String name, String bytes, int entries) {
    return new Count(KIND, name, "bytes", Math.rint(Double.parseDouble(bytes) / entries), Double.NaN, Double.NaN);
  }

  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("the files of the maps could not be counted: " + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the files of the maps were counted", e);
    }
  }
}
