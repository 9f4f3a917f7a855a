package dev.dormouse.heap;

import dev.dormouse.heap.llpl.LlplLibrary;
import dev.dormouse.heap.llpl.MemoryEvidence;
import dev.dormouse.heap.llpl.PmdkHeap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A pool in one block of an LLPL {@code PersistentHeap}: PMDK owns the file or the {@code /dev/dax} device, its lock, its header and
 * its mapping, and its tools work on it; inside of the block everything is Dormouse's. Accesses are those of every mapping.
 * LLPL's allocator and transactions are used once, when the pool is made.
 *
 * <p>Lines are written back by PMDK. The class is that of the memory below, as far as the kernel proves it: {@link MemoryEvidence}.
 * A block does not grow, and has at most {@link #MOST_POOL_BYTES}. What else it needs: {@link LlplLibrary}.
 */
public final class LlplMedia extends FileMapping {
  /** The longest pool, in bytes: PMDK allocates from zones of not quite 16 GiB, and a block lies in one. */
  public static final long MOST_POOL_BYTES = (16L << 30) - (64L << 20);

  /** What PMDK needs beside the block: its header, 1,024 lanes, the descriptions of its chunks, and a chunk for LLPL's root. */
  private static final long PMDK_BYTES = 5 << 20;

  private static final long LEAST_HEAP_BYTES = 8 << 20;

  private final DurabilityClass durabilityClass;
  private final FlushChoice choice;
  private final LineFlusher flusher;

  private LlplMedia(LlplFile file, Arena arena, MemorySegment memory, DurabilityClass durabilityClass, FlushChoice choice) {
    super(file, arena, memory);
    this.durabilityClass = durabilityClass;
    this.choice = choice;
    this.flusher = choice.flusher();
  }

  /**
   * Makes a heap with one block in it, and {@code sizeBytes} zeros in that.
   *
   * @throws PoolFull if the disk has no room; nothing is left
   * @throws MediaUnavailable if LLPL cannot be used here, there is such a file, it is too long for a block, or PMDK refuses it
   */
  public static LlplMedia create(Path path, long sizeBytes) {
    return create(path, sizeBytes, sizeBytes);
  }

  /** As {@link #create(Path, long)}; refused if {@code maxBytes} is more. */
  static LlplMedia create(Path path, long sizeBytes, long maxBytes) {
    requireUsable(path);
    if (maxBytes > sizeBytes) {
      throw new MediaUnavailable(
          path.toString(),
          "was to be made with " + sizeBytes + " bytes and to grow to " + maxBytes + ", but it lies in one block of an LLPL heap, which"
              + " cannot grow; make it as long as it is to become, or use another medium");
    }
    if (sizeBytes > MOST_POOL_BYTES) {
      throw new MediaUnavailable(
          path.toString(),
          "was to have " + sizeBytes + " bytes, but it lies in one block of an LLPL heap, and PMDK has none longer than 16 GiB; "
              + MOST_POOL_BYTES + " at most, make several pools, or use another medium");
    }
    boolean onDevice = MemoryEvidence.isDevice(path);
    // (a) The heap: PMDK takes the space of the whole file from the file system.
    PmdkHeap heap =
        onDevice
            ? PmdkHeap.createOnDevice(path)
            : PmdkHeap.create(path, Math.max(LEAST_HEAP_BYTES, LlplBlock.blockBytes(sizeBytes) + PMDK_BYTES));
    try {
      // (b) The block, of zeros, and the heap's root, which names it.
      long handle = heap.allocateRoot(LlplBlock.blockBytes(sizeBytes));
      // (c) The guide, over PMDK's records as (b) left them: nothing changes them from here on.
      LlplBlock block = writeGuide(path, heap, handle, sizeBytes);
      return map(path, heap, block, sizeBytes);
    } catch (RuntimeException | Error e) {
      heap.close();
      if (!onDevice) {
        delete(path, e);
      }
      throw e;
    }
  }

  private static void requireUsable(Path path) {
    LlplLibrary.require(path.toString());
    Optional<String> whyNot = LineFlusher.whyNot(FlushWay.PMDK);
    if (whyNot.isPresent()) {
      throw new MediaUnavailable(path.toString(), "LLPL cannot be used here (" + whyNot.get() + ")");
    }
  }

  private static LlplBlock writeGuide(Path path, PmdkHeap heap, long handle, long sizeBytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = heap.memory(0, handle + Long.BYTES + LlplGuideLayout.BYTES, arena);
      PoolReader records = new PmdkReader(path.toString(), memory);
      LlplBlock block = LlplBlock.at(records, handle, sizeBytes);
      byte[] guide = block.guide(records);
      MemorySegment.copy(MemorySegment.ofArray(guide), 0, memory, handle + Long.BYTES, guide.length);
      LineFlusher flusher = new PmdkFlush();
      flusher.flush(memory, handle + Long.BYTES, guide.length);
      flusher.fence();
      // The pool settles its own bytes, which do not include these.
      PmdkSync.sync(path.toString(), memory.asSlice(handle + Long.BYTES, guide.length));
      return block;
    }
  }

  private static void delete(Path path, Throwable cause) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Opens a heap and finds the block in it.
   *
   * @throws NotAPool if no pool lies in it
   * @throws Damaged if what leads to the pool, or what PMDK would go by, is not what was written
   * @throws InUse if another process has PMDK's lock of it
   * @throws MediaUnavailable if LLPL cannot be used here, the pool is shorter than that, a copy of the heap is open in this JVM, or
   *     PMDK refuses it
   */
  public static LlplMedia open(Path path, long sizeBytes) {
    requireUsable(path);
    LlplBlock block;
    UUID identity = null;
    if (MemoryEvidence.isDevice(path)) {
      try (PoolReader file = PmdkReader.ofDevice(path)) {
        block = LlplBlock.find(file);
      }
    } else {
      try (PoolReader file = new FileReader(path)) {
        block = LlplBlock.find(file);
      }
      identity = block.identity();
    }
    if (block.poolBytes() < sizeBytes) {
      throw new MediaUnavailable(path.toString(), "its block has " + block.poolBytes() + " bytes, " + sizeBytes + " expected");
    }
    PmdkHeap heap = PmdkHeap.open(path, identity);
    try {
      return map(path, heap, block, sizeBytes);
    } catch (RuntimeException | Error e) {
      heap.close();
      throw e;
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // Closed with the medium, or here where mapping fails.
  private static LlplMedia map(Path path, PmdkHeap heap, LlplBlock block, long sizeBytes) {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment memory = heap.memory(block.poolOffset(), sizeBytes, arena);
      FlushChoice choice = FlushChoice.among(path.toString(), memory, FlushWay.PMDK);
      return new LlplMedia(new LlplFile(path, heap, memory, choice.flusher()), arena, memory, classOf(path, memory.address()), choice);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static DurabilityClass classOf(Path path, long address) {
    if (MemoryEvidence.isPersistent(path, address)) {
      return DurabilityClass.POWER_LOSS;
    }
    if (MemoryEvidence.isDevice(path)) {
      return DurabilityClass.VOLATILE;
    }
    return fileSystemOf(path).durabilityClass();
  }

  private static FileSystemKind fileSystemOf(Path path) {
    try {
      return FileSystemKind.of(path);
    } catch (IOException e) {
      throw new MediaUnavailable(path.toString(), "its file system cannot be asked for its type: the system said " + e.getMessage(), e);
    }
  }

  @Override
  public DurabilityClass durabilityClass() {
    return durabilityClass;
  }

  @Override
  public String describe() {
    return "LLPL heap " + path();
  }

  @Override
  public List<String> notes() {
    List<String> notes = new ArrayList<>(choice.notes());
    if (MemoryEvidence.isDevice(path())) {
      if (durabilityClass == DurabilityClass.VOLATILE) {
        notes.add("VOLATILE: the kernel does not say that the memory of this device is persistent");
      }
    } else {
      notes.addAll(fileSystemOf(path()).notes(path(), sizeBytes()));
    }
    return List.copyOf(notes);
  }

  @Override
  public boolean flushes() {
    return true;
  }

  @Override
  public void flush(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, sizeBytes());
    // An address outlives its mapping, and writing back what is not mapped any more would end the JVM.
    requireOpen();
    if (length > 0) {
      flusher.flush(memory(), offset, length);
    }
  }

  @Override
  public void fence() {
    flusher.fence();
  }

  @Override
  public void sync() {
    // On POWER_LOSS a line that was written back and fenced is out of the caches; less than that promises what the page cache keeps.
  }

  @Override
  public void settle(long offset, long length) {
    switch (durabilityClass) {
      case VOLATILE -> {}
      case PROCESS_CRASH -> PmdkSync.sync(describe(), memory().asSlice(offset, length));
      case POWER_LOSS -> persist(offset, length);
    }
  }
}
