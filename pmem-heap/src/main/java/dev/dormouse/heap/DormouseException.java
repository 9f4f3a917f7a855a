package dev.dormouse.heap;

/**
 * Anything that Dormouse refuses to do. The message names the object, the fact, what was expected and what happens next;
 * the subclasses carry the same as fields. It is one line, whatever names are in it: control characters are shown by their
 * numbers.
 */
public abstract class DormouseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  protected DormouseException(String message) {
    super(oneLine(message));
  }

  protected DormouseException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** A name may have any character in it; a log's reader must not take one for the end of a message. */
  private static String oneLine(String message) {
    if (message == null || message.chars().noneMatch(Character::isISOControl)) {
      return message;
    }
    StringBuilder line = new StringBuilder();
    message.chars().forEach(c -> line.append(Character.isISOControl(c) ? String.format("\\u%04x", c) : String.valueOf((char) c)));
    return line.toString();
  }
}
