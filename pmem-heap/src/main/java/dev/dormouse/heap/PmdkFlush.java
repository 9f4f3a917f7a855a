package dev.dormouse.heap;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Writes back by PMDK's libpmem, which chooses the processor's instruction itself. For short ranges it is called without a change
 * of the thread's state, because it does not block and calls nothing back; addresses go as numbers, so nothing is allocated. While
 * such a call runs, nobody in the JVM gets past a safepoint; so a long range is written back by an ordinary call, for which nobody waits.
 */
final class PmdkFlush implements LineFlusher {
  static final String LIBRARY = "libpmem.so.1";
  // A fraction of a millisecond, of which the change of state is no part that could be seen.
  private static final long MOST_HELD_UP_BYTES = 1 << 20;
  private static final Found FOUND = find();
  // Constants, so that the JIT sees through them.
  private static final MethodHandle FLUSH = FOUND.flush;
  private static final MethodHandle LONG_FLUSH = FOUND.longFlush;
  private static final MethodHandle DRAIN = FOUND.drain;

  /** The functions, or why there are none. */
  private record Found(MethodHandle flush, MethodHandle longFlush, MethodHandle drain, Optional<String> whyNot) {
    static Found nothing(String reason) {
      return new Found(null, null, null, Optional.of(reason));
    }
  }

  static Optional<String> whyNot() {
    return FOUND.whyNot;
  }

  private static Found find() {
    if (!NativeCalls.areAllowed()) {
      return Found.nothing("the JVM was started without " + NativeCalls.FLAG);
    }
    try {
      Linker.Option critical = Linker.Option.critical(false);
      return new Found(
          NativeCalls.function(
              LIBRARY,
              "pmem_flush",
              FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
              critical),
          // With the segment, not its address: it stays mapped until the call returns.
          NativeCalls.function(
              LIBRARY,
              "pmem_flush",
              FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG)),
          NativeCalls.function(LIBRARY, "pmem_drain", FunctionDescriptor.ofVoid(), critical),
          Optional.empty());
    } catch (IllegalArgumentException | NoSuchElementException e) {
      return Found.nothing(LIBRARY + " cannot be loaded (" + e.getMessage() + "); on Debian: apt-get install libpmem1");
    } catch (UnsupportedOperationException e) {
      return Found.nothing("this JVM cannot call functions on this machine: " + e.getMessage());
    }
  }

  @Override
  public void flush(MemorySegment memory, long offset, long length) {
    try {
      if (length <= MOST_HELD_UP_BYTES) {
        FLUSH.invokeExact(memory.address() + offset, length);
      } else {
        LONG_FLUSH.invokeExact(memory.asSlice(offset, length), length);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a function of C throws nothing", e);
    }
  }

  @Override
  public void fence() {
    // R8: neither may the compiler move a store before the processor's fence.
    VarHandle.releaseFence();
    try {
      DRAIN.invokeExact();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a function of C throws nothing", e);
    }
    VarHandle.releaseFence();
  }
}
