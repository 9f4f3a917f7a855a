package dev.dormouse.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Measures the journaled medium, in a process of its own: what it waits for is the disk, and what it costs beside that is the
 * processor's time of everybody in the process.
 */
final class JournalBench {
  private static final int STOPPED = 5;
  private static final String MEDIUM = "journaled file, unless a line says otherwise; nothing emulated";
  private static final List<Section> SECTIONS =
      List.of(
          new Section("one thread", CommitLatency::measure),
          new Section("threads that share a sync", SharedSyncs::measure),
          new Section("beside LMDB, RocksDB and SQLite", BesideOthers::measure),
          new Section("batches of hibernation", HibernationBatches::measure),
          new Section("beside a mapped file", BesideMapped::measure),
          new Section("bytes written", WriteAmplification::measure),
          new Section("migration", MigrationDelay::measure));
  // Alone, because it is worth something in a process that has less memory than it uses.
  private static final List<Section> LARGE = List.of(new Section("more than memory", MoreThanMemory::measure));

  private record Section(String name, BiConsumer<JournalScale, JournalReport> measure) {}

  private JournalBench() {}

  /** Runs it in a JVM with all that LMDB and the others need, and has it print to where this one prints; the exit code. */
  static int runApart(boolean large, boolean brief, boolean json) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(MapBenchmark.FLAGS));
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED");
    String folder = System.getProperty(Scratch.FOLDER_PROPERTY);
    if (folder != null) {
      command.add("-D" + Scratch.FOLDER_PROPERTY + "=" + folder);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), JournalBench.class.getName(), Boolean.toString(large), Boolean.toString(brief), Boolean.toString(json)));
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException e) {
      System.err.println("bench: the JVM that measures cannot be started: " + e.getMessage());
      return STOPPED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return STOPPED;
    }
  }

  /** Whether more than memory holds, whether in brief, and whether as JSON. */
  public static void main(String[] arguments) {
    JournalScale scale = Boolean.parseBoolean(arguments[1]) ? JournalScale.brief() : JournalScale.full();
    run(Boolean.parseBoolean(arguments[0]), scale, System.out, Boolean.parseBoolean(arguments[2]));
  }

  /** Measures, in this process; progress goes to {@code System.err}. */
  static JournalReport run(boolean large, JournalScale scale, PrintStream out, boolean json) {
    List<Section> sections = large ? LARGE : SECTIONS;
    Map<String, String> environment = Environment.describe(MEDIUM);
    JournalReport report = new JournalReport();
    for (int i = 0; i < sections.size(); i++) {
      System.err.printf("bench: %d/%d %s%n", i + 1, sections.size(), sections.get(i).name);
      sections.get(i).measure.accept(scale, report);
    }
    report.note(
        String.format(
            Locale.ROOT, "load at the end: %.2f (average of a minute)", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
    if (json) {
      report.printJson(out, scale.name(), environment);
    } else {
      report.print(out, scale.name(), environment);
    }
    return report;
  }
}
