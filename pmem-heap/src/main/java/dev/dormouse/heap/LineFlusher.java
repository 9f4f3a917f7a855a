package dev.dormouse.heap;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Writes lines of a mapping back, in one way. What it is given was checked against the mapping's bounds. */
interface LineFlusher {
  /** Hands over every line that has a byte in the range, of which there is one at least. */
  void flush(MemorySegment memory, long offset, long length);

  /** Orders what the calling thread handed over before all of its later writes. */
  void fence();

  /** Why a way cannot be used in this JVM on this machine; empty if it can. */
  static Optional<String> whyNot(FlushWay way) {
    return switch (way) {
      case INSTRUCTION -> ExportedWriteBack.whyNot();
      case PMDK -> PmdkFlush.whyNot();
      case FORCE -> Optional.empty();
    };
  }

  /** What does it in a way that can be used; the pool's name is for messages. */
  static LineFlusher of(FlushWay way, String pool) {
    return switch (way) {
      case INSTRUCTION -> new ExportedWriteBack();
      case PMDK -> new PmdkFlush();
      case FORCE -> new ForcedPages(pool);
    };
  }
}
