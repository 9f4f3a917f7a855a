package dev.dormouse.region;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.recovery.Epoch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The numbers of all types and both byte orders lie where the JDK's own buffers would put them, and the atomic verbs do what
 * the JDK's handles of memory segments do.
 */
class RegionNumbersTest {
  private static final int LENGTH = 256;
  private static final List<ByteOrder> ORDERS = List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
  private static final List<String> MODES_OF_GET = List.of("Opaque", "Acquire", "Volatile");
  private static final List<String> MODES_OF_PUT = List.of("Opaque", "Release", "Volatile");
  private static final List<String> UPDATES =
      List.of("compareAndSet", "compareAndExchange", "getAndSet", "getAndAdd", "getAndBitwiseOr", "getAndBitwiseAnd", "getAndBitwiseXor");

  private final Random random = new Random(0x5EED);
  private Region region;

  @BeforeEach
  void attach() {
    RegionStage stage = RegionStage.create();
    Epoch epoch = stage.lanes.lease();
    stage.map(epoch).attach("numbers", LENGTH, 0, RegionRights.READ_WRITE);
    region = stage.view(epoch, stage.table(epoch).get(0));
  }

  private static Stream<Arguments> typesAndOrders() {
    return Numbers.TYPES.stream().flatMap(type -> ORDERS.stream().map(order -> Arguments.of(type, order)));
  }

  private byte[] content() {
    byte[] content = new byte[LENGTH];
    region.get(0, content, 0, LENGTH);
    return content;
  }

  /** Bits of all kinds, but those of a NaN, of which the JDK may keep any. */
  private long bits(Class<?> type) {
    long bits =
        switch (random.nextInt(4)) {
          case 0 -> random.nextInt(3) - 1;
          case 1 -> 1L << random.nextInt(64);
          default -> random.nextLong();
        };
    boolean nan =
        (type == float.class && Float.isNaN(Float.intBitsToFloat((int) bits))) || (type == double.class && Double.isNaN(Double.longBitsToDouble(bits)));
    return nan ? 1 : bits;
  }

