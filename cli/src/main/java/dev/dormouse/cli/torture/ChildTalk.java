package dev.dormouse.cli.torture;

import dev.dormouse.cli.child.ChildJvm;
import dev.dormouse.cli.torture.KillInstant.Phase;
import dev.dormouse.cli.torture.PoolModel.Openness;
import java.io.IOException;

/** What a child says of itself, and what follows from it for the pool when the child is killed. */
final class ChildTalk {
  private final ChildJvm child;
  private Phase phase = Phase.OPENING;
  private boolean opened;
  private boolean ended;
  private boolean endedEarly;
  private String failure = "";
  private long openingNanos;
  private long closingStart;
  private long closingNanos;

  ChildTalk(ChildJvm child) {
    this.child = child;
  }

  /** Reads until it says that, fails or ends. */
  void readUntil(String word) throws IOException {
    while (!ended && failure.isEmpty()) {
      String said = read();
      if (said.equals(word)) {
        return;
      }
    }
    endedEarly = true;
  }

  /** Reads what it said before the kill. */
  void readToTheEnd() throws IOException {
    while (!ended) {
      read();
    }
  }

  private String read() throws IOException {
    String line = child.readLine();
    if (line == null) {
      ended = true;
      return "";
    }
    String[] words = line.split(" ", 2);
    switch (words[0]) {
      case TortureWorker.OPENED -> {
        opened = true;
        phase = Phase.WORKING;
        // The last word may have been cut off by the kill.
        openingNanos = nanos(line);
      }
      case TortureWorker.CLOSING -> {
        phase = Phase.CLOSING;
        closingStart = System.nanoTime();
      }
      case TortureWorker.CLOSED -> closingNanos = System.nanoTime() - closingStart;
      case TortureWorker.FAILED -> failure = words.length > 1 ? words[1] : "it did not say why";
      default -> {}
    }
    return words[0];
  }

  private static long nanos(String line) {
    String[] words = line.split(" ", -1);
    return words.length == 3 && words[2].matches("\\d{1,18}") ? Long.parseLong(words[2]) : 0;
  }

  /** What it was at when it was killed. */
  Phase phase() {
    return phase;
  }

  /** Whether it ended, or failed, before it was to be killed. */
  boolean endedEarly() {
    return endedEarly;
  }

  /** Why it failed; empty if it did not. */
  String failure() {
    return failure;
  }

  /** How long opening took; 0 if it did not come so far. */
  long openingNanos() {
    return openingNanos;
  }

  /** How long closing took; 0 if it did not come so far. */
  long closingNanos() {
    return closingNanos;
  }

  /** How it left the pool, which had been left like that before. */
  Openness openness(Openness before) {
    if (phase == Phase.CLOSING) {
      return Openness.EITHER;
    }
    if (opened) {
      return Openness.OPEN;
    }
    return before == Openness.CLOSED ? Openness.EITHER : before;
  }
}
