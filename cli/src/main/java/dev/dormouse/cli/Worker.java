package dev.dormouse.cli;

import dev.dormouse.cli.child.ChildJvm;
import java.io.IOException;
import java.util.List;

/** A child JVM that runs {@link DemoWorker}. */
final class Worker implements AutoCloseable {
  private final ChildJvm child;

  private Worker(ChildJvm child) {
    this.child = child;
  }

  static Worker start(String... arguments) throws IOException {
    return new Worker(ChildJvm.start(DemoWorker.class, ProcessBuilder.Redirect.INHERIT, List.of(arguments)));
  }

  /** The next thing it says; null once it has ended. A line that a kill cut off is passed over. */
  WorkerMessage next() throws IOException {
    for (String line = child.readLine(); line != null; line = child.readLine()) {
      WorkerMessage message = WorkerMessage.fromLine(line);
      if (message != null && message.kind() != null) {
        return message;
      }
    }
    return null;
  }

  /** SIGKILL: it gets no chance to do anything about it. What it said before can still be read. */
  void kill() {
    child.kill();
  }

  /** Waits for its end. */
  int exitCode() throws InterruptedException {
    return child.exitCode();
  }

  @Override
  public void close() {
    child.close();
  }
}
