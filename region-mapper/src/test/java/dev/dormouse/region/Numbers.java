package dev.dormouse.region;

import java.nio.ByteBuffer;
import java.util.List;

/** The primitive types, each made of the low bits of a long. */
final class Numbers {
  static final List<Class<?>> TYPES = List.of(byte.class, short.class, char.class, int.class, long.class, float.class, double.class);

  private Numbers() {}

  /** As it stands in names of methods: {@code Int}. */
  static String nameOf(Class<?> type) {
    return Character.toUpperCase(type.getName().charAt(0)) + type.getName().substring(1);
  }

  static int bytes(Class<?> type) {
    return type == byte.class ? 1 : type == short.class || type == char.class ? 2 : type == int.class || type == float.class ? 4 : 8;
  }

  /** A number of that type with these bits. A NaN of {@code float} or {@code double} keeps its bits on its way through memory only. */
  static Object box(Class<?> type, long bits) {
    return switch (type.getName()) {
      case "byte" -> (byte) bits;
      case "short" -> (short) bits;
      case "char" -> (char) bits;
      case "int" -> (int) bits;
      case "long" -> bits;
      case "float" -> Float.intBitsToFloat((int) bits);
      case "double" -> Double.longBitsToDouble(bits);
      default -> throw new IllegalArgumentException(type.getName());
    };
  }

  /** Stores a number as the JDK does. */
  static void put(ByteBuffer model, int index, Object value) {
    switch (value) {
      case Byte number -> model.put(index, number);
      case Short number -> model.putShort(index, number);
      case Character number -> model.putChar(index, number);
      case Integer number -> model.putInt(index, number);
      case Long number -> model.putLong(index, number);
      case Float number -> model.putFloat(index, number);
      case Double number -> model.putDouble(index, number);
      default -> throw new IllegalArgumentException(value.toString());
    }
  }
}
