package dev.dormouse.region;

/**
 * The verbs that code written for shared memory asks for: opaque, acquire, release and volatile, compare-and-set and
 * arithmetic. Of one byte order: {@link Region#atomics()}, {@link Region#atomics(java.nio.ByteOrder)}. As with {@code
 * java.lang.foreign}'s handles, all primitive types can be read and stored in every mode, {@code int}, {@code long}, {@code
 * float} and {@code double} compared and set (by their bits), {@code int} and {@code long} added to and combined.
 *
 * <p><b>Order.</b> A region is used by the one thread that runs the turn, and handed to the next turn through a lock. So
 * that thread sees its accesses in the order of its program, whoever runs a later turn sees all of them, and the media has
 * all or none of them after a crash, whatever their modes: an epoch becomes visible as a whole, at its commit. The modes are
 * therefore alike here. What they add to a plain access is that it must be aligned, and so is never torn.
 *
 * <p><b>Errors.</b> Those of {@link Region}, and {@link RegionException} with {@code MISALIGNED} for an offset that is not a
 * multiple of the type's length. Nothing is stored then. A compare-and-set needs the right to write even if it does not
 * store; one that does not store saves no old bytes. An access allocates nothing.
 */
public final class RegionAtomics {
  private final Region region;
  private final boolean swapped;

  RegionAtomics(Region region, boolean swapped) {
    this.region = region;
    this.swapped = swapped;
  }

  public byte getByteOpaque(long offset) {
    return getByte(offset);
  }

  public byte getByteAcquire(long offset) {
    return getByte(offset);
  }

  public byte getByteVolatile(long offset) {
    return getByte(offset);
  }

  public void putByteOpaque(long offset, byte value) {
    putByte(offset, value);
  }

  public void putByteRelease(long offset, byte value) {
    putByte(offset, value);
  }

  public void putByteVolatile(long offset, byte value) {
    putByte(offset, value);
  }

  public short getShortOpaque(long offset) {
    return getShort(offset);
  }

  public short getShortAcquire(long offset) {
    return getShort(offset);
  }

  public short getShortVolatile(long offset) {
    return getShort(offset);
  }

  public void putShortOpaque(long offset, short value) {
    putShort(offset, value);
  }

  public void putShortRelease(long offset, short value) {
    putShort(offset, value);
  }

  public void putShortVolatile(long offset, short value) {
    putShort(offset, value);
  }

  public char getCharOpaque(long offset) {
    return getChar(offset);
  }

  public char getCharAcquire(long offset) {
    return getChar(offset);
  }

  public char getCharVolatile(long offset) {
    return getChar(offset);
  }

  public void putCharOpaque(long offset, char value) {
    putChar(offset, value);
  }

  public void putCharRelease(long offset, char value) {
    putChar(offset, value);
  }

  public void putCharVolatile(long offset, char value) {
    putChar(offset, value);
  }

  public int getIntOpaque(long offset) {
    return getInt(offset);
  }

  public int getIntAcquire(long offset) {
    return getInt(offset);
  }

  public int getIntVolatile(long offset) {
    return getInt(offset);
  }

  public void putIntOpaque(long offset, int value) {
    putInt(offset, value);
  }

  public void putIntRelease(long offset, int value) {
    putInt(offset, value);
  }

  public void putIntVolatile(long offset, int value) {
    putInt(offset, value);
  }

  public long getLongOpaque(long offset) {
    return getLong(offset);
  }

  public long getLongAcquire(long offset) {
    return getLong(offset);
  }

  public long getLongVolatile(long offset) {
    return getLong(offset);
  }

  public void putLongOpaque(long offset, long value) {
    putLong(offset, value);
  }

  public void putLongRelease(long offset, long value) {
    putLong(offset, value);
  }

  public void putLongVolatile(long offset, long value) {
    putLong(offset, value);
  }

  public float getFloatOpaque(long offset) {
    return getFloat(offset);
  }

  public float getFloatAcquire(long offset) {
    return getFloat(offset);
  }

