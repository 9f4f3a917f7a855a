package dev.dormouse.component;

/**
 * Names a component for as long as it lives, and no other ever: where its record lies, and its birth, which never comes
 * again. Found without the directory.
 *
 * @param recordOffset bytes from the pool's start
 * @param birth count of openings and a counter
 */
public record ComponentId(long recordOffset, long birth) {
  /** The form {@code recordOffset:birth}, both in hexadecimal; {@link #parse} reads it. */
  @Override
  public String toString() {
    return Long.toHexString(recordOffset) + ":" + Long.toHexString(birth);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if {@code text} is not of the form of {@link #toString}
   */
  public static ComponentId parse(String text) {
    int colon = text.indexOf(':');
    try {
      if (colon > 0) {
        return new ComponentId(
            Long.parseUnsignedLong(text.substring(0, colon), 16), Long.parseUnsignedLong(text.substring(colon + 1), 16));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("component id " + text + ": two hexadecimal numbers with a colon expected", e);
    }
    throw new IllegalArgumentException("component id " + text + ": two hexadecimal numbers with a colon expected");
  }
}
