package dev.dormouse.region.agrona;

import dev.dormouse.region.Region;
import java.nio.ByteOrder;

/** Plain access to numbers, at any index. Without a byte order they are little-endian, as everything in a region. */
abstract sealed class BufferNumbers extends BufferRange permits BufferBytes {
  BufferNumbers(Region region, long start, int capacity) {
    super(region, start, capacity);
  }

  @Override
  public final long getLong(int index) {
    return region().getLong(at(index, Long.BYTES));
  }

  @Override
  public final long getLong(int index, ByteOrder byteOrder) {
    return region().getLong(at(index, Long.BYTES), byteOrder);
  }

  @Override
  public final void putLong(int index, long value) {
    region().putLong(at(index, Long.BYTES), value);
  }

  @Override
  public final void putLong(int index, long value, ByteOrder byteOrder) {
    region().putLong(at(index, Long.BYTES), value, byteOrder);
  }

  @Override
  public final int getInt(int index) {
    return region().getInt(at(index, Integer.BYTES));
  }

  @Override
  public final int getInt(int index, ByteOrder byteOrder) {
    return region().getInt(at(index, Integer.BYTES), byteOrder);
  }

  @Override
  public final void putInt(int index, int value) {
    region().putInt(at(index, Integer.BYTES), value);
  }

  @Override
  public final void putInt(int index, int value, ByteOrder byteOrder) {
    region().putInt(at(index, Integer.BYTES), value, byteOrder);
  }

  @Override
  public final double getDouble(int index) {
    return region().getDouble(at(index, Double.BYTES));
  }

  @Override
  public final double getDouble(int index, ByteOrder byteOrder) {
    return region().getDouble(at(index, Double.BYTES), byteOrder);
  }

  @Override
  public final void putDouble(int index, double value) {
    region().putDouble(at(index, Double.BYTES), value);
  }

  @Override
  public final void putDouble(int index, double value, ByteOrder byteOrder) {
    region().putDouble(at(index, Double.BYTES), value, byteOrder);
  }

  @Override
  public final float getFloat(int index) {
    return region().getFloat(at(index, Float.BYTES));
  }

  @Override
  public final float getFloat(int index, ByteOrder byteOrder) {
    return region().getFloat(at(index, Float.BYTES), byteOrder);
  }

  @Override
  public final void putFloat(int index, float value) {
    region().putFloat(at(index, Float.BYTES), value);
  }

  @Override
  public final void putFloat(int index, float value, ByteOrder byteOrder) {
    region().putFloat(at(index, Float.BYTES), value, byteOrder);
  }

  @Override
  public final short getShort(int index) {
    return region().getShort(at(index, Short.BYTES));
  }

  @Override
  public final short getShort(int index, ByteOrder byteOrder) {
    return region().getShort(at(index, Short.BYTES), byteOrder);
  }

  @Override
  public final void putShort(int index, short value) {
    region().putShort(at(index, Short.BYTES), value);
  }

  @Override
  public final void putShort(int index, short value, ByteOrder byteOrder) {
    region().putShort(at(index, Short.BYTES), value, byteOrder);
  }

  @Override
  public final char getChar(int index) {
    return region().getChar(at(index, Character.BYTES));
  }

  @Override
  public final char getChar(int index, ByteOrder byteOrder) {
    return region().getChar(at(index, Character.BYTES), byteOrder);
  }

  @Override
  public final void putChar(int index, char value) {
    region().putChar(at(index, Character.BYTES), value);
  }

  @Override
  public final void putChar(int index, char value, ByteOrder byteOrder) {
    region().putChar(at(index, Character.BYTES), value, byteOrder);
  }

  @Override
  public final byte getByte(int index) {
    return region().getByte(at(index, Byte.BYTES));
  }

  @Override
  public final void putByte(int index, byte value) {
    region().putByte(at(index, Byte.BYTES), value);
  }
}
