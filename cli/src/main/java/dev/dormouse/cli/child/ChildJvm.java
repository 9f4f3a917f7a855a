package dev.dormouse.cli.child;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A child JVM with the same Java, class path and flags as this one, which talks in lines and can be killed by SIGKILL. It
 * does not outlive this JVM, unless that is killed itself.
 *
 * <p>Threads: one reads its lines; the rest may be called by any.
 */
public final class ChildJvm implements AutoCloseable {
  private static final List<String> FLAGS_TO_HAND_ON =
      List.of("--enable-native-access", "--add-exports", "--sun-misc-unsafe-memory-access", "-XX:", "-Xm");

  private final Process process;
  private final BufferedReader lines;
  private final BufferedWriter input;
  private final Thread reaper;

  private ChildJvm(Process process) {
    this.process = process;
    this.lines = process.inputReader(StandardCharsets.UTF_8);
    this.input = process.outputWriter(StandardCharsets.UTF_8);
    // Who interrupts this JVM must not find its child at work afterwards.
    this.reaper = Thread.ofPlatform().unstarted(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(reaper);
  }

  /**
   * Starts a child.
   *
   * @param main the class whose main method it runs
   * @param errors where its error stream goes
   */
  public static ChildJvm start(Class<?> main, ProcessBuilder.Redirect errors, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
    flags.stream().filter(flag -> FLAGS_TO_HAND_ON.stream().anyMatch(flag::startsWith)).forEach(command::add);
    if (flags.stream().noneMatch(flag -> flag.startsWith("-XX:+Use") && flag.endsWith("GC"))) {
      // State lies outside the Java heap: the collector that starts fastest is enough.
      command.add("-XX:+UseSerialGC");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return new ChildJvm(new ProcessBuilder(command).redirectError(errors).start());
  }

  /** The system's number for it. */
  public long pid() {
    return process.pid();
  }

  /** The next line that it wrote; null once it has ended. The last one may have been cut off by a kill. */
  public String readLine() throws IOException {
    return lines.readLine();
  }

  /** Sends it a line. One that was killed does not get it. */
  public void send(String line) throws IOException {
    try {
      input.write(line);
      input.newLine();
      input.flush();
    } catch (IOException e) {
      if (process.isAlive()) {
        throw e;
      }
    }
  }

  /** SIGKILL: it gets no chance to do anything about it. What it wrote before can still be read. */
  public void kill() {
    // The same method of the process itself would close its output as well.
    process.toHandle().destroyForcibly();
  }

  /** Waits for its end. */
  public int exitCode() throws InterruptedException {
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
