package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file of fixed length on an ordinary disk, as a {@link JournaledMedia} uses one: positioned reads and writes, and a sync. A write
 * is durable after the next {@link #sync} that returned; before, the system may have written any of its sectors, in any order.
 *
 * <p>Threads: all methods but {@link #close} by any.
 */
public interface DiskFile extends AutoCloseable {
  /** The file, for messages. */
  String describe();

  /** How long it is, in bytes. */
  long sizeBytes();

  /**
   * Fills {@code destination} from its position to its limit with what is at {@code position}.
   *
   * @throws IOException if the system reports an error, or the file ends before
   */
  void read(long position, ByteBuffer destination) throws IOException;

  /**
   * Writes what {@code source} has between its position and its limit to {@code position}, whole.
   *
   * @throws IOException if the system reports an error, or took a part only and no more; any part of it may have been written
   */
  void write(long position, ByteBuffer source) throws IOException;

  /**
   * {@link #write}, and waits until that is durable; what was written before in other ways need not be.
   *
   * @throws IOException as for both
   */
  default void writeThrough(long position, ByteBuffer source) throws IOException {
    write(position, source);
    sync();
  }

  /**
   * Waits until everything that was written before is durable.
   *
   * @throws IOException if the system reports an error; what was written since the last sync is in doubt then, and asking again
   *     proves nothing
   */
  void sync() throws IOException;

  @Override
  void close() throws IOException;
}
