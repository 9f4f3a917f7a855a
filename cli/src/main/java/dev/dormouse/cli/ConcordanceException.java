package dev.dormouse.cli;

/** A concordance, or what was rebuilt from it, is not what it must be: something was lost, doubled or moved. */
final class ConcordanceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ConcordanceException(String message) {
    super(message);
  }
}
