package dev.dormouse.cli;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Says on the error stream how far something is, once it has taken longer than a second. A terminal sees one line that
 * changes; anything else gets a line every few seconds.
 */
final class Progress implements AutoCloseable {
  private static final Duration SILENCE = Duration.ofSeconds(1);
  private static final Duration TERMINAL_INTERVAL = Duration.ofMillis(200);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(5);
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private final PrintStream err;
  private final boolean terminal;
  private final Supplier<String> state;
  private final Thread ticker;
  private int shown;

  private Progress(PrintStream err, boolean terminal, Supplier<String> state) {
    this.err = err;
    this.terminal = terminal;
    this.state = state;
    this.ticker = Thread.ofPlatform().daemon().name("progress").unstarted(this::tick);
  }

  /**
   * Begins to report until it is closed.
   *
   * @param state says how far it is; called by another thread
   */
  static Progress of(Supplier<String> state) {
    return of(System.err, isTerminal(), state);
  }

  static Progress of(PrintStream err, boolean terminal, Supplier<String> state) {
    Progress progress = new Progress(err, terminal, state);
    progress.ticker.start();
    return progress;
  }

  /** {@code 12,345 of 67,890 bytes (18%)}. */
  static String share(long done, long total, String unit) {
    long percent = total == 0 ? 100 : (long) (100.0 * done / total);
    return String.format("%,d of %,d %s (%d%%)", done, total, unit, percent);
  }

  private void tick() {
    try {
      Thread.sleep(SILENCE);
      while (true) {
        show(state.get());
        Thread.sleep(terminal ? TERMINAL_INTERVAL : LOG_INTERVAL);
      }
    } catch (InterruptedException _) {
      show("");
    }
  }

  private void show(String text) {
    if (terminal) {
      if (shown > 0 || !text.isEmpty()) {
        err.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())) + (text.isEmpty() ? "\r" : ""));
        err.flush();
      }
      shown = text.length();
    } else if (!text.isEmpty()) {
      err.println(text);
    }
  }

  /** Where nothing says what standard error is, whoever has no console gets lines. */
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(STDERR).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException _) {
      // Since JDK 22 there is one even where nobody looks at it, unless a property says otherwise.
      return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }
  }

  @Override
  public void close() {
    ticker.interrupt();
    boolean interrupted = false;
    while (ticker.isAlive()) {
      try {
        ticker.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
