package dev.dormouse.cli.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** The file that components have capabilities for: what is in it, and where it lies. */
final class Letters {
  static final String ROOT = "torture";
  static final String NAME = "letters";

  private static final byte[] BYTES = bytes();

  private Letters() {}

  private static byte[] bytes() {
    byte[] bytes = new byte[5000];
    new SplittableRandom(NAME.hashCode()).nextBytes(bytes);
    return bytes;
  }

  /** Makes the file, if it is not there: a component's capability is for that file, not for another of the same content. */
  static void write(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      Files.write(file, BYTES);
    }
  }

  /** As {@link java.io.InputStream#read(byte[])}, at a position. */
  static int read(long position, byte[] into) {
    int count = (int) Math.min(into.length, BYTES.length - position);
    if (count <= 0) {
      return -1;
    }
    System.arraycopy(BYTES, (int) position, into, 0, count);
    return count;
  }
}
