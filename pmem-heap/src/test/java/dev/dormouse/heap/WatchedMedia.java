package dev.dormouse.heap;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A medium that tells of every call before it happens; whoever is told may throw, or do something meanwhile. */
final class WatchedMedia {
  /** Is told of a call: the method's name and its arguments. */
  @FunctionalInterface
  interface Watcher {
    void before(String method, Object[] arguments);
  }

  private WatchedMedia() {}

  static Media over(Media below, Watcher watcher) {
    return (Media)
        Proxy.newProxyInstance(
            Media.class.getClassLoader(),
            new Class<?>[] {Media.class},
            (proxy, method, arguments) -> {
              if (method.getName().endsWith("AndFlush")) {
                // Of two verbs, each of which is told.
                return InvocationHandler.invokeDefault(proxy, method, arguments);
              }
              watcher.before(method.getName(), arguments);
              try {
                return method.invoke(below, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** How many bytes a call reads; 0 if it does not read. */
  static long bytesRead(String method, Object[] arguments) {
    return switch (method) {
      case "getByte" -> Byte.BYTES;
      case "getShort" -> Short.BYTES;
      case "getInt" -> Integer.BYTES;
      case "getLong", "getLongAcquire" -> Long.BYTES;
      case "read" -> arguments.length == 4 ? (int) arguments[3] : ((java.lang.foreign.MemorySegment) arguments[1]).byteSize();
      case "copy" -> (long) arguments[2];
      default -> 0;
    };
  }

  /** Whether a call stores. */
  static boolean isStore(String method) {
    return method.startsWith("put") || method.equals("write") || method.equals("fill") || method.equals("copy");
  }
}
