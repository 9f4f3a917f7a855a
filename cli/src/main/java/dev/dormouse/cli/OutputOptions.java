package dev.dormouse.cli;

import java.io.PrintStream;
import picocli.CommandLine.Option;

/** How a verb prints what it found. */
final class OutputOptions {
  @Option(names = "--json", description = "Print one JSON object instead of text.")
  private boolean json;

  boolean json() {
    return json;
  }

  PrintStream out() {
    return System.out;
  }
}
