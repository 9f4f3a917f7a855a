package dev.dormouse.cli;

/**
 * A token's region: its text, and where it occurs.
 *
 * <pre>
 *  offset  size  field        meaning
 *      0     8  count        number of positions
 *      8     8  textBytes    length of the text in bytes; 0 until the first piece of it came
 *     16     8  textFilled   how much of the text is here, from its start
 *     24     -  text         the token's bytes, padded to a multiple of 8
 *      -     8  position     as often as count says: where the token begins in the input, ascending
 * </pre>
 */
final class TokenLayout {
  static final String REGION = "list";

  static final int COUNT = 0;
  static final int TEXT_BYTES = 8;
  static final int TEXT_FILLED = 16;
  static final int TEXT = 24;

  private static final int UNIT_BYTES = 64;

  private TokenLayout() {}

  /** Where the positions begin, for a text of so many bytes. */
  static long positions(long textBytes) {
    return TEXT + (textBytes + 7) / 8 * 8;
  }

  /** What a new region needs: the text and at least one position, in whole lines. */
  static long initialBytes(long textBytes) {
    return (positions(textBytes) + Long.BYTES + UNIT_BYTES - 1) / UNIT_BYTES * UNIT_BYTES;
  }
}
