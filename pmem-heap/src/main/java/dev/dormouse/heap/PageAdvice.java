package dev.dormouse.heap;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.NoSuchElementException;

/**
 * Linux's {@code madvise}, by which the kernel fills the page tables of a range without a byte being changed, and answers with an
 * error where a store would end in a signal. Not a critical call: it may take long, and the garbage collector must not wait for it.
 */
final class PageAdvice {
  /** As if each page were read: {@code MADV_POPULATE_READ}, of Linux 5.14. */
  static final int POPULATE_READ = 22;

  /** As if each page were written: {@code MADV_POPULATE_WRITE}, of Linux 5.14. */
  static final int POPULATE_WRITE = 23;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle MADVISE = find();

  private PageAdvice() {}

  /** Whether it can be had: on Linux, where native functions may be called. */
  static boolean isThere() {
    return MADVISE != null;
  }

  private static MethodHandle find() {
    if (!NativeCalls.areAllowed() || !System.getProperty("os.name").equals("Linux")) {
      return null;
    }
    try {
      return NativeCalls.function(
          null,
          "madvise",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT),
          Linker.Option.captureCallState("errno"));
    } catch (NoSuchElementException | UnsupportedOperationException e) {
      return null;
    }
  }

  /**
   * Fills the page tables of a range that begins at a page.
   *
   * @param range is kept from being unmapped meanwhile
   * @param arena where a few bytes are taken from
   * @return 0, or the system's number for what went wrong
   */
  static int populate(MemorySegment range, int advice, SegmentAllocator arena) {
    MemorySegment state = arena.allocate(STATE);
    try {
      int result = (int) MADVISE.invokeExact(state, range, range.byteSize(), advice);
      return result == 0 ? 0 : (int) ERRNO.get(state, 0L);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a function of C throws nothing", e);
    }
  }
}
