package dev.dormouse.heap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A medium in the Java heap over a {@link PoolReader}: reads come from below, writes stay here and are gone with this
 * object. It lets recovery, and everything above it, run on a pool that must not be changed. Not thread-safe.
 */
public final class OverlayMedia implements Media {
  private static final int TRANSFER_BYTES = 4096;

  private final PoolReader below;
  private final PagedMemory memory;
  private boolean closed;

  /** A medium that starts as {@code below} and is closed with it. */
  public OverlayMedia(PoolReader below) {
    this.below = below;
    this.memory = new PagedMemory(below);
  }

  @Override
  public long sizeBytes() {
    return memory.sizeBytes();
  }

  @Override
  public DurabilityClass durabilityClass() {
    return DurabilityClass.VOLATILE;
  }

  @Override
  public String describe() {
    return below.describe();
  }

  @Override
  public boolean flushes() {
    return false;
  }

  @Override
  public byte getByte(long offset) {
    return open().getByte(offset);
  }

  @Override
  public short getShort(long offset) {
    return open().getShort(offset);
  }

  @Override
  public int getInt(long offset) {
    return open().getInt(offset);
  }

  @Override
  public long getLong(long offset) {
    return open().getLong(offset);
  }

  @Override
  public long getLongAcquire(long offset) {
    return open().getLong(offset);
  }

  @Override
  public void putByte(long offset, byte value) {
    open().putByte(offset, value);
  }

  @Override
  public void putShort(long offset, short value) {
    open().putShort(offset, value);
  }

  @Override
  public void putInt(long offset, int value) {
    open().putInt(offset, value);
  }

  @Override
  public void putLong(long offset, long value) {
    open().putLong(offset, value);
  }

  @Override
  public void putLongRelease(long offset, long value) {
    open().putLong(offset, value);
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    open().read(offset, destination, index, length);
  }

  @Override
  public void read(long offset, MemorySegment destination) {
    checkRange(offset, destination.byteSize());
    byte[] transfer = new byte[TRANSFER_BYTES];
    for (long done = 0; done < destination.byteSize(); done += TRANSFER_BYTES) {
      int length = (int) Math.min(TRANSFER_BYTES, destination.byteSize() - done);
      memory.read(offset + done, transfer, 0, length);
      MemorySegment.copy(transfer, 0, destination, ValueLayout.JAVA_BYTE, done, length);
    }
  }

  @Override
  public void write(long offset, byte[] source, int index, int length) {
    open().write(offset, source, index, length);
  }

  @Override
  public void write(long offset, MemorySegment source) {
    checkRange(offset, source.byteSize());
    byte[] transfer = new byte[TRANSFER_BYTES];
    for (long done = 0; done < source.byteSize(); done += TRANSFER_BYTES) {
      int length = (int) Math.min(TRANSFER_BYTES, source.byteSize() - done);
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, done, transfer, 0, length);
      memory.write(offset + done, transfer, 0, length);
    }
  }

  @Override
  public void copy(long fromOffset, long toOffset, long length) {
    checkRange(fromOffset, length);
    checkRange(toOffset, length);
    byte[] transfer = new byte[TRANSFER_BYTES];
    boolean backwards = fromOffset < toOffset;
    long left = length;
    while (left > 0) {
      int piece = (int) Math.min(TRANSFER_BYTES, left);
      long at = backwards ? left - piece : length - left;
      memory.read(fromOffset + at, transfer, 0, piece);
      memory.write(toOffset + at, transfer, 0, piece);
      left -= piece;
    }
  }

  @Override
  public void fill(long offset, long length, byte value) {
    open().fill(offset, length, value);
  }

  @Override
  public void flush(long offset, long length) {
    checkRange(offset, length);
  }

  @Override
  public void fence() {
    open();
  }

  @Override
  public void sync() {
    open();
  }

  /** Shows every page that was written. */
  public void forEachWrittenPage(PagedMemory.PageVisitor visitor) {
    open().forEachWrittenPage(visitor);
  }

  @Override
  public void close() {
    closed = true;
    below.close();
  }

  private void checkRange(long offset, long length) {
    if (offset < 0 || length < 0 || offset > open().sizeBytes() - length) {
      throw new IndexOutOfBoundsException(
          describe() + ": bytes [" + offset + ", +" + length + ") are outside its " + sizeBytes() + " bytes");
    }
  }

  private PagedMemory open() {
    if (closed) {
      throw new IllegalStateException(describe() + " is closed");
    }
    return memory;
  }
}
