package dev.dormouse.region.agrona;

import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A call of one method of Agrona's interface with arguments that a seed decides, so that it can be made of two buffers alike. */
record BufferCall(Method method, long seed) {
  /** What is about addresses, and has its own tests. */
  static final Set<String> ABOUT_ADDRESSES =
      Set.of("wrap", "addressOffset", "byteArray", "byteBuffer", "wrapAdjustment");

  private static final int OTHER_BYTES = 96;

  /** Every method of the interface that is not about addresses. */
  static List<Method> methods() {
    List<Method> methods = new ArrayList<>();
    for (Method method : AtomicBuffer.class.getMethods()) {
      if (!ABOUT_ADDRESSES.contains(method.getName())) {
        methods.add(method);
      }
    }
    methods.sort(Comparator.comparing(Method::toString));
    return methods;
  }

  /** What came of it: the result, what was written to the arguments, or the kind of the exception. */
  List<Object> on(AtomicBuffer buffer) {
    Object[] arguments = arguments(buffer);
    List<Object> outcome = new ArrayList<>();
    try {
      outcome.add(method.invoke(buffer, arguments));
    } catch (InvocationTargetException e) {
      outcome.add(kindOf(e.getCause()));
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
    if (!isFailure(outcome)) {
      for (Object argument : arguments) {
        outcome.add(seen(argument));
      }
    }
    return outcome;
  }

  static boolean isFailure(List<Object> outcome) {
    return outcome.getFirst() instanceof Class<?>;
  }

  private static Class<?> kindOf(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof IndexOutOfBoundsException ? IndexOutOfBoundsException.class : thrown.getClass();
  }

  private static Object seen(Object argument) {
    return switch (argument) {
      case byte[] bytes -> Arrays.toString(bytes);
      case StringWriter text -> text.toString();
      case ByteBuffer bytes -> bytes + Arrays.toString(all(bytes));
      case DirectBuffer buffer -> buffer.capacity() + Arrays.toString(all(buffer));
      case null, default -> "";
    };
  }

  private static byte[] all(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.duplicate().clear().get(bytes);
    return bytes;
  }

  static byte[] all(DirectBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.getBytes(0, bytes);
    return bytes;
  }

  private Object[] arguments(AtomicBuffer buffer) {
    // Neighbouring seeds begin alike otherwise.
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    Class<?>[] types = method.getParameterTypes();
    Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      arguments[i] = argument(types[i], i, buffer, random);
    }
    return arguments;
  }

  private Object argument(Class<?> type, int place, AtomicBuffer buffer, Random random) {
    if (type == int.class) {
      return integer(place, buffer.capacity(), random);
    } else if (type == long.class) {
      long any = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(2_000) - 1_000;
      return isNaturalPut() ? any & Long.MAX_VALUE : any;
    } else if (type == short.class) {
      return (short) random.nextInt();
    } else if (type == char.class) {
      return (char) random.nextInt();
    } else if (type == byte.class) {
      return (byte) random.nextInt();
    } else if (type == float.class) {
      return random.nextFloat();
    } else if (type == double.class) {
      return random.nextDouble();
    } else if (type == ByteOrder.class) {
      return random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    } else if (type == byte[].class) {
      return bytes(random.nextInt(OTHER_BYTES), random);
    } else if (type == ByteBuffer.class) {
      return byteBuffer(random);
    } else if (type == Appendable.class) {
      return new StringWriter();
    } else if (type == String.class || type == CharSequence.class) {
      return text(random);
    } else if (type == Object.class) {
      return compared(buffer, random);
    }
    return other(type, buffer, random);
  }

