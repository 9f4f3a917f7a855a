package dev.dormouse.region;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Every public method of a region, its atomics and its text, each as a call that touches so many bytes at an offset. They
 * are found by reflection: one whose parameters are an offset and numbers is called with numbers that change every byte of a
 * region filled with {@link #FILL}; any other needs a row in {@link #ROWS}.
 */
final class RegionVerbs {
  static final byte FILL = 0x55;
  private static final long FILLS = 0x5555555555555555L;

  private static final byte[] STORED = new byte[64];
  private static final String TEXT = "dörmouse";

  static {
    Arrays.fill(STORED, (byte) 0x33);
  }

  /** Touches bytes at an offset; answers what the method answered. */
  interface Call {
    Object at(Region region, long offset);
  }

  /** How many bytes are touched at the offset, and what that must be a multiple of. */
  record Verb(String name, boolean stores, int length, int alignment, Call call) {
    @Override
    public String toString() {
      return name;
    }
  }

  private record Row(int length, Call call) {}

  private static final Map<String, Row> ROWS = new LinkedHashMap<>();

  static {
    row("Region.get(long, byte[], int, int)", 20, (region, offset) -> run(() -> region.get(offset, new byte[30], 5, 20)));
    row("Region.put(long, byte[], int, int)", 20, (region, offset) -> run(() -> region.put(offset, STORED, 5, 20)));
    row("Region.get(long, MemorySegment)", 20, (region, offset) -> run(() -> region.get(offset, MemorySegment.ofArray(new byte[20]))));
    row("Region.put(long, MemorySegment)", 20, (region, offset) -> run(() -> region.put(offset, MemorySegment.ofArray(STORED).asSlice(0, 20))));
    row("Region.get(long, ByteBuffer)", 20, (region, offset) -> run(() -> region.get(offset, ByteBuffer.allocate(20))));
    row("Region.put(long, ByteBuffer)", 20, (region, offset) -> run(() -> region.put(offset, ByteBuffer.wrap(STORED, 7, 20))));
    row("Region.copy(long, long, long)", 20, (region, offset) -> run(() -> region.copy(region.lengthBytes() - 20, offset, 20)));
    row("Region.copy(long, Region, long, long)", 20, (region, offset) -> run(() -> region.copy(region.lengthBytes() - 20, region, offset, 20)));
    row("Region.fill(long, long, byte)", 20, (region, offset) -> run(() -> region.fill(offset, 20, (byte) 0x33)));
    row("Region.mismatch(long, Region, long, long)", 20, (region, offset) -> region.mismatch(0, region, offset, 20));
    row("Region.mismatch(long, byte[], int, int)", 20, (region, offset) -> region.mismatch(offset, STORED, 5, 20));
    row("Region.mismatch(long, MemorySegment)", 20, (region, offset) -> region.mismatch(offset, MemorySegment.ofArray(STORED).asSlice(0, 20)));
    row("Region.crc32c(long, long)", 20, (region, offset) -> region.crc32c(offset, 20));
    row("Region.prepareWrite(long, long)", 20, (region, offset) -> run(() -> region.prepareWrite(offset, 20)));
    row("Region.declare(long, long)", 20, (region, offset) -> region.declare(offset, 20).lengthBytes());
    row("Region.lend(long, long, Function)", 20, (region, offset) -> region.lend(offset, 20, MemorySegment::byteSize));
    row("Region.lendForWrite(long, long, Function)", 20, (region, offset) -> region.lendForWrite(offset, 20, segment -> segment.fill((byte) 0x33).byteSize()));

    text("putStringAscii(long, CharSequence)", 12, (text, offset) -> text.putStringAscii(offset, TEXT));
    text("putStringAscii(long, CharSequence, ByteOrder)", 12, (text, offset) -> text.putStringAscii(offset, TEXT, ByteOrder.BIG_ENDIAN));
    text("putStringWithoutLengthAscii(long, CharSequence)", 8, (text, offset) -> text.putStringWithoutLengthAscii(offset, TEXT));
    text("putStringWithoutLengthAscii(long, CharSequence, int, int)", 4, (text, offset) -> text.putStringWithoutLengthAscii(offset, TEXT, 2, 4));
    text("putStringUtf8(long, String)", 13, (text, offset) -> text.putStringUtf8(offset, TEXT));
    text("putStringUtf8(long, String, ByteOrder)", 13, (text, offset) -> text.putStringUtf8(offset, TEXT, ByteOrder.BIG_ENDIAN));
    text("putStringUtf8(long, String, int)", 13, (text, offset) -> text.putStringUtf8(offset, TEXT, 9));
    text("putStringUtf8(long, String, ByteOrder, int)", 13, (text, offset) -> text.putStringUtf8(offset, TEXT, ByteOrder.BIG_ENDIAN, 9));
    text("putStringWithoutLengthUtf8(long, String)", 9, (text, offset) -> text.putStringWithoutLengthUtf8(offset, TEXT));
    text("putIntAscii(long, int)", 4, (text, offset) -> text.putIntAscii(offset, -123));
    text("putLongAscii(long, long)", 20, (text, offset) -> text.putLongAscii(offset, Long.MIN_VALUE));
    text("putNaturalIntAscii(long, int)", 3, (text, offset) -> text.putNaturalIntAscii(offset, 123));
    text("putNaturalLongAscii(long, long)", 19, (text, offset) -> text.putNaturalLongAscii(offset, Long.MAX_VALUE));
    text("putNaturalPaddedIntAscii(long, int, int)", 7, (text, offset) -> run(() -> text.putNaturalPaddedIntAscii(offset, 7, 123)));
    text("putNaturalIntAsciiFromEnd(int, long)", 3, (text, offset) -> text.putNaturalIntAsciiFromEnd(123, offset + 3));
    // The length that is read is 0 where the region is zero.
    text("getStringAscii(long)", 4, (text, offset) -> text.getStringAscii(offset));
    text("getStringAscii(long, ByteOrder)", 4, (text, offset) -> text.getStringAscii(offset, ByteOrder.BIG_ENDIAN));
    text("getStringAscii(long, Appendable)", 4, (text, offset) -> text.getStringAscii(offset, new StringBuilder()));
    text("getStringAscii(long, Appendable, ByteOrder)", 4, (text, offset) -> text.getStringAscii(offset, new StringBuilder(), ByteOrder.BIG_ENDIAN));
    text("getStringUtf8(long)", 4, (text, offset) -> text.getStringUtf8(offset));
    text("getStringUtf8(long, ByteOrder)", 4, (text, offset) -> text.getStringUtf8(offset, ByteOrder.BIG_ENDIAN));
    text("getStringAscii(long, int)", 12, (text, offset) -> text.getStringAscii(offset, 8));
    text("getStringAscii(long, int, Appendable)", 12, (text, offset) -> text.getStringAscii(offset, 8, new StringBuilder()));
    text("getStringUtf8(long, int)", 12, (text, offset) -> text.getStringUtf8(offset, 8));
    text("getStringWithoutLengthAscii(long, int)", 8, (text, offset) -> text.getStringWithoutLengthAscii(offset, 8));
    text("getStringWithoutLengthAscii(long, int, Appendable)", 8, (text, offset) -> text.getStringWithoutLengthAscii(offset, 8, new StringBuilder()));
    text("getStringWithoutLengthUtf8(long, int)", 8, (text, offset) -> text.getStringWithoutLengthUtf8(offset, 8));
    text("parseNaturalIntAscii(long, int)", 8, (text, offset) -> noNumber(() -> text.parseNaturalIntAscii(offset, 8)));
    text("parseNaturalLongAscii(long, int)", 8, (text, offset) -> noNumber(() -> text.parseNaturalLongAscii(offset, 8)));
    text("parseIntAscii(long, int)", 8, (text, offset) -> noNumber(() -> text.parseIntAscii(offset, 8)));
    text("parseLongAscii(long, int)", 8, (text, offset) -> noNumber(() -> text.parseLongAscii(offset, 8)));
  }

  private RegionVerbs() {}

  private static void row(String name, int length, Call call) {
    ROWS.put(name, new Row(length, call));
  }

  private interface TextCall {
    Object at(RegionText text, long offset);
  }

  private static void text(String name, int length, TextCall call) {
    row("RegionText." + name, length, (region, offset) -> call.at(region.text(), offset));
  }

  private static Object run(Runnable call) {
    call.run();
    return null;
  }

  /** Reads what are no digits, which is found only after the place was. */
  private static Object noNumber(Supplier<Object> call) {
    try {
      return call.get();
    } catch (NumberFormatException expected) {
      return expected.getMessage();
    }
  }

  private static final Set<String> NO_ACCESS =
      Set.of(
          "DeclaredRange.offset()", "DeclaredRange.lengthBytes()", "Region.lengthBytes()", "Region.isWritable()", "Region.atomics()", "Region.atomics(ByteOrder)", "Region.text()", "Region.close()", "Region.doom()");

  /** All of them. Fails for a method of which it does not know what it does. */
  static List<Verb> all() {
    List<Verb> verbs = new ArrayList<>();
    for (Class<?> type : List.of(Region.class, RegionAtomics.class, RegionText.class, DeclaredRange.class)) {
      for (Method method : type.getDeclaredMethods()) {
        if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic() && !NO_ACCESS.contains(nameOf(method))) {
          verbs.add(verb(method));
        }
      }
    }
    verbs.sort(Comparator.comparing(Verb::name));
    return verbs;
  }

  static List<Verb> reads() {
    return all().stream().filter(verb -> !verb.stores()).toList();
  }

  static List<Verb> stores() {
    return all().stream().filter(Verb::stores).toList();
  }

  private static String nameOf(Method method) {
    return method.getDeclaringClass().getSimpleName()
        + Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.joining(", ", "." + method.getName() + "(", ")"));
  }

  private static Verb verb(Method method) {
    String name = nameOf(method);
    boolean stores = !method.getName().matches("(get|parse)[^A]*|get(Byte|Short|Char|Int|Long|Float|Double)Acquire|(get|parse).*Ascii|mismatch|crc32c|lend");
    Row row = ROWS.get(name);
    if (row != null) {
      return new Verb(name, stores, row.length(), 1, row.call());
    }
    int length = lengthOfNumber(method);
    Class<?> type = method.getDeclaringClass();
    Call call =
        (region, offset) -> {
          Object target = type == Region.class ? region : type == RegionAtomics.class ? region.atomics() : region.declare(offset, length);
          return invoke(method, target, arguments(method, offset));
        };
    return new Verb(name, stores, length, type == RegionAtomics.class ? length : 1, call);
  }

  private static int lengthOfNumber(Method method) {
    for (Map.Entry<String, Integer> type : Map.of("Byte", 1, "Short", 2, "Char", 2, "Int", 4, "Long", 8, "Float", 4, "Double", 8).entrySet()) {
      if (method.getName().matches("(put|get|add|compareAnd|getAnd)[A-Za-z]*" + type.getKey() + "(Opaque|Acquire|Release|Volatile)?")
          && method.getParameterTypes()[0] == long.class
          && Arrays.stream(method.getParameterTypes()).allMatch(p -> p.isPrimitive() || p == ByteOrder.class)) {
        return type.getValue();
      }
    }
    throw new AssertionError(nameOf(method) + " has no row in RegionVerbs: what does it touch, and does it go through the barrier?");
  }

  /** The offset; the number that is there, where one is expected; a number that changes every byte of it. */
  private static Object[] arguments(Method method, long offset) {
    Class<?>[] types = method.getParameterTypes();
    Object[] arguments = new Object[types.length];
    arguments[0] = offset;
    for (int i = 1; i < types.length; i++) {
      boolean expected = method.getName().startsWith("compareAnd") && i == 1;
      arguments[i] = types[i] == ByteOrder.class ? ByteOrder.BIG_ENDIAN : Numbers.box(types[i], expected ? FILLS : 0x3333333333333333L);
    }
    return arguments;
  }

  private static Object invoke(Method method, Object target, Object[] arguments) {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
