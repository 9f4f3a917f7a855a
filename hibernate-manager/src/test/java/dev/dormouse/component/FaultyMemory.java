package dev.dormouse.component;

import dev.dormouse.heap.Media;
import dev.dormouse.heap.OverlayMedia;
import dev.dormouse.heap.PoolReader;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A medium in memory that fails when it is told to, as a mapping does whose page cannot be had: by an {@link InternalError},
 * with half of what was to be written. It outlives its store.
 */
final class FaultyMemory {
  private static final Set<String> CHANGES =
      Set.of("putByte", "putShort", "putInt", "putLong", "putLongRelease", "write", "copy", "fill", "flush", "fence");

  private final OverlayMedia memory;
  private final Media media;
  private Predicate<String> failing = call -> false;
  private int countdown = -1;
  private boolean always;

  FaultyMemory(long sizeBytes) {
    memory = new OverlayMedia(new Zeros(sizeBytes));
    media =
        (Media)
            Proxy.newProxyInstance(
                Media.class.getClassLoader(),
                new Class<?>[] {Media.class},
                (proxy, method, arguments) -> {
                  String call = method.getName();
                  if (call.equals("close")) {
                    return null;
                  }
                  if (call.equals("flushes")) {
                    return true;
                  }
                  if (call.equals("persist") || call.endsWith("AndFlush")) {
                    // Of two verbs, each of which may fail.
                    return InvocationHandler.invokeDefault(proxy, method, arguments);
                  }
                  if (failing.test(call) && (always || countdown-- == 0)) {
                    if (call.equals("write") && arguments[1] instanceof byte[] source) {
                      memory.write((long) arguments[0], source, (int) arguments[2], (int) arguments[3] / 2);
                    }
                    throw new InternalError("a fault occurred in an unsafe memory access operation");
                  }
                  try {
                    return method.invoke(memory, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  Media media() {
    return media;
  }

  /** Fails once, at that many calls of those that change something, from now on. */
  void failAtChange(int calls) {
    failAt(calls, CHANGES::contains);
  }

  void failAt(int calls, Predicate<String> which) {
    countdown = calls;
    failing = which;
  }

  /** Fails at each of those calls. */
  void failAlwaysAt(Predicate<String> which) {
    always = true;
    failing = which;
  }

  /** Fails no more. */
  void heal() {
    always = false;
    failing = call -> false;
  }

  PoolReader reader() {
    return new PoolReader() {
      @Override
      public String describe() {
        return "the failing medium";
      }

      @Override
      public long sizeBytes() {
        return memory.sizeBytes();
      }

      @Override
      public void read(long offset, byte[] destination, int index, int length) {
        memory.read(offset, destination, index, length);
      }

      @Override
      public void close() {
        // The test keeps it.
      }
    };
  }

  private record Zeros(long sizeBytes) implements PoolReader {
    @Override
    public String describe() {
      return "zeros";
    }

    @Override
    public void read(long offset, byte[] destination, int index, int length) {
      Arrays.fill(destination, index, index + length, (byte) 0);
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
