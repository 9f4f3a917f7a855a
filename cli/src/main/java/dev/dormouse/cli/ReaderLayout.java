package dev.dormouse.cli;

/**
 * The reader's region: where it stands.
 *
 * <pre>
 *  offset  size  field        meaning
 *      0     8  number       ordinal of the last token that was handed out, from 1; 0 before the first
 *      8     8  start        where that token begins, in bytes from the input's start
 *     16     8  length       its length in bytes; 0 with a number above 0: the input has ended
 *     24     8  pathLength   length of the input's path in bytes; 0 until the reader was told
 *     32     -  path         the input's path in UTF-8, so that whoever goes on knows what was being read
 * </pre>
 */
final class ReaderLayout {
  static final String REGION = "state";

  static final int NUMBER = 0;
  static final int START = 8;
  static final int LENGTH = 16;
  static final int PATH_LENGTH = 24;
  static final int PATH = 32;

  private ReaderLayout() {}
}
