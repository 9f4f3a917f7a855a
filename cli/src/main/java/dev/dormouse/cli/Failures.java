package dev.dormouse.cli;

import dev.dormouse.cli.torture.TortureStopped;
import dev.dormouse.component.Quarantined;
import dev.dormouse.component.TurnFailed;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.InUse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Turns what stopped a verb into an exit code and one sentence. */
final class Failures {
  private Failures() {}

  static int exitCode(Throwable failure) {
    return switch (cause(failure)) {
      case VerbFailed failed -> failed.exitCode();
      case InUse _ -> ExitCode.IN_USE;
      case Damaged _, Quarantined _ -> ExitCode.DAMAGED;
      default -> ExitCode.STOPPED;
    };
  }

  static String sentence(Throwable failure) {
    Throwable cause = cause(failure);
    return switch (cause) {
      case NoSuchFileException e -> e.getFile() + ": there is no such file or folder; check the path";
      case AccessDeniedException e -> e.getFile() + ": the system denies access; check its rights and those of its folder";
      case FileSystemException e -> e.getFile() + ": the system said " + name(e) + reason(e);
      case IOException e -> "the system said " + name(e) + " " + e.getMessage();
      default -> isExpected(cause) ? cause.getMessage() : "it stopped at something unforeseen: " + cause;
    };
  }

  /** Whether the sentence is all that a user needs. If not, something is wrong with Dormouse, and the trace may say what. */
  static boolean isExpected(Throwable failure) {
    return switch (cause(failure)) {
      case VerbFailed _, DormouseException _, ConcordanceException _, TortureStopped _, IOException _ -> true;
      default -> false;
    };
  }

  /** What happened, without what only says where: a turn that failed for want of space failed for want of space. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof TurnFailed || cause instanceof UncheckedIOException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String name(IOException e) {
    return e.getClass().getSimpleName();
  }

  private static String reason(FileSystemException e) {
    return e.getReason() == null ? "" : " " + e.getReason();
  }
}
