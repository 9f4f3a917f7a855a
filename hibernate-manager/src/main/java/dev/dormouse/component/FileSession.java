package dev.dormouse.component;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;

/** An awake component's open file, or why it has none. Closed when the component goes to sleep. */
final class FileSession {
  final String object;
  final int generation;
  final String reason;
  ResumeAccount.Outcome outcome;
  private final FileChannel channel;

  private FileSession(String object, int generation, FileChannel channel, ResumeAccount.Outcome outcome, String reason) {
    this.object = object;
    this.generation = generation;
    this.channel = channel;
    this.outcome = outcome;
    this.reason = reason;
  }

  static FileSession open(String object, int generation, FileChannel channel) {
    return new FileSession(object, generation, channel, ResumeAccount.Outcome.REOBTAINED, "");
  }

  static FileSession failed(String object, int generation, ResumeAccount.Outcome outcome, String reason) {
    return new FileSession(object, generation, null, outcome, reason);
  }

  /** Whether it is open. The system closes a file under a thread that is interrupted while it reads. */
  boolean isUsable() {
    return channel != null && channel.isOpen();
  }

  FileChannel channel() {
    return channel;
  }

  void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(object + " cannot be closed", e);
      }
    }
  }
}
