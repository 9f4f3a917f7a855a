package dev.dormouse.region.agrona;

import dev.dormouse.region.Region;
import dev.dormouse.region.RegionAtomics;
import org.agrona.DirectBuffer;

/**
 * Agrona's {@link org.agrona.concurrent.AtomicBuffer} over the bytes of a region, for the length of one turn. What Agrona and
 * codecs store through it is part of the turn: it can be read back at once, is committed with it, and undone with it.
 *
 * <p><b>Semantics</b> are those of {@link org.agrona.concurrent.UnsafeBuffer}, method by method, with these differences.
 * Bounds are always checked. Numbers without a byte order are little-endian on every machine. No address is given away:
 * {@link #addressOffset} throws, so whatever in Agrona would go past the interface ends with an exception;
 * {@code docs/agrona.md} lists it. Nothing is stored by a call that fails. An atomic access must be aligned to its size.
 *
 * <p><b>Threads and lifetime.</b> Those of the {@link Region}: only the thread that runs the turn, only until the turn ends.
 * As nobody else can touch the bytes meanwhile, every memory order is that of plain program order, and nothing is fenced.
 * Afterwards {@link #wrap(Region)} makes the same buffer stand for the region that the next turn takes.
 *
 * <p><b>Errors.</b> {@link IndexOutOfBoundsException} for what is not inside the buffer,
 * {@link dev.dormouse.region.RegionException} with {@code STALE_VIEW}, {@code READ_ONLY} or, for an atomic access,
 * {@code MISALIGNED}, {@link dev.dormouse.heap.PoolFull} where the undo log needs room that the pool does not have.
 *
 * <p>Needs no flag of the JVM. An access allocates nothing, except that the first copy from or to another buffer makes an
 * array of at most 4 KiB, which is kept, and that strings are new objects.
 */
public final class RegionBuffer extends BufferText {
  private RegionBuffer(Region region, long start, int capacity) {
    super(region, start, capacity);
  }

  /**
   * A buffer over all of a region.
   *
   * @throws dev.dormouse.region.RegionException {@code INVALID_RANGE} if the region is longer than 2^31 - 9 bytes
   */
  public static RegionBuffer over(Region region) {
    return over(region, 0, region.lengthBytes());
  }

  /**
   * A buffer over a part of a region.
   *
   * @param offset where it begins, in bytes from the region's start
   * @param length its capacity in bytes
   * @throws IndexOutOfBoundsException if the part is not inside the region
   * @throws dev.dormouse.region.RegionException {@code INVALID_RANGE} if it is longer than 2^31 - 9 bytes
   */
  public static RegionBuffer over(Region region, long offset, long length) {
    return new RegionBuffer(region, offset, checked(region, offset, length));
  }

  /**
   * A buffer over a part of this one.
   *
   * @throws IndexOutOfBoundsException if the part is not inside this buffer
   */
  public RegionBuffer slice(int index, int length) {
    return new RegionBuffer(region(), at(index, length), length);
  }

  @Override
  public long getLongVolatile(int index) {
    return atomics().getLongVolatile(at(index, Long.BYTES));
  }

  @Override
  public long getLongAcquire(int index) {
    return atomics().getLongAcquire(at(index, Long.BYTES));
  }

  @Override
  public long getLongOpaque(int index) {
    return atomics().getLongOpaque(at(index, Long.BYTES));
  }

  @Override
  public void putLongVolatile(int index, long value) {
    atomics().putLongVolatile(at(index, Long.BYTES), value);
  }

  @Override
  public void putLongOrdered(int index, long value) {
    atomics().putLongRelease(at(index, Long.BYTES), value);
  }

  @Override
  public void putLongRelease(int index, long value) {
    atomics().putLongRelease(at(index, Long.BYTES), value);
  }

  @Override
  public void putLongOpaque(int index, long value) {
    atomics().putLongOpaque(at(index, Long.BYTES), value);
  }

  @Override
  public long addLongOrdered(int index, long increment) {
    return atomics().getAndAddLong(at(index, Long.BYTES), increment);
  }

  @Override
  public long addLongRelease(int index, long increment) {
    return atomics().getAndAddLong(at(index, Long.BYTES), increment);
  }

  @Override
  public long addLongOpaque(int index, long increment) {
    return atomics().getAndAddLong(at(index, Long.BYTES), increment);
  }

  @Override
  public long getAndAddLong(int index, long delta) {
    return atomics().getAndAddLong(at(index, Long.BYTES), delta);
  }

  @Override
  public long getAndSetLong(int index, long value) {
    return atomics().getAndSetLong(at(index, Long.BYTES), value);
  }

  @Override
  public boolean compareAndSetLong(int index, long expectedValue, long updateValue) {
    return atomics().compareAndSetLong(at(index, Long.BYTES), expectedValue, updateValue);
  }

