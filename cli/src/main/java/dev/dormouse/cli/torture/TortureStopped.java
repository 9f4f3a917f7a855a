package dev.dormouse.cli.torture;

/** The run cannot go on, for a reason that is none of the store's; the message is a sentence for the user. */
public final class TortureStopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TortureStopped(String sentence) {
    super(sentence);
  }
}
