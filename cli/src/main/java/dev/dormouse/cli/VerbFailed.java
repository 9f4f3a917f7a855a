package dev.dormouse.cli;

/** A verb cannot be carried out; the message is the sentence for the user. */
final class VerbFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  VerbFailed(int exitCode, String sentence) {
    super(sentence);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
