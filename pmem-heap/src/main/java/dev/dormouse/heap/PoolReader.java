package dev.dormouse.heap;

/**
 * Reads the bytes of a pool that nobody maps: a file through its channel, or an image of the crash emulator. A file that
 * is shorter than it claims, or unreadable, is an exception here, and cannot end the JVM as a mapping could.
 */
public interface PoolReader extends AutoCloseable {
  /** Where the bytes come from, for reports and messages. */
  String describe();

  /** The number of bytes there are. */
  long sizeBytes();

  /**
   * Copies {@code length} bytes at {@code offset} to {@code destination[index..]}.
   *
   * @throws IndexOutOfBoundsException if the range is not inside {@code [0, sizeBytes())}
   * @throws MediaUnavailable if the bytes cannot be read
   */
  void read(long offset, byte[] destination, int index, int length);

  @Override
  void close();
}
