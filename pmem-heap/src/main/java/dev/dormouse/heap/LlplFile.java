package dev.dormouse.heap;

import dev.dormouse.heap.llpl.PmdkHeap;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The heap of LLPL below an {@link LlplMedia}. Its space was all given when it was made. */
final class LlplFile implements MappedFile {
  private final Path path;
  private final PmdkHeap heap;
  private final MemorySegment pool;
  private final LineFlusher flusher;

  LlplFile(Path path, PmdkHeap heap, MemorySegment pool, LineFlusher flusher) {
    this.path = path;
    this.heap = heap;
    this.pool = pool;
    this.flusher = flusher;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public void extend(long fromOffset, long toOffset, boolean durably) {
    if (toOffset > fromOffset) {
      pool.asSlice(fromOffset, toOffset - fromOffset).fill((byte) 0);
      flusher.flush(pool, fromOffset, toOffset - fromOffset);
      flusher.fence();
    }
  }

  @Override
  public void close() {
    heap.close();
  }
}
