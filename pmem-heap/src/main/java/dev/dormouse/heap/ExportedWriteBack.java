package dev.dormouse.heap;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/**
 * Writes back by the JVM's own intrinsic, an instruction for each line and a fence behind the last. It lies in a package of the
 * JDK that is not exported, so it is looked up by name: without the flag that exports it this class is loaded all the same, and
 * says what is missing. The only class that uses it.
 */
final class ExportedWriteBack implements LineFlusher {
  private static final String PACKAGE = "jdk.internal.misc";
  private static final Found FOUND = find();
  // A constant, so that the JIT sees through it: nothing is called and nothing is allocated.
  private static final MethodHandle WRITE_BACK = FOUND.writeBack;

  /** The intrinsic, or why there is none. */
  private record Found(MethodHandle writeBack, Optional<String> whyNot) {
    static Found nothing(String reason) {
      return new Found(null, Optional.of(reason));
    }
  }

  static Optional<String> whyNot() {
    return FOUND.whyNot;
  }

  private static Found find() {
    Optional<String> culprit = WriteBack.missingCompiler();
    if (culprit.isPresent()) {
      return Found.nothing("this JVM runs with " + culprit.get() + ", so without the C2 compiler, and would crash");
    }
    try {
      Class<?> unsafe = Class.forName(PACKAGE + ".Unsafe");
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      if (!(boolean) lookup.findStatic(unsafe, "isWritebackEnabled", MethodType.methodType(boolean.class)).invoke()) {
        return Found.nothing("the JVM knows no such instruction of this processor");
      }
      Object instance = lookup.findStatic(unsafe, "getUnsafe", MethodType.methodType(unsafe)).invoke();
      return new Found(
          lookup
              .findVirtual(unsafe, "writebackMemory", MethodType.methodType(void.class, long.class, long.class))
              .bindTo(instance),
          Optional.empty());
    } catch (IllegalAccessException e) {
      return Found.nothing("the JVM was started without --add-exports=java.base/" + PACKAGE + "=ALL-UNNAMED");
    } catch (Throwable e) {
      return Found.nothing("this JDK has it under another name: " + e);
    }
  }

  @Override
  public void flush(MemorySegment memory, long offset, long length) {
    try {
      WRITE_BACK.invokeExact(memory.address() + offset, length);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("it declares no checked exception", e);
    }
  }

  @Override
  public void fence() {
    // The processor's fence came with the last line of each flush; what is left to hold back is the compiler (R8).
    VarHandle.releaseFence();
  }
}
