package dev.dormouse.heap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A medium in an array, which several threads may use at once: for races, where each try has a pool of its own. */
class ArrayMedia implements Media {
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final long[] words;
  private final MemorySegment memory;

  ArrayMedia(long sizeBytes) {
    this(new long[Math.toIntExact(sizeBytes / Long.BYTES)]);
  }

  private ArrayMedia(long[] words) {
    this.words = words;
    this.memory = MemorySegment.ofArray(words);
  }

  /** All it holds. */
  byte[] bytes() {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  /** Another one that holds the same. */
  ArrayMedia copy() {
    return new ArrayMedia(words.clone());
  }

  @Override
  public long sizeBytes() {
    return memory.byteSize();
  }

  @Override
  public DurabilityClass durabilityClass() {
    return DurabilityClass.VOLATILE;
  }

  @Override
  public String describe() {
    return "array";
  }

  @Override
  public boolean flushes() {
    return false;
  }

  @Override
  public byte getByte(long offset) {
    return memory.get(ValueLayout.JAVA_BYTE, offset);
  }

  @Override
  public short getShort(long offset) {
    return memory.get(SHORT, offset);
  }

  @Override
  public int getInt(long offset) {
    return memory.get(INT, offset);
  }

  @Override
  public long getLong(long offset) {
    return memory.get(LONG, offset);
  }

  @Override
  public long getLongAcquire(long offset) {
    return (long) WORD.getAcquire(memory, offset);
  }

  @Override
  public void putByte(long offset, byte value) {
    memory.set(ValueLayout.JAVA_BYTE, offset, value);
  }

  @Override
  public void putShort(long offset, short value) {
    memory.set(SHORT, offset, value);
  }

  @Override
  public void putInt(long offset, int value) {
    memory.set(INT, offset, value);
  }

  @Override
  public void putLong(long offset, long value) {
    memory.set(LONG, offset, value);
  }

  @Override
  public void putLongRelease(long offset, long value) {
    WORD.setRelease(memory, offset, value);
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, destination, index, length);
  }

  @Override
  public void read(long offset, MemorySegment destination) {
    MemorySegment.copy(memory, offset, destination, 0, destination.byteSize());
  }

  @Override
  public void write(long offset, byte[] source, int index, int length) {
    MemorySegment.copy(source, index, memory, ValueLayout.JAVA_BYTE, offset, length);
  }

  @Override
  public void write(long offset, MemorySegment source) {
    MemorySegment.copy(source, 0, memory, offset, source.byteSize());
  }

  @Override
  public void copy(long fromOffset, long toOffset, long length) {
    MemorySegment.copy(memory, fromOffset, memory, toOffset, length);
  }

  @Override
  public void fill(long offset, long length, byte value) {
    memory.asSlice(offset, length).fill(value);
  }

  @Override
  public void flush(long offset, long length) {
    // Nothing lies beneath.
  }

  @Override
  public void fence() {
    VarHandle.releaseFence();
  }

  @Override
  public void sync() {
    // Nothing lies beneath.
  }

  @Override
  public void close() {
    // An array needs no closing.
  }
}
