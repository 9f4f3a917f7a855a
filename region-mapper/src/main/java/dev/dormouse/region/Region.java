package dev.dormouse.region;

import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;
import java.util.function.Function;

/**
 * A view of a component's region for the length of one turn: its bytes where they lie in the pool, behind bounds checks and
 * the write barrier. Offsets are in bytes from the region's start; numbers are little-endian unless a byte order is given,
 * and may be unaligned. {@link #atomics} has the verbs that other libraries ask of shared memory, {@link #text} strings and
 * numbers in digits.
 *
 * <p><b>Writes</b> are part of the turn: they can be read back at once, and are undone if the turn does not commit. The
 * first store to a line of 64 bytes in an epoch saves the old bytes, later ones cost a test. {@link #prepareWrite} does that
 * for a whole range at once, which is worthwhile before writing many elements.
 *
 * <p><b>Threads and lifetime.</b> Only the thread that runs the turn may use a view, and only until the turn ends or the
 * region is detached or resized; afterwards every method that touches the region throws {@link RegionException} with {@code
 * STALE_VIEW}.
 *
 * <p><b>Errors.</b> {@link IndexOutOfBoundsException} for a range that is not inside the region, {@link RegionException}
 * with {@code READ_ONLY} for a store to a region without the right to write, {@link dev.dormouse.heap.PoolFull} where the
 * undo log needs room that the pool does not have. Nothing is stored then. An access allocates nothing, but for what it
 * returns and for segments that are lent.
 */
public final class Region {
  private static final int GRANULE_BYTES = Media.LINE_BYTES;

  private final Media media;
  private final Epoch epoch;
  private final Holder holder;
  private final long base;
  private final long lengthBytes;
  private final boolean writable;
  private final Lending lending;
  // Null once the view is stale, so that one comparison finds a wrong thread, a wrong time, and a turn that is overdue.
  private Thread thread;
  private boolean overdue;
  // A range of the pool, inside the region, all of whose granules may be stored to. Empty at first: no pool begins with a region.
  private long preparedFrom;
  private long preparedTo;
  // Made when they are asked for.
  private RegionAtomics littleEndianAtomics;
  private RegionAtomics bigEndianAtomics;
  private RegionText text;
  private RangeChecksum checksum;

  /** A view for the calling thread. For the module that runs turns, which closes it when the turn is over. */
  public Region(Media media, Epoch epoch, Holder holder, long extentOffset, long lengthBytes, RegionRights rights) {
    this(media, epoch, holder, extentOffset, lengthBytes, rights, Lending.ofThisJvm());
  }

