package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Media;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/** A medium in an array of its own, for one thread: the least that a store can run on, because the survey makes so many. */
final class SurveyMemory implements Media {
  private final byte[] memory;

  /** Begins with a copy of {@code content}. */
  SurveyMemory(byte[] content) {
    memory = content.clone();
  }

  private int at(long offset, long length) {
    return (int) Objects.checkFromIndexSize(offset, length, memory.length);
  }

  @Override
  public long sizeBytes() {
    return memory.length;
  }

  @Override
  public DurabilityClass durabilityClass() {
    return DurabilityClass.VOLATILE;
  }

  @Override
  public String describe() {
    return "survey";
  }

  @Override
  public boolean flushes() {
    return false;
  }

  @Override
  public byte getByte(long offset) {
    return memory[at(offset, Byte.BYTES)];
  }

  @Override
  public short getShort(long offset) {
    return Bytes.getShort(memory, at(offset, Short.BYTES));
  }

  @Override
  public int getInt(long offset) {
    return Bytes.getInt(memory, at(offset, Integer.BYTES));
  }

  @Override
  public long getLong(long offset) {
    return Bytes.getLong(memory, at(offset, Long.BYTES));
  }

  @Override
  public long getLongAcquire(long offset) {
    return getLong(offset);
  }

  @Override
  public void putByte(long offset, byte value) {
    memory[at(offset, Byte.BYTES)] = value;
  }

  @Override
  public void putShort(long offset, short value) {
    Bytes.putShort(memory, at(offset, Short.BYTES), value);
  }

  @Override
  public void putInt(long offset, int value) {
    Bytes.putInt(memory, at(offset, Integer.BYTES), value);
  }

  @Override
  public void putLong(long offset, long value) {
    Bytes.putLong(memory, at(offset, Long.BYTES), value);
  }

  @Override
  public void putLongRelease(long offset, long value) {
    putLong(offset, value);
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    System.arraycopy(memory, at(offset, length), destination, index, length);
  }

  @Override
  public void read(long offset, MemorySegment destination) {
    int length = (int) destination.byteSize();
    MemorySegment.copy(memory, at(offset, length), destination, ValueLayout.JAVA_BYTE, 0, length);
  }

  @Override
  public void write(long offset, byte[] source, int index, int length) {
    System.arraycopy(source, index, memory, at(offset, length), length);
  }

  @Override
  public void write(long offset, MemorySegment source) {
    int length = (int) source.byteSize();
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, 0, memory, at(offset, length), length);
  }

  @Override
  public void copy(long fromOffset, long toOffset, long length) {
    System.arraycopy(memory, at(fromOffset, length), memory, at(toOffset, length), (int) length);
  }

  @Override
  public void fill(long offset, long length, byte value) {
    int from = at(offset, length);
    Arrays.fill(memory, from, from + (int) length, value);
  }

  @Override
  public void flush(long offset, long length) {
    at(offset, length);
  }

  @Override
  public void fence() {
    // One thread, which sees its own stores.
  }

  @Override
  public void sync() {
    // Nothing lies beneath.
  }

  @Override
  public void close() {
    // The array is given up with this object.
  }
}
