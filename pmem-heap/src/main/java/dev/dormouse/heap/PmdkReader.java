package dev.dormouse.heap;

import dev.dormouse.heap.llpl.LlplLibrary;
import dev.dormouse.heap.llpl.PmdkHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Reads a heap of LLPL through PMDK's mapping: one that is being made, or one on a device, which can be reached in no other way. */
final class PmdkReader implements PoolReader {
  private final String path;
  private final MemorySegment memory;
  private final Runnable close;

  /** Shows what somebody else closes. */
  PmdkReader(String path, MemorySegment memory) {
    this(path, memory, () -> {});
  }

  private PmdkReader(String path, MemorySegment memory, Runnable close) {
    this.path = path;
    this.memory = memory;
    this.close = close;
  }

  /** Opens the heap on a device. Errors as for {@link PmdkHeap#open}. */
  @SuppressWarnings("MustBeClosedChecker") // Closed with the reader.
  static PmdkReader ofDevice(Path device) {
    LlplLibrary.require(device.toString());
    PmdkHeap heap = PmdkHeap.open(device, null);
    Arena arena = Arena.ofShared();
    return new PmdkReader(
        device.toString(),
        heap.memory(0, heap.sizeBytes(), arena),
        () -> {
          if (arena.scope().isAlive()) {
            arena.close();
            heap.close();
          }
        });
  }

  @Override
  public String describe() {
    return path;
  }

  @Override
  public long sizeBytes() {
    return memory.byteSize();
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, destination, index, length);
  }

  @Override
  public void close() {
    close.run();
  }
}