  public float getFloatVolatile(long offset) {
    return getFloat(offset);
  }

  public void putFloatOpaque(long offset, float value) {
    putFloat(offset, value);
  }

  public void putFloatRelease(long offset, float value) {
    putFloat(offset, value);
  }

  public void putFloatVolatile(long offset, float value) {
    putFloat(offset, value);
  }

  public double getDoubleOpaque(long offset) {
    return getDouble(offset);
  }

  public double getDoubleAcquire(long offset) {
    return getDouble(offset);
  }

  public double getDoubleVolatile(long offset) {
    return getDouble(offset);
  }

  public void putDoubleOpaque(long offset, double value) {
    putDouble(offset, value);
  }

  public void putDoubleRelease(long offset, double value) {
    putDouble(offset, value);
  }

  public void putDoubleVolatile(long offset, double value) {
    putDouble(offset, value);
  }

  /** Stores {@code value} if what is there is {@code expected}; whether it was. */
  public boolean compareAndSetInt(long offset, int expected, int value) {
    return compareAndExchangeInt(offset, expected, value) == expected;
  }

  /** Stores {@code value} if what is there is {@code expected}; what was there. */
  public int compareAndExchangeInt(long offset, int expected, int value) {
    int found = getIntForUpdate(offset);
    if (found == expected) {
      putInt(offset, value);
    }
    return found;
  }

  public int getAndSetInt(long offset, int value) {
    int found = getIntForUpdate(offset);
    putInt(offset, value);
    return found;
  }

  /** Adds, with wrap-around; what was there. */
  public int getAndAddInt(long offset, int delta) {
    int found = getIntForUpdate(offset);
    putInt(offset, found + delta);
    return found;
  }

  /** Adds, with wrap-around. */
  public void addInt(long offset, int delta) {
    getAndAddInt(offset, delta);
  }

  public int getAndBitwiseOrInt(long offset, int mask) {
    int found = getIntForUpdate(offset);
    putInt(offset, found | mask);
    return found;
  }

  public int getAndBitwiseAndInt(long offset, int mask) {
    int found = getIntForUpdate(offset);
    putInt(offset, found & mask);
    return found;
  }

  public int getAndBitwiseXorInt(long offset, int mask) {
    int found = getIntForUpdate(offset);
    putInt(offset, found ^ mask);
    return found;
  }

  /** Stores {@code value} if what is there is {@code expected}; whether it was. */
  public boolean compareAndSetLong(long offset, long expected, long value) {
    return compareAndExchangeLong(offset, expected, value) == expected;
  }

  /** Stores {@code value} if what is there is {@code expected}; what was there. */
  public long compareAndExchangeLong(long offset, long expected, long value) {
    long found = getLongForUpdate(offset);
    if (found == expected) {
      putLong(offset, value);
    }
    return found;
  }

  public long getAndSetLong(long offset, long value) {
    long found = getLongForUpdate(offset);
    putLong(offset, value);
    return found;
  }

  /** Adds, with wrap-around; what was there. */
  public long getAndAddLong(long offset, long delta) {
    long found = getLongForUpdate(offset);
    putLong(offset, found + delta);
    return found;
  }

  /** Adds, with wrap-around. */
  public void addLong(long offset, long delta) {
    getAndAddLong(offset, delta);
  }

  public long getAndBitwiseOrLong(long offset, long mask) {
    long found = getLongForUpdate(offset);
    putLong(offset, found | mask);
    return found;
  }

  public long getAndBitwiseAndLong(long offset, long mask) {
    long found = getLongForUpdate(offset);
    putLong(offset, found & mask);
    return found;
  }

  public long getAndBitwiseXorLong(long offset, long mask) {
    long found = getLongForUpdate(offset);
    putLong(offset, found ^ mask);
    return found;
  }

  /** Stores {@code value} if what is there has the bits of {@code expected}; whether it had. */
  public boolean compareAndSetFloat(long offset, float expected, float value) {
    return compareAndSetInt(offset, Float.floatToRawIntBits(expected), Float.floatToRawIntBits(value));
  }

