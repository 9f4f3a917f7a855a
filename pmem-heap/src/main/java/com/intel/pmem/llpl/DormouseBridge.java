package com.intel.pmem.llpl;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Reaches what LLPL keeps to its package: a heap can be closed in no other way, and its memory is reached only through objects
 * that end the JVM on a bad offset or after a close. Nothing else is in this package, and only {@code dev.dormouse.heap.llpl}
 * uses it.
 */
public final class DormouseBridge {
  private DormouseBridge() {}

  /**
   * Loads LLPL's native library, and PMDK's with it, and tries the access to memory that LLPL's every call needs.
   *
   * @throws LinkageError if a library cannot be loaded; no later attempt in this JVM can succeed
   * @throws ReflectiveOperationException if the JVM denies the access
   */
  public static void load() throws ReflectiveOperationException {
    // The first use of the class loads the library.
    if (AnyHeap.MINIMUM_HEAP_SIZE <= 0) {
      throw new UnsatisfiedLinkError("LLPL's native library says that a heap may have " + AnyHeap.MINIMUM_HEAP_SIZE + " bytes");
    }
    // By reflection: the compiler warns of a call, and the JVM may have been told to deny it.
    Object unsafe = AnyHeap.UNSAFE;
    Method allocate = unsafe.getClass().getMethod("allocateMemory", long.class);
    Method free = unsafe.getClass().getMethod("freeMemory", long.class);
    try {
      free.invoke(unsafe, allocate.invoke(unsafe, (long) Long.BYTES));
    } catch (InvocationTargetException e) {
      throw new ReflectiveOperationException(e.getCause().toString(), e);
    }
  }

  /** Whether somebody in this JVM has opened a heap by that path through LLPL; opening it again would answer the same heap. */
  public static boolean isOpen(String path) {
    return AnyHeap.getHeap(path);
  }

  /** Where the heap is mapped; handles are offsets from there, and from the file's start. */
  public static long address(PersistentHeap heap) {
    return heap.poolHandle();
  }

  /** Unmaps the heap, gives back PMDK's lock of the file, and forgets the path. */
  public static void close(PersistentHeap heap) {
    heap.close();
  }
}