  /** An index, a length or a value: the same mixture fits them all. */
  private int integer(int place, int capacity, Random random) {
    int any =
        switch (random.nextInt(8)) {
          case 0 -> random.nextInt();
          case 1 -> capacity + random.nextInt(12) - 10;
          case 2 -> random.nextInt(6) - 3;
          case 3, 4 -> random.nextInt(24);
          default -> random.nextInt(capacity);
        };
    if (place >= 2 && takes(MutableDirectBuffer.class)) {
      // A destination that grows must not grow without bounds.
      return any % 5_000;
    }
    if (place == 0 && method.getDeclaringClass() == AtomicBuffer.class) {
      return any & -width();
    }
    boolean isValueOfNaturalPut = isNaturalPut() && place == (method.getName().endsWith("FromEnd") ? 0 : method.getParameterCount() - 1);
    // A negative length is nothing that Agrona checks where it appends to an Appendable, nor a negative natural number.
    return isValueOfNaturalPut || (place == 1 && takes(Appendable.class)) ? any & Integer.MAX_VALUE : any;
  }

  private boolean isNaturalPut() {
    return method.getName().startsWith("putNatural");
  }

  private boolean takes(Class<?> type) {
    return Arrays.asList(method.getParameterTypes()).contains(type);
  }

  private int width() {
    String name = method.getName();
    return name.contains("Long") ? 8 : name.contains("Int") ? 4 : name.contains("Byte") ? 1 : 2;
  }

  private static byte[] bytes(int length, Random random) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static ByteBuffer byteBuffer(Random random) {
    ByteBuffer whole = random.nextBoolean() ? ByteBuffer.allocate(OTHER_BYTES) : ByteBuffer.allocateDirect(OTHER_BYTES);
    whole.put(bytes(OTHER_BYTES, random));
    int from = random.nextInt(20);
    ByteBuffer slice = whole.slice(from, OTHER_BYTES - from);
    slice.limit(random.nextInt(slice.capacity() + 1));
    return slice.position(random.nextInt(slice.limit() + 1));
  }

  private static String text(Random random) {
    if (random.nextInt(8) == 0) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(20); i > 0; i--) {
      text.appendCodePoint(random.nextInt(4) == 0 ? random.nextInt(0x10000) : random.nextInt(128));
    }
    return text.toString();
  }

  /** Itself, one that is alike, one that differs in a byte, a shorter one, or none at all. */
  private static Object compared(AtomicBuffer buffer, Random random) {
    UnsafeBuffer like = new UnsafeBuffer(all(buffer));
    switch (random.nextInt(5)) {
      case 0 -> {
        return buffer;
      }
      case 1 -> {
        return "no buffer";
      }
      case 2 -> like.wrap(like, 0, random.nextInt(like.capacity()));
      case 3 -> like.putByte(random.nextInt(like.capacity()), (byte) random.nextInt());
      default -> {}
    }
    return like;
  }

  private static DirectBuffer other(Class<?> type, AtomicBuffer buffer, Random random) {
    byte[] content = bytes(OTHER_BYTES, random);
    MutableDirectBuffer other =
        switch (random.nextInt(type == MutableDirectBuffer.class ? 5 : 6)) {
          case 0 -> new UnsafeBuffer(new byte[OTHER_BYTES + 5], 5, OTHER_BYTES);
          case 1 -> new UnsafeBuffer(ByteBuffer.allocateDirect(OTHER_BYTES));
          case 2 -> new UnsafeBuffer(ByteBuffer.allocate(OTHER_BYTES));
          case 3 -> new ExpandableArrayBuffer(OTHER_BYTES);
          case 4 -> new ExpandableDirectByteBuffer(OTHER_BYTES);
          default -> null;
        };
    if (other == null) {
      return buffer;
    }
    other.putBytes(0, content);
    return other;
  }

  /** Bytes among which there are numbers to be parsed and lengths that lead into the buffer. */
  static byte[] content(int length, Random random) {
    byte[] bytes = bytes(length, random);
    byte[] digits = "0123456789".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < length / 2; i++) {
      bytes[i] = random.nextInt(16) == 0 ? (byte) '-' : digits[random.nextInt(digits.length)];
    }
    for (int i = length / 2; i + 4 <= length * 3 / 4; i += 4) {
      bytes[i + 3] = 0;
      bytes[i + 2] = 0;
      bytes[i + 1] = 0;
      bytes[i] = (byte) random.nextInt(20);
    }
    return bytes;
  }
}
