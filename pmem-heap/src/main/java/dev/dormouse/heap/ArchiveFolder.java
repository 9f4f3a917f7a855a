package dev.dormouse.heap;

import java.io.IOException;
import java.util.List;

/** A folder of files, as an archive uses one. For one thread at a time. */
public interface ArchiveFolder extends AutoCloseable {
  /** The folder, for messages. */
  String describe();

  /** The names of the files in it, in any order. */
  List<String> names() throws IOException;

  /**
   * Opens a file that is there. Its {@link DiskFile#sizeBytes} is that at the time; it becomes longer by being written to.
   *
   * @throws IOException if there is none of that name
   */
  DiskFile open(String name) throws IOException;

  /** Makes an empty file, in place of one of that name; that it is there is durable when this returns. */
  DiskFile create(String name) throws IOException;

  /** Deletes a file, if there is one of that name. A crash may bring it back. */
  void delete(String name) throws IOException;

  @Override
  void close() throws IOException;
}
