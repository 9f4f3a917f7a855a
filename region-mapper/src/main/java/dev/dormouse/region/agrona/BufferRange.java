package dev.dormouse.region.agrona;

import dev.dormouse.region.Region;
import dev.dormouse.region.RegionException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/** The range of a region that a buffer stands for: its bounds, its alignment, and what is refused because it needs an address. */
abstract sealed class BufferRange implements AtomicBuffer permits BufferNumbers {
  static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

  private Region region;
  private long start;
  private int capacity;

  BufferRange(Region region, long start, int capacity) {
    this.region = region;
    this.start = start;
    this.capacity = capacity;
  }

  /** The range as it may be given to a constructor or to {@link #wrap(Region, long, int)}. */
  static int checked(Region region, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, region.lengthBytes());
    if (length > MAX_CAPACITY) {
      throw new RegionException(
          RegionException.Reason.INVALID_RANGE,
          "a buffer over " + length + " bytes of a region: Agrona's indices end at " + MAX_CAPACITY + "; wrap a part of it by offset and length");
    }
    return (int) length;
  }

  /**
   * Makes this buffer stand for all of a region, usually the one that a new turn has taken. What was built over the buffer and
   * keeps nothing on the Java heap, such as Agrona's ring buffers, goes on in the new turn. Allocates nothing.
   *
   * @throws RegionException {@code INVALID_RANGE} if the region is longer than a buffer can be
   */
  public final void wrap(Region wrapped) {
    wrap(wrapped, 0, checked(wrapped, 0, wrapped.lengthBytes()));
  }

  /**
   * Makes this buffer stand for a part of a region.
   *
   * @param offset where it begins, in bytes from the region's start
   * @param length its capacity in bytes
   * @throws IndexOutOfBoundsException if the part is not inside the region
   */
  public final void wrap(Region wrapped, long offset, int length) {
    capacity = checked(wrapped, offset, length);
    region = wrapped;
    start = offset;
  }

  /**
   * Makes this buffer stand for the bytes of another one over a region.
   *
   * @throws UnsupportedOperationException for any other buffer: its bytes are none of a region's; copy them by {@link #putBytes}
   */
  @Override
  public final void wrap(DirectBuffer buffer) {
    wrap(buffer, 0, buffer.capacity());
  }

  /**
   * Makes this buffer stand for a part of another one over a region.
   *
   * @throws UnsupportedOperationException for any other buffer: its bytes are none of a region's; copy them by {@link #putBytes}
   * @throws IndexOutOfBoundsException if the part is not inside the buffer
   */
  @Override
  public final void wrap(DirectBuffer buffer, int offset, int length) {
    if (!(buffer instanceof BufferRange other)) {
      throw notOfARegion(buffer.getClass().getSimpleName());
    }
    long from = other.at(offset, length);
    region = other.region;
    start = from;
    capacity = length;
  }

  /** Refused: an array is not part of a region. */
  @Override
  public final void wrap(byte[] buffer) {
    throw notOfARegion("byte[]");
  }

  /** Refused: an array is not part of a region. */
  @Override
  public final void wrap(byte[] buffer, int offset, int length) {
    throw notOfARegion("byte[]");
  }

  /** Refused: a byte buffer is not part of a region. */
  @Override
  public final void wrap(ByteBuffer buffer) {
    throw notOfARegion("ByteBuffer");
  }

  /** Refused: a byte buffer is not part of a region. */
  @Override
  public final void wrap(ByteBuffer buffer, int offset, int length) {
    throw notOfARegion("ByteBuffer");
  }

  /** Refused: behind an address there are no bounds and no undo. */
  @Override
  public final void wrap(long address, int length) {
    throw notOfARegion("address");
  }

  private static UnsupportedOperationException notOfARegion(String what) {
    return new UnsupportedOperationException(
        "a RegionBuffer stands for bytes of a region, and wraps a Region or another RegionBuffer, not a " + what
            + "; use an UnsafeBuffer for that, and copy between them by this buffer's getBytes and putBytes");
  }

  /**
   * Refused. Whoever asks for an address goes past the bounds, the turn and the undo log: nothing was read or stored.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public final long addressOffset() {
    throw new UnsupportedOperationException(
        "the address of a region's bytes was asked for, and is not given away: they move, and stores to them must be undone with"
            + " the turn; copy by getBytes and putBytes of the RegionBuffer itself, use RegionCounters for AtomicCounter and"
            + " Position, and throw an UnsafeBuffer away whose wrap ended here, because it has this buffer's capacity already");
  }

  /** Null: there is no array. Whoever goes on to {@link #addressOffset} meets its exception. */
  @Override
  public final byte[] byteArray() {
    return null;
  }

  /** Null: there is no byte buffer. */
  @Override
  public final ByteBuffer byteBuffer() {
    return null;
  }

  /** 0: there is neither an array nor a byte buffer to be adjusted to. */
  @Override
  public final int wrapAdjustment() {
    return 0;
  }

  /** The length in bytes. */
  @Override
  public final int capacity() {
    return capacity;
  }

  /** False: a region is resized by its component, and taken anew afterwards. */
  @Override
  public final boolean isExpandable() {
    return false;
  }

  @Override
  public final void checkLimit(int limit) {
    if (limit > capacity) {
      throw new IndexOutOfBoundsException("limit " + limit + " is beyond the buffer's " + capacity + " bytes");
    }
  }

  @Override
  public final void boundsCheck(int index, int length) {
    at(index, length);
  }

  /** Regions begin at a line of 64 bytes, so it is the offset in the region that counts. */
  @Override
  public final void verifyAlignment() {
    if (start % ALIGNMENT != 0) {
      throw new IllegalStateException(
          "the buffer begins at offset " + start + " of its region, which is not divisible by " + ALIGNMENT
              + "; values that are to be stored whole need it");
    }
  }

  final Region region() {
    return region;
  }

  /** The offset in the region of a range that lies in this buffer; whatever {@code agrona.disable.bounds.checks} says. */
  final long at(int index, int length) {
    Objects.checkFromIndexSize(index, length, capacity);
    return start + index;
  }

  @Override
  public final String toString() {
    return "RegionBuffer[offset=" + start + ", capacity=" + capacity + "]";
  }
}
