package dev.dormouse.bench.llpl;

import com.intel.pmem.llpl.PersistentHeap;
import com.intel.pmem.llpl.PersistentMemoryBlock;
import com.intel.pmem.llpl.Transaction;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A heap of LLPL in a file. LLPL can neither close a heap nor forget a path, so a heap lives as long as its JVM, and a path is
 * for one of them. Threads: any.
 */
public final class LlplHeap {
  private static final int OVERWRITE = 1;

  private final PersistentHeap heap;

  /** What PMDK does for durability. The first heap of a JVM decides for all, because PMDK reads its environment once. */
  public enum Setting {
    /** It takes the file for persistent memory whose caches are part of it, and orders its stores, as a mapped file of ours does. */
    ORDERING("1", "1"),
    /** It takes the file for persistent memory, and writes lines back. */
    FLUSHING("1", "0"),
    /** It knows an ordinary file, and syncs it to the disk. */
    SYNCING("0", "0");

    private final String isPersistentMemory;
    private final String noFlush;

    Setting(String isPersistentMemory, String noFlush) {
      this.isPersistentMemory = isPersistentMemory;
      this.noFlush = noFlush;
    }
  }

  private LlplHeap(PersistentHeap heap) {
    this.heap = heap;
  }

  /**
   * Makes a heap.
   *
   * @param sizeBytes 8 MiB at the least
   */
  public static LlplHeap create(Path path, long sizeBytes, Setting setting) {
    setEnvironment("PMEM_IS_PMEM_FORCE", setting.isPersistentMemory);
    setEnvironment("PMEM_NO_FLUSH", setting.noFlush);
    return new LlplHeap(PersistentHeap.createHeap(path.toString(), sizeBytes));
  }

  /** Java cannot change its own environment, which the native library reads when it is loaded. */
  @SuppressWarnings("restricted")
  private static void setEnvironment(String name, String value) {
    Linker linker = Linker.nativeLinker();
    MethodHandle setenv =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setenv"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    int failed;
    try (Arena arena = Arena.ofConfined()) {
      failed = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), OVERWRITE);
    } catch (Throwable e) {
      throw new IllegalStateException("setenv cannot be called", e);
    }
    if (failed != 0) {
      throw new IllegalStateException("setenv refused " + name + "=" + value);
    }
  }

  /** Allocates a block of zeros, and answers its handle. */
  public long allocate(long sizeBytes) {
    return heap.allocateMemoryBlock(sizeBytes).handle();
  }

  /** Frees a block. */
  public void free(long handle) {
    heap.memoryBlockFromHandle(handle).freeMemory();
  }

  /** Allocates a block of zeros and frees it, each atomically by itself. */
  public long allocateAndFree(long sizeBytes) {
    PersistentMemoryBlock block = heap.allocateMemoryBlock(sizeBytes);
    long handle = block.handle();
    block.freeMemory();
    return handle;
  }

  /** Allocates a block of zeros in a transaction, and frees it in another. */
  public long allocateAndFreeInTransactions(long sizeBytes) {
    PersistentMemoryBlock block = Transaction.create(heap, () -> heap.allocateMemoryBlock(sizeBytes, true));
    long handle = block.handle();
    Transaction.create(heap, () -> block.free(true));
    return handle;
  }
}
