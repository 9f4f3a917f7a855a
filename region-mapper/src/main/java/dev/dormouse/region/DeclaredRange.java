package dev.dormouse.region;

import dev.dormouse.heap.Media;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A range of a region whose old bytes are saved, so that nothing is left of the barrier. {@link Region}'s own stores may always
 * have to save something first, and after that the compiler has to look at everything anew; these either store or throw, so
 * that in a loop it moves all checks out of it and may use its widest instructions.
 *
 * <p>Offsets are in bytes from the region's start, as for {@link Region}; numbers are little-endian unless a byte order is
 * given, and may be unaligned. Stores are part of the turn.
 *
 * <p><b>Errors.</b> {@link IndexOutOfBoundsException} for a number that is not inside the range, counted from its start; {@link
 * RegionException} with {@code STALE_VIEW} where the region would throw it. Nothing is stored then. A store allocates nothing.
 */
public final class DeclaredRange {
  private final Region region;
  private final Media media;
  private final long offset;
  private final long base;
  private final long lengthBytes;

  DeclaredRange(Region region, long offset, long base, long lengthBytes) {
    this.region = region;
    this.media = region.media();
    this.offset = offset;
    this.base = base;
    this.lengthBytes = lengthBytes;
  }

  /** Where the range begins in the region. */
  public long offset() {
    return offset;
  }

  public long lengthBytes() {
    return lengthBytes;
  }

  public void putByte(long offset, byte value) {
    media.putByte(at(offset, Byte.BYTES), value);
  }

  public void putShort(long offset, short value) {
    media.putShort(at(offset, Short.BYTES), value);
  }

  public void putShort(long offset, short value, ByteOrder order) {
    putShort(offset, Region.isSwapped(order) ? Short.reverseBytes(value) : value);
  }

  public void putChar(long offset, char value) {
    putShort(offset, (short) value);
  }

  public void putChar(long offset, char value, ByteOrder order) {
    putShort(offset, (short) value, order);
  }

  public void putInt(long offset, int value) {
    media.putInt(at(offset, Integer.BYTES), value);
  }

  public void putInt(long offset, int value, ByteOrder order) {
    putInt(offset, Region.isSwapped(order) ? Integer.reverseBytes(value) : value);
  }

  public void putLong(long offset, long value) {
    media.putLong(at(offset, Long.BYTES), value);
  }

  public void putLong(long offset, long value, ByteOrder order) {
    putLong(offset, Region.isSwapped(order) ? Long.reverseBytes(value) : value);
  }

  public void putFloat(long offset, float value) {
    putInt(offset, Float.floatToRawIntBits(value));
  }

  public void putFloat(long offset, float value, ByteOrder order) {
    putInt(offset, Float.floatToRawIntBits(value), order);
  }

  public void putDouble(long offset, double value) {
    putLong(offset, Double.doubleToRawLongBits(value));
  }

  public void putDouble(long offset, double value, ByteOrder order) {
    putLong(offset, Double.doubleToRawLongBits(value), order);
  }

  /** The check is the one that the compiler knows how to move out of a loop. */
  private long at(long where, int length) {
    region.requireCurrent();
    return base + Objects.checkIndex(where - offset, lengthBytes - (length - 1));
  }
}
