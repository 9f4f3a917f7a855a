package dev.dormouse.heap;

/** The medium cannot be had, read or written here; the message says what was tried and what the system said. */
public final class MediaUnavailable extends PoolException {
  private static final long serialVersionUID = 1L;

  public MediaUnavailable(String pool, String message) {
    super(pool, message);
  }

  public MediaUnavailable(String pool, String message, Throwable cause) {
    super(pool, message, cause);
  }
}