  /** Stores {@code value} if what is there has the bits of {@code expected}; what was there. */
  public float compareAndExchangeFloat(long offset, float expected, float value) {
    return Float.intBitsToFloat(compareAndExchangeInt(offset, Float.floatToRawIntBits(expected), Float.floatToRawIntBits(value)));
  }

  public float getAndSetFloat(long offset, float value) {
    return Float.intBitsToFloat(getAndSetInt(offset, Float.floatToRawIntBits(value)));
  }

  /** Stores {@code value} if what is there has the bits of {@code expected}; whether it had. */
  public boolean compareAndSetDouble(long offset, double expected, double value) {
    return compareAndSetLong(offset, Double.doubleToRawLongBits(expected), Double.doubleToRawLongBits(value));
  }

  /** Stores {@code value} if what is there has the bits of {@code expected}; what was there. */
  public double compareAndExchangeDouble(long offset, double expected, double value) {
    return Double.longBitsToDouble(compareAndExchangeLong(offset, Double.doubleToRawLongBits(expected), Double.doubleToRawLongBits(value)));
  }

  public double getAndSetDouble(long offset, double value) {
    return Double.longBitsToDouble(getAndSetLong(offset, Double.doubleToRawLongBits(value)));
  }

  private byte getByte(long offset) {
    return region.getByte(offset);
  }

  private void putByte(long offset, byte value) {
    region.putByte(offset, value);
  }

  private short getShort(long offset) {
    return inShortOrder(region.getShort(aligned(offset, Short.BYTES)));
  }

  private void putShort(long offset, short value) {
    region.putShort(aligned(offset, Short.BYTES), inShortOrder(value));
  }

  private short inShortOrder(short value) {
    return swapped ? Short.reverseBytes(value) : value;
  }

  private int getInt(long offset) {
    return inIntOrder(region.getInt(aligned(offset, Integer.BYTES)));
  }

  private void putInt(long offset, int value) {
    region.putInt(aligned(offset, Integer.BYTES), inIntOrder(value));
  }

  private int inIntOrder(int value) {
    return swapped ? Integer.reverseBytes(value) : value;
  }

  private int getIntForUpdate(long offset) {
    int found = getInt(offset);
    region.requireWritable();
    return found;
  }

  private long getLong(long offset) {
    return inLongOrder(region.getLong(aligned(offset, Long.BYTES)));
  }

  private void putLong(long offset, long value) {
    region.putLong(aligned(offset, Long.BYTES), inLongOrder(value));
  }

  private long inLongOrder(long value) {
    return swapped ? Long.reverseBytes(value) : value;
  }

  private long getLongForUpdate(long offset) {
    long found = getLong(offset);
    region.requireWritable();
    return found;
  }

  private char getChar(long offset) {
    return (char) getShort(offset);
  }

  private void putChar(long offset, char value) {
    putShort(offset, (short) value);
  }

  private float getFloat(long offset) {
    return Float.intBitsToFloat(getInt(offset));
  }

  private void putFloat(long offset, float value) {
    putInt(offset, Float.floatToRawIntBits(value));
  }

  private double getDouble(long offset) {
    return Double.longBitsToDouble(getLong(offset));
  }

  private void putDouble(long offset, double value) {
    putLong(offset, Double.doubleToRawLongBits(value));
  }

  /** Extents begin on a line, so what is aligned in the region is aligned in the pool. */
  private long aligned(long offset, int length) {
    if ((offset & (length - 1)) != 0) {
      throw misaligned(offset, length);
    }
    return offset;
  }

  private RuntimeException misaligned(long offset, int length) {
    // What is wrong with the view or the place goes first.
    region.at(offset, length);
    return new RegionException(
        RegionException.Reason.MISALIGNED,
        "an ordered or atomic access of " + length + " bytes at offset " + offset + ": expected a multiple of " + length + "; use a plain one");
  }
}
