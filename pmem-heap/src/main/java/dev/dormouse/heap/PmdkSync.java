package dev.dormouse.heap;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Writes pages of a mapping that PMDK made to the disk, by its {@code pmem_msync}. */
final class PmdkSync {
  private static final MethodHandle SYNC =
      NativeCalls.function(
          PmdkFlush.LIBRARY,
          "pmem_msync",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));

  private PmdkSync() {}

  /**
   * Waits until the pages with a byte of {@code memory} are on the disk.
   *
   * @throws MediaUnavailable if the system could not
   */
  static void sync(String pool, MemorySegment memory) {
    int failed;
    try {
      // As a segment, not as a number: it stays mapped until the call returns.
      failed = (int) SYNC.invokeExact(memory, memory.byteSize());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a function of C throws nothing", e);
    }
    if (failed != 0) {
      throw new MediaUnavailable(pool, "the system could not write it to the disk (pmem_msync failed); free space, or check the disk");
    }
  }
}
