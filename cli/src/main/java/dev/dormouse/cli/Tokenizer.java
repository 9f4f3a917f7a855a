package dev.dormouse.cli;

import java.io.IOException;

/**
 * Finds where a token ends. A token is a maximal run of letters and digits ({@link Character#isLetterOrDigit(int)} of what
 * the bytes mean in UTF-8), or a maximal run of other bytes, among them those that are not valid UTF-8. So the tokens of
 * any input, put side by side, are the input, and no two neighbours are of one kind.
 *
 * <p>It keeps nothing from one token to the next, because the component that uses it may be gone by then; it needs little
 * memory, because a token may be as long as the input.
 */
final class Tokenizer {
  /** What is read first: enough for nearly every token of a text. */
  static final int FIRST_READ_BYTES = 64;

  private static final int MOST_READ_BYTES = 64 << 10;

  private final ByteSource source;
  private final byte[] head = new byte[FIRST_READ_BYTES];
  private byte[] window = head;
  private long windowStart;
  private int windowLength;
  private boolean windowEndsInput;

  Tokenizer(ByteSource source) {
    this.source = source;
  }

  /** Where the token that begins at {@code start} ends; {@code start} itself if the input ends there. */
  long endOfToken(long start) throws IOException {
    window = head;
    fill(start);
    if (windowLength == 0) {
      return start;
    }
    int at = 0;
    boolean wanted = false;
    while (true) {
      if (at == windowLength && windowEndsInput) {
        return windowStart + at;
      }
      int codePoint = at == windowLength ? Utf8.INCOMPLETE : Utf8.codePoint(window, at, windowLength);
      if (codePoint == Utf8.INCOMPLETE && !windowEndsInput) {
        fillMore(windowStart + at);
        at = 0;
        continue;
      }
      boolean kind = isLetterOrDigit(codePoint);
      if (windowStart + at == start) {
        wanted = kind;
      } else if (wanted != kind) {
        return windowStart + at;
      }
      at += codePoint < 0 ? 1 : Utf8.lengthOf(codePoint);
    }
  }

  /**
   * The bytes of the token that was found last, if they are at most {@code most}, which must not be more than
   * {@link #FIRST_READ_BYTES}; nothing otherwise.
   */
  byte[] bytesUpTo(int most, long tokenBytes) {
    byte[] bytes = new byte[tokenBytes <= most ? (int) tokenBytes : 0];
    System.arraycopy(head, 0, bytes, 0, bytes.length);
    return bytes;
  }

  static boolean isLetterOrDigit(int codePoint) {
    return codePoint >= 0 && Character.isLetterOrDigit(codePoint);
  }

  private void fillMore(long position) throws IOException {
    // The head stays as it is, because the token's bytes may be asked for.
    if (window.length < MOST_READ_BYTES) {
      window = new byte[Math.min(MOST_READ_BYTES, window.length * 8)];
    }
    fill(position);
  }

  private void fill(long position) throws IOException {
    windowStart = position;
    windowLength = 0;
    windowEndsInput = false;
    while (windowLength < window.length) {
      int count = source.read(position + windowLength, window, windowLength, window.length - windowLength);
      if (count < 0) {
        windowEndsInput = true;
        return;
      }
      windowLength += count;
    }
  }
}
