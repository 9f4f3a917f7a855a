package dev.dormouse.heap;

import java.io.Closeable;
import java.nio.file.Path;

/** What a {@link FileMapping} is a mapping of; open for as long as it is mapped. */
interface MappedFile extends Closeable {
  Path path();

  /**
   * Makes a range of the file zeros, so that the space is really there, durably where asked for.
   *
   * @throws PoolFull if there is no room; the file is as it was then
   */
  void extend(long fromOffset, long toOffset, boolean durably);
}
