package dev.dormouse.cli;

import picocli.CommandLine;

/** What a verb tells the shell. */
final class ExitCode {
  static final int CLEAN = CommandLine.ExitCode.OK;

  /** The pool is sound and was not closed cleanly: it was rolled back, or will be at the next open. */
  static final int NOT_CLOSED = 1;

  static final int USAGE = CommandLine.ExitCode.USAGE;

  static final int DAMAGED = 3;

  static final int IN_USE = 4;

  /** Anything else that stopped the verb, or a check of its own that failed. */
  static final int STOPPED = 5;

  private ExitCode() {}
}
