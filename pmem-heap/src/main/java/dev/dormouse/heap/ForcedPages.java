package dev.dormouse.heap;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** Writes back by {@link MemorySegment#force}: of an ordinary mapping the pages to the disk, of a synchronous one the lines. */
final class ForcedPages implements LineFlusher {
  @Override
  public void flush(MemorySegment memory, long offset, long length) {
    memory.asSlice(offset, length).force();
  }

  @Override
  public void fence() {
    // The system call, or the processor's fence behind a synchronous mapping's last line, came with the flush; what is left to
    // hold back is the compiler (R8).
    VarHandle.releaseFence();
  }
}