  Region(Media media, Epoch epoch, Holder holder, long extentOffset, long lengthBytes, RegionRights rights, Lending lending) {
    this.media = media;
    this.epoch = epoch;
    this.holder = holder;
    this.base = extentOffset;
    this.lengthBytes = lengthBytes;
    this.writable = rights == RegionRights.READ_WRITE;
    this.lending = lending;
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

  /** The ordered and atomic verbs, for little-endian numbers. */
  public RegionAtomics atomics() {
    if (littleEndianAtomics == null) {
      littleEndianAtomics = new RegionAtomics(this, false);
    }
    return littleEndianAtomics;
  }

  /** The ordered and atomic verbs, for numbers of that byte order. */
  public RegionAtomics atomics(ByteOrder order) {
    if (!isSwapped(order)) {
      return atomics();
    }
    if (bigEndianAtomics == null) {
      bigEndianAtomics = new RegionAtomics(this, true);
    }
    return bigEndianAtomics;
  }

  /** Strings, and numbers in digits. */
  public RegionText text() {
    if (text == null) {
      text = new RegionText(this);
    }
    return text;
  }

  public byte getByte(long offset) {
    return media.getByte(at(offset, Byte.BYTES));
  }

  public void putByte(long offset, byte value) {
    media.putByte(atForWrite(offset, Byte.BYTES), value);
  }

  public short getShort(long offset) {
    return media.getShort(at(offset, Short.BYTES));
  }

  public short getShort(long offset, ByteOrder order) {
    short value = getShort(offset);
    return isSwapped(order) ? Short.reverseBytes(value) : value;
  }

  public void putShort(long offset, short value) {
    media.putShort(atForWrite(offset, Short.BYTES), value);
  }

  public void putShort(long offset, short value, ByteOrder order) {
    putShort(offset, isSwapped(order) ? Short.reverseBytes(value) : value);
  }

  public char getChar(long offset) {
    return (char) getShort(offset);
  }

  public char getChar(long offset, ByteOrder order) {
    char value = getChar(offset);
    return isSwapped(order) ? Character.reverseBytes(value) : value;
  }

  public void putChar(long offset, char value) {
    putShort(offset, (short) value);
  }

  public void putChar(long offset, char value, ByteOrder order) {
    putChar(offset, isSwapped(order) ? Character.reverseBytes(value) : value);
  }

  public int getInt(long offset) {
    return media.getInt(at(offset, Integer.BYTES));
  }

  public int getInt(long offset, ByteOrder order) {
    int value = getInt(offset);
    return isSwapped(order) ? Integer.reverseBytes(value) : value;
  }

  public void putInt(long offset, int value) {
    media.putInt(atForWrite(offset, Integer.BYTES), value);
  }

  public void putInt(long offset, int value, ByteOrder order) {
    putInt(offset, isSwapped(order) ? Integer.reverseBytes(value) : value);
  }

  public long getLong(long offset) {
    return media.getLong(at(offset, Long.BYTES));
  }

  public long getLong(long offset, ByteOrder order) {
    long value = getLong(offset);
    return isSwapped(order) ? Long.reverseBytes(value) : value;
  }

  public void putLong(long offset, long value) {
    media.putLong(atForWrite(offset, Long.BYTES), value);
  }

  public void putLong(long offset, long value, ByteOrder order) {
    putLong(offset, isSwapped(order) ? Long.reverseBytes(value) : value);
  }

  public float getFloat(long offset) {
    return Float.intBitsToFloat(getInt(offset));
  }

  public float getFloat(long offset, ByteOrder order) {
    return Float.intBitsToFloat(getInt(offset, order));
  }

  public void putFloat(long offset, float value) {
    putInt(offset, Float.floatToRawIntBits(value));
  }

  public void putFloat(long offset, float value, ByteOrder order) {
    putInt(offset, Float.floatToRawIntBits(value), order);
  }

  public double getDouble(long offset) {
    return Double.longBitsToDouble(getLong(offset));
  }

  public double getDouble(long offset, ByteOrder order) {
    return Double.longBitsToDouble(getLong(offset, order));
  }

  public void putDouble(long offset, double value) {
    putLong(offset, Double.doubleToRawLongBits(value));
  }

  public void putDouble(long offset, double value, ByteOrder order) {
    putLong(offset, Double.doubleToRawLongBits(value), order);
  }

  /** Copies {@code length} bytes at {@code offset} to {@code destination[index..]}. */
  public void get(long offset, byte[] destination, int index, int length) {
    Objects.checkFromIndexSize(index, length, destination.length);
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

  /** Fills the buffer's remaining bytes with those at {@code offset}, and moves its position to its limit. */
  public void get(long offset, ByteBuffer destination) {
    if (destination.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    BufferCopy.read(media, at(offset, destination.remaining()), destination);
  }

  /** Copies the buffer's remaining bytes to {@code offset}, and moves its position to its limit. */
  public void put(long offset, ByteBuffer source) {
    BufferCopy.write(media, rangeForWrite(offset, source.remaining()), source);
  }

  /** Copies {@code length} bytes within the region, as if through a temporary copy where the ranges overlap. */
  public void copy(long fromOffset, long toOffset, long length) {
    copy(fromOffset, this, toOffset, length);
  }

  /**
   * Copies {@code length} bytes to another region of the same turn, which may be this one.
   *
   * @throws IllegalArgumentException if the other region is not of this store
   */
  public void copy(long fromOffset, Region destination, long toOffset, long length) {
    if (!destination.media.equals(media)) {
      throw new IllegalArgumentException("the destination is a region of another store; copy through an array");
    }
    long from = at(fromOffset, length);
    media.copy(from, destination.rangeForWrite(toOffset, length), length);
  }

  /** Writes {@code value} to {@code length} bytes. */
  public void fill(long offset, long length, byte value) {
    media.fill(rangeForWrite(offset, length), length, value);
  }

  /** How many bytes from {@code offset} on are those of another region, or of this one, from {@code otherOffset} on; -1 if all {@code length} are. */
  public long mismatch(long offset, Region other, long otherOffset, long length) {
    return Mismatch.between(media, at(offset, length), other.media, other.at(otherOffset, length), length);
  }

  /** How many bytes from {@code offset} on are those of {@code bytes[index..]}; -1 if all {@code length} are. */
  public int mismatch(long offset, byte[] bytes, int index, int length) {
    Objects.checkFromIndexSize(index, length, bytes.length);
    return Mismatch.between(media, at(offset, length), bytes, index, length);
  }

  /** How many bytes from {@code offset} on are those of a segment; -1 if they are all of it. */
  public long mismatch(long offset, MemorySegment other) {
    return Mismatch.between(media, at(offset, other.byteSize()), other);
  }

  /** The CRC32C of a range. The first call of a view makes a buffer of {@value RangeChecksum#BUFFER_BYTES} bytes. */
  public int crc32c(long offset, long length) {
    long at = at(offset, length);
    if (checksum == null) {
      checksum = new RangeChecksum();
    }
    return checksum.of(media, at, length);
  }

  /** Saves the old bytes of a range with one fence for all of it. Stores to it then cost nothing but a test. */
  public void prepareWrite(long offset, long length) {
    rangeForWrite(offset, length);
  }

  /**
   * {@link #prepareWrite}, and the stores that pass no barrier after it: for loops over many elements. Like the view, it is for
   * its thread and until it is stale.
   */
  public DeclaredRange declare(long offset, long length) {
    return new DeclaredRange(this, offset, rangeForWrite(offset, length), length);
  }

  /**
   * Lends a range as a segment that can only be read, for code that works on segments, until {@code use} has returned.
   * {@code docs/regions.md} says what becomes of a segment that is kept longer.
   *
   * @return what {@code use} returns, which must not be a segment or a direct buffer
   * @throws RegionException {@code KEPT_SEGMENT} if it is, {@code STALE_VIEW} if the view became stale in {@code use}
   */
  public <R> R lend(long offset, long length, Function<? super MemorySegment, ? extends R> use) {
    R result = lending.lend(media, at(offset, length), length, use);
    return returned(offset, length, result);
  }

  /**
   * Like {@link #lend}, for a segment that can be stored to: declares the range, so that the stores themselves pass no
   * barrier. While it is lent, the range must not be stored to by another way. If {@code use} throws, what it stored so far
   * is part of the turn like any other store.
   *
   * @throws RegionException {@code KEPT_SEGMENT}, {@code STALE_VIEW} as for {@link #lend}; {@code LENT} if a checked segment's
   *     range was stored to by another way; {@code READ_ONLY}
   */
  public <R> R lendForWrite(long offset, long length, Function<? super MemorySegment, ? extends R> use) {
    R result = lending.lendForWrite(media, rangeForWrite(offset, length), length, use);
    return returned(offset, length, result);
  }

  private <R> R returned(long offset, long length, R result) {
    Lending.requireNotKept(result);
    at(offset, length);
    return result;
  }

  /** Makes the view stale. For the module that runs turns; harmless to anybody else. */
  public void close() {
    thread = null;
  }

  /**
   * Makes the view stale, because its turn runs beyond its limit: the next access throws {@code TURN_OVERDUE}. For the module
   * that runs turns, from any thread. An access that is under way ends as it would: what it stores is in the undo log.
   */
  public void doom() {
    overdue = true;
    // So that whoever finds the thread gone finds the reason, too, on a processor that may swap the two stores. The accesses pay
    // nothing for it: only the refusal has the other half.
    VarHandle.releaseFence();
    thread = null;
  }

  /** Whether numbers of that order lie the other way round in the pool. */
  static boolean isSwapped(ByteOrder order) {
    return order != ByteOrder.LITTLE_ENDIAN && Objects.requireNonNull(order) == ByteOrder.BIG_ENDIAN;
  }

  /** The pool's bytes, for offsets that {@link #at}, {@link #atForWrite} or {@link #rangeForWrite} gave. */
  Media media() {
    return media;
  }

  void requireWritable() {
    if (!writable) {
      throw new RegionException(
          RegionException.Reason.READ_ONLY, "the region is attached for reading only; attach it with READ_WRITE to store to it");
    }
  }

  void requireCurrent() {
    if (thread != Thread.currentThread()) {
      throw staleOrForeign();
    }
  }

  /** Where a range lies in the pool. */
  long at(long offset, long length) {
    if (thread != Thread.currentThread()) {
      throw staleOrForeign();
    }
    if (offset < 0 || length < 0 || offset > lengthBytes - length) {
      throw new IndexOutOfBoundsException(
          "bytes [" + offset + ", +" + length + ") are outside the region's " + lengthBytes + " bytes");
    }
    return base + offset;
  }

  /** Where a number lies in the pool that may now be stored. */
  long atForWrite(long offset, int length) {
    long at = base + offset;
    // What is prepared lies inside the region, so this is the check of the bounds, too.
    if (at < preparedFrom || at > preparedTo - length || thread != Thread.currentThread()) {
      return atForFirstWrite(offset, length);
    }
    return at;
  }

  private long atForFirstWrite(long offset, int length) {
    long at = at(offset, length);
    // The line may be ready since a time in this epoch when the region could be stored to.
    requireWritable();
    if (!epoch.isPrepared(at, length)) {
      prepare(at, length);
    }
    return at;
  }

  /** Where a range lies in the pool that may now be stored to. */
  long rangeForWrite(long offset, long length) {
    long at = at(offset, length);
    if (at < preparedFrom || at > preparedTo - length) {
      prepare(at, length);
    }
    return at;
  }

  private void prepare(long at, long length) {
    requireWritable();
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
    Thread owner = thread;
    // The other half of the fence in doom.
    VarHandle.acquireFence();
    if (overdue) {
      return RegionException.overdue();
    }
    return new RegionException(
        RegionException.Reason.STALE_VIEW,
        owner == null
            ? "this view is over: its turn has ended, or its region was detached or resized; take a new one from the turn"
            : "this view belongs to thread " + owner + ", which runs the turn; " + Thread.currentThread() + " may not use it");
  }
}
