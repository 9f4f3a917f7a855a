package dev.dormouse.cli.torture;

import java.io.IOException;

/** A component as a {@link Deed} sees it: in a pool, during a turn, or a model of it in memory. */
interface Space {
  long lengthBytes(String region);

  long getLong(String region, long offset);

  void putLong(String region, long offset, long value);

  void put(String region, long offset, byte[] bytes);

  void fill(String region, long offset, long length, byte value);

  void copy(String region, long fromOffset, long toOffset, long length);

  void attach(String region, long lengthBytes);

  void detach(String region);

  void resize(String region, long lengthBytes);

  /** Reads the component's file where it stands, and moves on: how much was read, -1 at its end, 0 if it may read none. */
  int readFile(byte[] into) throws IOException;

  /** Begins with the file again, if it may read one. */
  void rewindFile();
}