  @ParameterizedTest
  @MethodSource("typesAndOrders")
  void aNumberLiesInItsByteOrderAtAnyOffset(Class<?> type, ByteOrder order) throws ReflectiveOperationException {
    String name = Numbers.nameOf(type);
    List<Object> orderOrNone = type == byte.class ? List.of() : List.of(order);
    List<Method> puts = new ArrayList<>();
    List<Method> gets = new ArrayList<>();
    if (type != byte.class) {
      puts.add(Region.class.getMethod("put" + name, long.class, type, ByteOrder.class));
      gets.add(Region.class.getMethod("get" + name, long.class, ByteOrder.class));
    }
    if (order == ByteOrder.LITTLE_ENDIAN) {
      puts.add(Region.class.getMethod("put" + name, long.class, type));
      gets.add(Region.class.getMethod("get" + name, long.class));
    }
    for (int offset = 0; offset <= LENGTH - Numbers.bytes(type); offset++) {
      for (Method put : puts) {
        Object value = Numbers.box(type, bits(type));
        List<Object> arguments = new ArrayList<>(List.of((long) offset, value));
        if (put.getParameterCount() == 3) {
          arguments.addAll(orderOrNone);
        }
        byte[] expected = content();
        Numbers.put(ByteBuffer.wrap(expected).order(order), offset, value);
        put.invoke(region, arguments.toArray());
        assertThat(content()).as("%s at %d", put, offset).isEqualTo(expected);
        region.fill(offset, Numbers.bytes(type), (byte) 0);
        DeclaredRange range = region.declare(offset, Numbers.bytes(type));
        DeclaredRange.class.getMethod(put.getName(), put.getParameterTypes()).invoke(range, arguments.toArray());
        assertThat(content()).as("declared: %s at %d", put, offset).isEqualTo(expected);
        for (Method get : gets) {
          Object found = get.getParameterCount() == 1 ? get.invoke(region, (long) offset) : get.invoke(region, (long) offset, order);
          assertThat(found).as("%s at %d", get, offset).isEqualTo(value);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("typesAndOrders")
  void everyModeReadsAndStoresTheSameBytes(Class<?> type, ByteOrder order) throws ReflectiveOperationException {
    RegionAtomics atomics = region.atomics(order);
    String name = Numbers.nameOf(type);
    for (int offset = 0; offset < LENGTH; offset += Numbers.bytes(type)) {
      for (String mode : MODES_OF_PUT) {
        Object value = Numbers.box(type, bits(type));
        byte[] expected = content();
        Numbers.put(ByteBuffer.wrap(expected).order(order), offset, value);
        RegionAtomics.class.getMethod("put" + name + mode, long.class, type).invoke(atomics, (long) offset, value);
        assertThat(content()).isEqualTo(expected);
        for (String modeOfGet : MODES_OF_GET) {
          assertThat(RegionAtomics.class.getMethod("get" + name + modeOfGet, long.class).invoke(atomics, (long) offset)).isEqualTo(value);
        }
      }
    }
  }

  private static VarHandle handle(Class<?> type, ByteOrder order) {
    ValueLayout layout =
        switch (type.getName()) {
          case "int" -> ValueLayout.JAVA_INT;
          case "long" -> ValueLayout.JAVA_LONG;
          case "float" -> ValueLayout.JAVA_FLOAT;
          default -> ValueLayout.JAVA_DOUBLE;
        };
    return layout.withOrder(order).varHandle();
  }

  /** What the JDK's handles have, this has, and it does the same; and nothing more but {@code add}. */
  @ParameterizedTest
  @MethodSource("typesAndOrders")
  void anUpdateDoesWhatTheJdksHandleDoes(Class<?> type, ByteOrder order) throws Throwable {
    RegionAtomics atomics = region.atomics(order);
    int tried = 0;
    for (String update : UPDATES) {
      List<Method> found =
          Arrays.stream(RegionAtomics.class.getMethods()).filter(method -> method.getName().equals(update + Numbers.nameOf(type))).toList();
      VarHandle.AccessMode mode = VarHandle.AccessMode.valueFromMethodName(update);
      boolean integral = type == int.class || type == long.class;
      boolean floating = type == float.class || type == double.class;
      assertThat(found.size()).as(update).isEqualTo(integral || (floating && !update.contains("Add") && !update.contains("Bitwise")) ? 1 : 0);
      for (int i = 0; i < 200 && found.size() == 1; i++) {
        long offset = (long) random.nextInt(LENGTH / 8) * 8;
        byte[] before = content();
        // On an array of longs, because the handles are atomic only where the array's elements are aligned.
        MemorySegment model = MemorySegment.ofArray(new long[LENGTH / 8]);
        model.copyFrom(MemorySegment.ofArray(before));
        List<Object> arguments = new ArrayList<>();
        if (update.startsWith("compare")) {
          Object there = handle(type, order).get(model, offset);
          arguments.add(random.nextBoolean() ? there : Numbers.box(type, bits(type)));
        }
        arguments.add(Numbers.box(type, bits(type)));
        List<Object> ofHandle = new ArrayList<>(List.of(model, offset));
        ofHandle.addAll(arguments);
        arguments.addFirst(offset);
        Object expected = handle(type, order).toMethodHandle(mode).invokeWithArguments(ofHandle);
        assertThat(found.getFirst().invoke(atomics, arguments.toArray())).as("%s %s", found, arguments).isEqualTo(expected);
        assertThat(content()).as("%s %s", found, arguments).isEqualTo(model.toArray(ValueLayout.JAVA_BYTE));
        tried++;
      }
    }
    assertThat(tried).isEqualTo(type == int.class || type == long.class ? 1400 : type == float.class || type == double.class ? 600 : 0);
  }

  @Test
  void addAddsAndWrapsAround() {
    for (ByteOrder order : ORDERS) {
      RegionAtomics atomics = region.atomics(order);
      atomics.putIntVolatile(4, Integer.MAX_VALUE);
      atomics.addInt(4, 2);
      assertThat(region.getInt(4, order)).isEqualTo(Integer.MIN_VALUE + 1);
      atomics.putLongVolatile(8, Long.MIN_VALUE);
      atomics.addLong(8, -1);
      assertThat(region.getLong(8, order)).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void aComparisonIsOfBits() {
    RegionAtomics atomics = region.atomics();
    atomics.putFloatVolatile(0, 0.0f);
    assertThat(atomics.compareAndSetFloat(0, -0.0f, 1)).isFalse();
    atomics.putDoubleVolatile(8, Double.NaN);
    assertThat(atomics.compareAndSetDouble(8, Double.NaN, 1)).isTrue();
    assertThat(region.getDouble(8)).isEqualTo(1);
  }

  @Test
  void theViewsOfTheByteOrdersAreMadeOnce() {
    assertThat(region.atomics()).isSameAs(region.atomics(ByteOrder.LITTLE_ENDIAN));
    assertThat(region.atomics(ByteOrder.BIG_ENDIAN)).isSameAs(region.atomics(ByteOrder.BIG_ENDIAN)).isNotSameAs(region.atomics());
    assertThat(region.text()).isSameAs(region.text());
  }
}
