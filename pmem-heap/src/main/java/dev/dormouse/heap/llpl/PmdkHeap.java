package dev.dormouse.heap.llpl;

import com.intel.pmem.llpl.DormouseBridge;
import com.intel.pmem.llpl.HeapException;
import com.intel.pmem.llpl.PersistentHeap;
import dev.dormouse.heap.InUse;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.PoolException;
import dev.dormouse.heap.PoolFull;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * An LLPL heap that is open: one file, or one {@code /dev/dax} device, mapped whole. No handle, block or transaction of LLPL leaves
 * this class: memory is reached by segments, whose bounds and life Java watches over. {@link LlplLibrary#require} comes before
 * its first use. Threads: any; closed once.
 */
public final class PmdkHeap implements AutoCloseable {
  /** Where PMDK's header keeps the identity of a pool, 16 bytes, from the file's start. */
  public static final int IDENTITY_OFFSET = 24;

  // As pmempool shows it.
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  // PMDK finds a pool by its identity, and keeps one of each in a process.
  private static final Map<UUID, Path> OPEN_HERE = new HashMap<>();

  private final Path path;
  private final PersistentHeap heap;
  private final UUID identity;
  private boolean closed;

  private PmdkHeap(Path path, PersistentHeap heap, UUID identity) {
    this.path = path;
    this.heap = heap;
    this.identity = identity;
  }

  /**
   * Makes a heap in a new file of that length, whose space the file system has then given.
   *
   * @throws PoolFull if there is no room
   * @throws MediaUnavailable if PMDK refuses; the message says what it said
   */
  public static PmdkHeap create(Path path, long heapBytes) {
    return made(path, () -> PersistentHeap.createHeap(path.toString(), heapBytes));
  }

  /**
   * Makes a heap of all of a {@code /dev/dax} device.
   *
   * @throws MediaUnavailable if PMDK refuses, because there is a pool on it already for example
   */
  public static PmdkHeap createOnDevice(Path device) {
    return made(device, () -> PersistentHeap.createHeap(device.toString()));
  }

  /**
   * Opens a heap, and with it takes PMDK's lock of the file.
   *
   * @param identity what its header keeps at {@link #IDENTITY_OFFSET}; null where it cannot be read before
   * @throws InUse if it is open in this JVM, or another process has PMDK's lock
   * @throws MediaUnavailable if a copy of it is open in this JVM, or PMDK refuses
   */
  public static PmdkHeap open(Path path, UUID identity) {
    synchronized (OPEN_HERE) {
      Path other = OPEN_HERE.get(identity);
      if (DormouseBridge.isOpen(path.toString()) || real(path).equals(other)) {
        throw new InUse(path.toString(), "is open in this process already; one opener at a time, close it there first");
      }
      if (other != null) {
        throw new MediaUnavailable(
            path.toString(),
            "is a copy of " + other + ", which this process has open: PMDK tells heaps apart by the UUID in their header (" + identity
                + "), and keeps one of each in a process; close the other first, or open one of them in a process of its own");
      }
      try {
        return registered(path, PersistentHeap.openHeap(path.toString()));
      } catch (HeapException e) {
        throw refused(path, "opened", e);
      }
    }
  }

  private interface Maker {
    PersistentHeap make();
  }

  private static PmdkHeap made(Path path, Maker maker) {
    synchronized (OPEN_HERE) {
      try {
        return registered(path, maker.make());
      } catch (HeapException e) {
        throw refused(path, "made", e);
      }
    }
  }

  private static PmdkHeap registered(Path path, PersistentHeap heap) {
    MemorySegment header = at(DormouseBridge.address(heap), IDENTITY_OFFSET + 2L * Long.BYTES, Arena.global());
    UUID identity = new UUID(header.get(LONG, IDENTITY_OFFSET), header.get(LONG, IDENTITY_OFFSET + Long.BYTES));
    OPEN_HERE.put(identity, real(path));
    return new PmdkHeap(path, heap, identity);
  }

  /** Without the links by which somebody may have come to it. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath();
    }
  }

  private static PoolException refused(Path path, String wanted, HeapException e) {
    String said = e.getMessage();
    if (said.contains("No space left on device") || said.contains("Disk quota exceeded")) {
      return new PoolFull(path.toString(), "PMDK said: " + said.strip() + "; free some disk space or ask for a smaller pool");
    }
    if (said.contains("Resource temporarily unavailable")) {
      return new InUse(
          path.toString(), "another process has PMDK's lock of it (PMDK said: " + said.strip() + "); one opener at a time, end that first");
    }
    return new MediaUnavailable(
        path.toString(),
        "cannot be " + wanted + " by PMDK, which said: " + said.strip() + "; check the folder and the rights, and what pmempool check says",
        e);
  }

  /** The bytes that the heap has, PMDK's own included. */
  public long sizeBytes() {
    return heap.size();
  }

  /**
   * Allocates a block of zeros and makes it the heap's root, from which it is found again. Each step is atomic; a crash between
   * them loses the block.
   *
   * @return its handle: the offset of its 8 bytes of length, behind which its bytes lie
   */
  public long allocateRoot(long blockBytes) {
    try {
      long handle = heap.allocateMemoryBlock(blockBytes).handle();
      heap.setRoot(handle);
      return handle;
    } catch (HeapException e) {
      throw new PoolFull(
          path.toString(),
          "the heap of " + sizeBytes() + " bytes has no room for a block of " + blockBytes + " (LLPL said: " + e.getMessage().strip()
              + "); ask for a smaller pool");
    }
  }

  /** The handle of the heap's root; 0 if it has none. */
  public long root() {
    return heap.getRoot();
  }

  /**
   * Bytes of the heap, for as long as {@code arena} lives, which must end before the heap is closed.
   *
   * @throws IndexOutOfBoundsException if they are not in it
   */
  public MemorySegment memory(long offset, long lengthBytes, Arena arena) {
    Objects.checkFromIndexSize(offset, lengthBytes, sizeBytes());
    return at(DormouseBridge.address(heap) + offset, lengthBytes, arena);
  }

  @SuppressWarnings("restricted") // Bounded by what PMDK mapped.
  private static MemorySegment at(long address, long lengthBytes, Arena arena) {
    return MemorySegment.ofAddress(address).reinterpret(lengthBytes, arena, null);
  }

  /** Unmaps it and gives back PMDK's lock. Idempotent. */
  @Override
  public void close() {
    synchronized (OPEN_HERE) {
      if (!closed) {
        closed = true;
        DormouseBridge.close(heap);
        OPEN_HERE.remove(identity);
      }
    }
  }
}
