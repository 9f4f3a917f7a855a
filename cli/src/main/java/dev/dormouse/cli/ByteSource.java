package dev.dormouse.cli;

import java.io.IOException;

/** Bytes that can be read at any position; the demonstration's input as the tokeniser sees it. */
@FunctionalInterface
interface ByteSource {
  /**
   * Copies up to {@code length} bytes at {@code position} to {@code into[index..]}.
   *
   * @return how many, at least 1; -1 if there are none, because {@code position} is the end
   */
  int read(long position, byte[] into, int index, int length) throws IOException;
}
