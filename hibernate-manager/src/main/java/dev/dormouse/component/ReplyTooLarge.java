package dev.dormouse.component;

/** The reply to a request with an id is longer than the component's outcomes can hold; the turn was rolled back. */
public final class ReplyTooLarge extends ComponentException {
  private static final long serialVersionUID = 1L;

  ReplyTooLarge(String message) {
    super(message);
  }
}