  @Override
  public long compareAndExchangeLong(int index, long expectedValue, long updateValue) {
    return atomics().compareAndExchangeLong(at(index, Long.BYTES), expectedValue, updateValue);
  }

  @Override
  public int getIntVolatile(int index) {
    return atomics().getIntVolatile(at(index, Integer.BYTES));
  }

  @Override
  public int getIntAcquire(int index) {
    return atomics().getIntAcquire(at(index, Integer.BYTES));
  }

  @Override
  public int getIntOpaque(int index) {
    return atomics().getIntOpaque(at(index, Integer.BYTES));
  }

  @Override
  public void putIntVolatile(int index, int value) {
    atomics().putIntVolatile(at(index, Integer.BYTES), value);
  }

  @Override
  public void putIntOrdered(int index, int value) {
    atomics().putIntRelease(at(index, Integer.BYTES), value);
  }

  @Override
  public void putIntRelease(int index, int value) {
    atomics().putIntRelease(at(index, Integer.BYTES), value);
  }

  @Override
  public void putIntOpaque(int index, int value) {
    atomics().putIntOpaque(at(index, Integer.BYTES), value);
  }

  @Override
  public int addIntOrdered(int index, int increment) {
    return atomics().getAndAddInt(at(index, Integer.BYTES), increment);
  }

  @Override
  public int addIntRelease(int index, int increment) {
    return atomics().getAndAddInt(at(index, Integer.BYTES), increment);
  }

  @Override
  public int addIntOpaque(int index, int increment) {
    return atomics().getAndAddInt(at(index, Integer.BYTES), increment);
  }

  @Override
  public int getAndAddInt(int index, int delta) {
    return atomics().getAndAddInt(at(index, Integer.BYTES), delta);
  }

  @Override
  public int getAndSetInt(int index, int value) {
    return atomics().getAndSetInt(at(index, Integer.BYTES), value);
  }

  @Override
  public boolean compareAndSetInt(int index, int expectedValue, int updateValue) {
    return atomics().compareAndSetInt(at(index, Integer.BYTES), expectedValue, updateValue);
  }

  @Override
  public int compareAndExchangeInt(int index, int expectedValue, int updateValue) {
    return atomics().compareAndExchangeInt(at(index, Integer.BYTES), expectedValue, updateValue);
  }

  @Override
  public short getShortVolatile(int index) {
    return atomics().getShortVolatile(at(index, Short.BYTES));
  }

  @Override
  public void putShortVolatile(int index, short value) {
    atomics().putShortVolatile(at(index, Short.BYTES), value);
  }

  @Override
  public char getCharVolatile(int index) {
    return atomics().getCharVolatile(at(index, Character.BYTES));
  }

  @Override
  public void putCharVolatile(int index, char value) {
    atomics().putCharVolatile(at(index, Character.BYTES), value);
  }

  @Override
  public byte getByteVolatile(int index) {
    return atomics().getByteVolatile(at(index, Byte.BYTES));
  }

  @Override
  public void putByteVolatile(int index, byte value) {
    atomics().putByteVolatile(at(index, Byte.BYTES), value);
  }

  /** Whether the other is a {@code RegionBuffer}, too, with the same bytes; as in Agrona, buffers of other classes differ. */
  @Override
  public boolean equals(Object other) {
    if (this == other) {
      return true;
    }
    return other instanceof RegionBuffer that
        && capacity() == that.capacity()
        && region().mismatch(at(0, capacity()), that.region(), that.at(0, capacity()), capacity()) < 0;
  }

  /** The same as that of an {@link org.agrona.concurrent.UnsafeBuffer} with these bytes, on a little-endian machine. */
  @Override
  public int hashCode() {
    int hash = 19;
    int i = 0;
    for (; i <= capacity() - Long.BYTES; i += Long.BYTES) {
      hash = 31 * hash + Long.hashCode(getLong(i));
    }
    for (; i < capacity(); i++) {
      hash = 31 * hash + getByte(i);
    }
    return hash;
  }

  /** As in Agrona: by signed words of 8 bytes, then by signed bytes, then by length. The other may be any buffer. */
  @Override
  public int compareTo(DirectBuffer that) {
    int common = Math.min(capacity(), that.capacity());
    int order = 0;
    int i = 0;
    for (; order == 0 && i <= common - Long.BYTES; i += Long.BYTES) {
      order = Long.compare(getLong(i), that.getLong(i));
    }
    for (; order == 0 && i < common; i++) {
      order = Byte.compare(getByte(i), that.getByte(i));
    }
    return order != 0 ? order : Integer.compare(capacity(), that.capacity());
  }

  private RegionAtomics atomics() {
    return region().atomics();
  }
}
