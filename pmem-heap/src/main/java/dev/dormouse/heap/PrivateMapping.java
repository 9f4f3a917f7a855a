package dev.dormouse.heap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A private mapping of a file: pages that are stored to are copies in memory, which the file does not see.
 *
 * @param memory the mapping
 * @param giver drops copies, so that the next access finds what the file has
 */
record PrivateMapping(MemorySegment memory, PrivatePages.Giver giver) {
  private static final int O_RDWR_CLOEXEC = 2 | 0x80000;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_NORESERVE = 2 | 0x4000;
  private static final int MADV_DONTNEED = 4;
  private static final long MAP_FAILED = -1;

  /**
   * Maps a file, extending it if it is shorter. Linux promises memory for each page that could be stored to, and refuses a mapping that
   * is longer than all it has; then it is asked for one without that promise.
   *
   * @throws MediaUnavailable if the system refuses both, or may not be asked for the second
   */
  static PrivateMapping of(PoolFile file, long bytes, Arena arena) throws IOException {
    try {
      return of(file.channel().map(FileChannel.MapMode.PRIVATE, 0, bytes, arena));
    } catch (IOException | OutOfMemoryError refused) {
      if (file.channel().size() < bytes) {
        // It was not the mapping that could not be had.
        throw refused;
      }
      return withoutReserve(file.path(), bytes, arena, refused);
    }
  }

  private static PrivateMapping of(MemorySegment memory) {
    return new PrivateMapping(memory, (offset, length) -> memory.asSlice(offset, length).unload());
  }

  /** Whether the system's pages are as long as a pool's: where they are longer, giving one back would take its neighbours with it. */
  static boolean pagesAreThoseOfPools() {
    return System.getProperty("os.arch").equals("amd64");
  }

  /** As {@link #of(PoolFile, long, Arena)}, by the C library. */
  static PrivateMapping withoutReserve(Path file, long bytes, Arena arena, Throwable refused) {
    String what = "the system refused a private mapping of " + bytes + " bytes: " + refused.getMessage();
    if (!NativeCalls.areAllowed()) {
      throw new MediaUnavailable(
          file.toString(),
          what + "; it is more than memory and swap, so run Java with " + NativeCalls.FLAG
              + ", which lets it be asked for a mapping that reserves none, or set vm.overcommit_memory to 1",
          refused);
    }
    try (Arena call = Arena.ofConfined()) {
      int descriptor = (int) Functions.OPEN.invokeExact(call.allocateFrom(file.toString()), O_RDWR_CLOEXEC);
      MemorySegment start =
          (MemorySegment) Functions.MMAP.invokeExact(MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_NORESERVE, descriptor, 0L);
      if (descriptor >= 0) {
        int _ = (int) Functions.CLOSE.invokeExact(descriptor);
      }
      if (start.address() == MAP_FAILED) {
        throw new MediaUnavailable(
            file.toString(), what + ", and one that reserves no memory too; is vm.overcommit_memory 2, or the address space limited?", refused);
      }
      return mapped(start, bytes, arena);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a function of C throws nothing", e);
    }
  }

  @SuppressWarnings("restricted") // That is what the flag allows.
  private static PrivateMapping mapped(MemorySegment start, long bytes, Arena arena) {
    MemorySegment memory = start.reinterpret(bytes, arena, whole -> call(Functions.MUNMAP, whole, bytes));
    return new PrivateMapping(memory, (offset, length) -> call(Functions.MADVISE, memory.asSlice(offset, length), length, MADV_DONTNEED));
  }

  private static void call(MethodHandle function, Object... arguments) {
    try {
      int result = (int) function.invokeWithArguments(arguments);
      if (result != 0) {
        throw new IllegalStateException("the system refused to unmap or to drop pages of a mapping");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a function of C throws nothing", e);
    }
  }

  /** Found when they are needed first. */
  private static final class Functions {
    static final MethodHandle OPEN =
        NativeCalls.function(null, "open", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    static final MethodHandle CLOSE = NativeCalls.function(null, "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    static final MethodHandle MMAP =
        NativeCalls.function(
            null,
            "mmap",
            FunctionDescriptor.of(
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG));
    static final MethodHandle MUNMAP =
        NativeCalls.function(null, "munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    static final MethodHandle MADVISE =
        NativeCalls.function(
            null, "madvise", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
  }
}
