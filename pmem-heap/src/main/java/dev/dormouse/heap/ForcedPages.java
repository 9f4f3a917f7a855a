package dev.dormouse.heap;

import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Writes back by {@link MemorySegment#force}: of an ordinary mapping the pages to the disk, of a synchronous one the lines.
 *
 * @param pool what is written back, for messages
 */
record ForcedPages(String pool) implements LineFlusher {
  @Override
  public void flush(MemorySegment memory, long offset, long length) {
    MemorySegment lines = memory.asSlice(offset, length);
    write(pool, lines::force);
  }

  /**
   * Forces.
   *
   * @throws MediaUnavailable if the system could not write the pages to the disk
   */
  static void write(String pool, Runnable force) {
    try {
      force.run();
    } catch (UncheckedIOException e) {
      throw new MediaUnavailable(
          pool, "the system could not write it to the disk: " + e.getCause().getMessage() + "; free space, or check the disk", e);
    }
  }

  @Override
  public void fence() {
    // The system call, or the processor's fence behind a synchronous mapping's last line, came with the flush; what is left to
    // hold back is the compiler (R8).
    VarHandle.releaseFence();
  }
}
