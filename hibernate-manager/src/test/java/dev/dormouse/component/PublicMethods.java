package dev.dormouse.component;

import dev.dormouse.region.Region;
import dev.dormouse.region.RegionRights;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** Calls every public method of a class with arguments that would be fine at another time, so that none is forgotten. */
final class PublicMethods {
  private PublicMethods() {}

  /** What came of a call: what it threw, or null. */
  record Call(Method method, Throwable thrown) {
    /** Name and types, as in {@code attach(String,long)}. */
    String signature() {
      return signatureOf(method);
    }
  }

  private static String signatureOf(Method method) {
    return method.getName() + "(" + String.join(",", Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).toList()) + ")";
  }

  /** All that users can call of an object, but for what every object has. */
  static List<Method> of(Class<?> type) {
    List<Method> methods = new ArrayList<>();
    for (Method method : type.getMethods()) {
      // For the module that runs turns.
      boolean ends = type == Region.class && (method.getName().equals("close") || method.getName().equals("doom"));
      if (!ends && method.getDeclaringClass() != Object.class && !Modifier.isStatic(method.getModifiers())) {
        methods.add(method);
      }
    }
    methods.sort(Comparator.comparing(PublicMethods::signatureOf));
    return methods;
  }

  /** Calls all of them, one after the other. */
  static List<Call> callAll(Object object) {
    List<Call> calls = new ArrayList<>();
    for (Method method : of(object.getClass())) {
      calls.add(call(object, method));
    }
    return calls;
  }

  static Call call(Object object, Method method) {
    try {
      method.invoke(object, Arrays.stream(method.getParameterTypes()).map(PublicMethods::argument).toArray());
      return new Call(method, null);
    } catch (InvocationTargetException e) {
      return new Call(method, e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static Object argument(Class<?> type) {
    if (type == int.class) {
      return 4;
    } else if (type == long.class) {
      return 8L;
    } else if (type == short.class) {
      return (short) 0;
    } else if (type == byte.class) {
      return (byte) 0;
    } else if (type == char.class) {
      return '0';
    } else if (type == float.class) {
      return 0f;
    } else if (type == double.class) {
      return 0d;
    } else if (type == boolean.class) {
      return false;
    } else if (type == byte[].class) {
      return new byte[8];
    } else if (type == char[].class) {
      return new char[8];
    } else if (type == String.class || type == CharSequence.class) {
      return "mine";
    } else if (type == ByteBuffer.class) {
      return ByteBuffer.allocate(8);
    } else if (type == ByteOrder.class) {
      return ByteOrder.BIG_ENDIAN;
    } else if (type == MemorySegment.class) {
      return MemorySegment.ofArray(new byte[8]);
    } else if (type == RegionRights.class) {
      return RegionRights.READ_WRITE;
    } else if (type == RequestId.class) {
      return RequestId.of(1);
    } else if (type == EpochLimits.class) {
      return EpochLimits.DEFAULT;
    } else if (type == ComponentId.class) {
      return new ComponentId(4096, 1);
    } else if (type == Path.class) {
      return Path.of("target", "never-made.pool");
    } else if (type == LongConsumer.class) {
      return (LongConsumer) bytes -> {};
    } else if (type == Consumer.class) {
      return (Consumer<Object>) PublicMethods::nothing;
    } else if (type == Function.class) {
      return (Function<Object, Object>) given -> "";
    } else if (type == Appendable.class) {
      return new StringWriter();
    } else if (type == Region.class) {
      return null;
    }
    throw new AssertionError("no argument of " + type + "; add one");
  }

  private static void nothing(Object given) {
    if (given instanceof ComponentSpec spec) {
      spec.program(ScriptProgram.class);
    }
  }
}
