package dev.dormouse.component;

import dev.dormouse.heap.Anchor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes a pool look as a killed process leaves it. A copy would be told from it: it is another file. */
final class KilledPools {
  private KilledPools() {}

  /**
   * Puts back what a pool was while it was open, into the same file.
   *
   * @param whileOpen its bytes, read when nothing was running
   */
  static void leave(Path pool, byte[] whileOpen) throws IOException {
    Files.write(pool, whileOpen);
    // It knows of the close.
    Files.delete(Anchor.pathFor(pool));
  }
}
