package dev.dormouse.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A child JVM that runs {@link DemoWorker}, with the same Java, class path and flags as this one. */
final class Worker implements AutoCloseable {
  private static final List<String> FLAGS_TO_HAND_ON =
      List.of("--enable-native-access", "--add-exports", "--sun-misc-unsafe-memory-access", "-XX:", "-Xm");

  private final Process process;
  private final BufferedReader lines;
  private final Thread reaper;

  private Worker(Process process) {
    this.process = process;
    this.lines = process.inputReader(StandardCharsets.UTF_8);
    // Who interrupts the demonstration must not find its worker at work afterwards.
    this.reaper = Thread.ofPlatform().unstarted(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(reaper);
  }

  static Worker start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(javaBinary());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> FLAGS_TO_HAND_ON.stream().anyMatch(flag::startsWith))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), DemoWorker.class.getName()));
    command.addAll(List.of(arguments));
    return new Worker(
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectInput(ProcessBuilder.Redirect.from(nullDevice()))
            .start());
  }

  private static String javaBinary() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static File nullDevice() {
    return Stream.of("/dev/null", "NUL").map(File::new).filter(File::exists).findFirst().orElse(new File("NUL"));
  }

  /** The next thing it says; null once it has ended. A line that a kill cut off is passed over. */
  WorkerMessage next() throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      WorkerMessage message = WorkerMessage.fromLine(line);
      if (message != null && message.kind() != null) {
        return message;
      }
    }
    return null;
  }

  /** SIGKILL: it gets no chance to do anything about it. What it said before can still be read. */
  void kill() {
    // The same method of the process itself would close its output as well.
    process.toHandle().destroyForcibly();
  }

  /** Waits for its end. */
  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Runtime.getRuntime().removeShutdownHook(reaper);
    } catch (IllegalStateException _) {
      // The JVM is going down, and the hook is already at work.
    }
  }
}
