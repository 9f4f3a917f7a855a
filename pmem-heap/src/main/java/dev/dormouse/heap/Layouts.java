package dev.dormouse.heap;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The vocabulary of record layouts: little-endian fields in a {@link StructLayout}, from which offsets are taken. Every
 * persistent record has one class that holds its layout and nothing else; writer and reader share it, and
 * {@code docs/format.md} shows it as a table that a test compares with it.
 */
public final class Layouts {
  private Layouts() {}

  public static ValueLayout u8(String name) {
    return ValueLayout.JAVA_BYTE.withName(name);
  }

  public static ValueLayout u16(String name) {
    return ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).withName(name);
  }

  public static ValueLayout u32(String name) {
    return ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).withName(name);
  }

  public static ValueLayout u64(String name) {
    return ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).withName(name);
  }

  /** A run of bytes: a UUID, a name, or what is reserved and must be zero. */
  public static MemoryLayout bytes(String name, long lengthBytes) {
    return MemoryLayout.sequenceLayout(lengthBytes, ValueLayout.JAVA_BYTE).withName(name);
  }

  /** The offset of a field from the start of its record, in bytes. */
  public static int offset(StructLayout layout, String field) {
    return Math.toIntExact(layout.byteOffset(MemoryLayout.PathElement.groupElement(field)));
  }

  /** The length of a record in bytes. */
  public static int size(StructLayout layout) {
    return Math.toIntExact(layout.byteSize());
  }
}
