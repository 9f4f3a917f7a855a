package dev.dormouse.heap;

/**
 * Anything that Dormouse refuses to do. The message names the object, the fact, what was expected and what happens next;
 * the subclasses carry the same as fields.
 */
public abstract class DormouseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  protected DormouseException(String message) {
    super(message);
  }

  protected DormouseException(String message, Throwable cause) {
    super(message, cause);
  }
}
