package dev.dormouse.region;

import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A view of a component's region for the length of one turn: its bytes where they lie in the pool, behind bounds checks and
 * the write barrier. Offsets are in bytes from the region's start; numbers are little-endian and may be unaligned.
 *
 * <p><b>Writes</b> are part of the turn: they can be read back at once, and are undone if the turn does not commit. The
 * first store to a line of 64 bytes in an epoch saves the old bytes, later ones cost a test. {@link #prepareWrite} does that
 * for a whole range at once, which is worthwhile before writing many elements.
 *
 * <p><b>Threads and lifetime.</b> Only the thread that runs the turn may use a view, and only until the turn ends or the
 * region is detached or resized; afterwards every method throws {@link RegionException} with {@code STALE_VIEW}.
 *
 * <p><b>Errors.</b> {@link IndexOutOfBoundsException} for a range that is not inside the region, {@link RegionException}
 * with {@code READ_ONLY} for a store to a region without the right to write, {@link dev.dormouse.heap.PoolFull} where the
 * undo log needs room that the pool does not have. Nothing is stored then. An access allocates nothing.
 */
public final class Region {
  private static final int GRANULE_BYTES = Media.LINE_BYTES;

  private final Media media;
  private final Epoch epoch;
  private final Holder holder;
  private final long base;
  private final long lengthBytes;
  private final boolean writable;
  // Null once the view is stale, so that one comparison finds both a wrong thread and a wrong time.
  private Thread thread;
  // A range of the pool, inside the region, all of whose granules may be stored to. Empty at first: no pool begins with a region.
  private long preparedFrom;
  private long preparedTo;

  /** A view for the calling thread. For the module that runs turns, which closes it when the turn is over. */
  public Region(Media media, Epoch epoch, Holder holder, long extentOffset, long lengthBytes, RegionRights rights) {
    this.media = media;
    this.epoch = epoch;
    this.holder = holder;
    this.base = extentOffset;
    this.lengthBytes = lengthBytes;
    this.writable = rights == RegionRights.READ_WRITE;
    this.thread = Thread.currentThread();
  }

  /** The region's length in bytes. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /** Whether it may be written to. */
  public boolean isWritable() {
    return writable;
  }

  public byte getByte(long offset) {
    return media.getByte(at(offset, Byte.BYTES));
  }

  public short getShort(long offset) {
    return media.getShort(at(offset, Short.BYTES));
  }

  public int getInt(long offset) {
    return media.getInt(at(offset, Integer.BYTES));
  }

  public long getLong(long offset) {
    return media.getLong(at(offset, Long.BYTES));
  }

  public float getFloat(long offset) {
    return Float.intBitsToFloat(getInt(offset));
  }

  public double getDouble(long offset) {
    return Double.longBitsToDouble(getLong(offset));
  }

  public void putByte(long offset, byte value) {
    media.putByte(atForWrite(offset, Byte.BYTES), value);
  }

  public void putShort(long offset, short value) {
    media.putShort(atForWrite(offset, Short.BYTES), value);
  }

  public void putInt(long offset, int value) {
    media.putInt(atForWrite(offset, Integer.BYTES), value);
  }

  public void putLong(long offset, long value) {
    media.putLong(atForWrite(offset, Long.BYTES), value);
  }

  public void putFloat(long offset, float value) {
    putInt(offset, Float.floatToRawIntBits(value));
  }

  public void putDouble(long offset, double value) {
    putLong(offset, Double.doubleToRawLongBits(value));
  }

  /** Copies {@code length} bytes at {@code offset} to {@code destination[index..]}. */
  public void get(long offset, byte[] destination, int index, int length) {
    media.read(at(offset, length), destination, index, length);
  }

  /** Copies {@code length} bytes of {@code source[index..]} to {@code offset}. */
  public void put(long offset, byte[] source, int index, int length) {
    Objects.checkFromIndexSize(index, length, source.length);
    media.write(rangeForWrite(offset, length), source, index, length);
  }

  /** Copies the bytes at {@code offset} into all of {@code destination}. */
  public void get(long offset, MemorySegment destination) {
    media.read(at(offset, destination.byteSize()), destination);
  }

  /** Copies all of {@code source} to {@code offset}. */
  public void put(long offset, MemorySegment source) {
    media.write(rangeForWrite(offset, source.byteSize()), source);
  }

  /** Copies {@code length} bytes within the region, as if through a temporary copy where the ranges overlap. */
  public void copy(long fromOffset, long toOffset, long length) {
    long from = at(fromOffset, length);
    media.copy(from, rangeForWrite(toOffset, length), length);
  }

  /** Writes {@code value} to {@code length} bytes. */
  public void fill(long offset, long length, byte value) {
    media.fill(rangeForWrite(offset, length), length, value);
  }

  /** Saves the old bytes of a range with one fence for all of it. Stores to it then cost nothing but a test. */
  public void prepareWrite(long offset, long length) {
    rangeForWrite(offset, length);
  }

  /** Makes the view stale. For the module that runs turns; harmless to anybody else. */
  public void close() {
    thread = null;
  }

  private long at(long offset, long length) {
    if (thread != Thread.currentThread()) {
      throw staleOrForeign();
    }
    if (offset < 0 || length < 0 || offset > lengthBytes - length) {
      throw new IndexOutOfBoundsException(
          "bytes [" + offset + ", +" + length + ") are outside the region's " + lengthBytes + " bytes");
    }
    return base + offset;
  }

  private long atForWrite(long offset, int length) {
    long at = base + offset;
    // What is prepared lies inside the region, so this is the check of the bounds, too.
    if (at < preparedFrom || at > preparedTo - length || thread != Thread.currentThread()) {
      return atForFirstWrite(offset, length);
    }
    return at;
  }

  private long atForFirstWrite(long offset, int length) {
    long at = at(offset, length);
    if (!epoch.isPrepared(at, length)) {
      prepare(at, length);
    }
    return at;
  }

  private long rangeForWrite(long offset, long length) {
    long at = at(offset, length);
    prepare(at, length);
    return at;
  }

  private void prepare(long at, long length) {
    if (!writable) {
      throw new RegionException(
          RegionException.Reason.READ_ONLY, "the region is attached for reading only; attach it with READ_WRITE to store to it");
    }
    if (length > 0) {
      epoch.prepare(holder.birth(), holder.recordOffset(), at, length);
      // Only after the fence inside prepare may the fast path let a store pass.
      long from = Math.max(base, at & -GRANULE_BYTES);
      long to = Math.min(base + lengthBytes, (at + length + GRANULE_BYTES - 1) & -GRANULE_BYTES);
      boolean joins = from <= preparedTo && to >= preparedFrom;
      preparedFrom = joins ? Math.min(from, preparedFrom) : from;
      preparedTo = joins ? Math.max(to, preparedTo) : to;
    }
  }

  private RegionException staleOrForeign() {
    return new RegionException(
        RegionException.Reason.STALE_VIEW,
        thread == null
            ? "this view is over: its turn has ended, or its region was detached or resized; take a new one from the turn"
            : "this view belongs to thread " + thread + ", which runs the turn; " + Thread.currentThread() + " may not use it");
  }
}
