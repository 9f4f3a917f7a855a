package dev.dormouse.region.agrona;

import dev.dormouse.region.Region;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Copies of ranges of bytes, and fills. Between a region and a buffer of Agrona or a byte buffer they go through an array on
 * the Java heap, a piece at a time, in both directions: so neither side sees an address of the other.
 */
abstract sealed class BufferBytes extends BufferNumbers permits BufferText {
  private static final int LONGEST_PIECE_BYTES = 4096;
  private static final int SHORTEST_PIECE_BYTES = 64;
  private static final byte[] NONE = {};

  // Made at the first copy that needs it, and kept.
  private byte[] piece = NONE;

  BufferBytes(Region region, long start, int capacity) {
    super(region, start, capacity);
  }

  @Override
  public final void setMemory(int index, int length, byte value) {
    region().fill(at(index, length), length, value);
  }

  @Override
  public final void getBytes(int index, byte[] destination) {
    region().get(at(index, destination.length), destination, 0, destination.length);
  }

  @Override
  public final void getBytes(int index, byte[] destination, int offset, int length) {
    long at = at(index, length);
    Objects.checkFromIndexSize(offset, length, destination.length);
    region().get(at, destination, offset, length);
  }

  /** Works for every destination, over a region or not. */
  @Override
  public final void getBytes(int index, MutableDirectBuffer destination, int destinationIndex, int length) {
    if (destination instanceof BufferBytes other) {
      other.putBytes(destinationIndex, this, index, length);
      return;
    }
    long at = at(index, length);
    if (!destination.isExpandable()) {
      destination.boundsCheck(destinationIndex, length);
    }
    byte[] bytes = pieceFor(length);
    // The last piece first, so that a destination that grows does so once; it grows up to an empty range, too.
    int end = length;
    do {
      int count = Math.min(end, bytes.length);
      end -= count;
      region().get(at + end, bytes, 0, count);
      destination.putBytes(destinationIndex + end, bytes, 0, count);
    } while (end > 0);
  }

  @Override
  public final void getBytes(int index, ByteBuffer destination, int length) {
    int position = destination.position();
    requireUpToLimit(destination, index, length);
    getBytes(index, destination, position, length);
    destination.position(position + length);
  }

  /** As in Agrona, the destination's capacity counts, not its limit; unlike there, one that is read-only stays as it is. */
  @Override
  public final void getBytes(int index, ByteBuffer destination, int destinationOffset, int length) {
    long at = at(index, length);
    Objects.checkFromIndexSize(destinationOffset, length, destination.capacity());
    byte[] bytes = pieceFor(length);
    int limit = raiseLimit(destination, destinationOffset + length);
    try {
      for (int done = 0; done < length; done += bytes.length) {
        int count = Math.min(length - done, bytes.length);
        region().get(at + done, bytes, 0, count);
        destination.put(destinationOffset + done, bytes, 0, count);
      }
    } finally {
      lowerLimit(destination, limit);
    }
  }

  @Override
  public final void putBytes(int index, byte[] source) {
    region().put(at(index, source.length), source, 0, source.length);
  }

  @Override
  public final void putBytes(int index, byte[] source, int offset, int length) {
    region().put(at(index, length), source, offset, length);
  }

  @Override
  public final void putBytes(int index, ByteBuffer source, int length) {
    int position = source.position();
    requireUpToLimit(source, index, length);
    putBytes(index, source, position, length);
    source.position(position + length);
  }

  /** As in Agrona, the source's capacity counts, not its limit. */
  @Override
  public final void putBytes(int index, ByteBuffer source, int sourceIndex, int length) {
    long at = at(index, length);
    Objects.checkFromIndexSize(sourceIndex, length, source.capacity());
    region().prepareWrite(at, length);
    byte[] bytes = pieceFor(length);
    int limit = raiseLimit(source, sourceIndex + length);
    try {
      for (int done = 0; done < length; done += bytes.length) {
        int count = Math.min(length - done, bytes.length);
        source.get(sourceIndex + done, bytes, 0, count);
        region().put(at + done, bytes, 0, count);
      }
    } finally {
      lowerLimit(source, limit);
    }
  }

  /**
   * Works for every source, over a region or not. Ranges of one region may overlap.
   *
   * @throws IllegalArgumentException if the source is over a region of another store
   */
  @Override
  public final void putBytes(int index, DirectBuffer source, int sourceIndex, int length) {
    long at = at(index, length);
    if (source instanceof BufferBytes other) {
      other.region().copy(other.at(sourceIndex, length), region(), at, length);
      return;
    }
    source.boundsCheck(sourceIndex, length);
    region().prepareWrite(at, length);
    byte[] bytes = pieceFor(length);
    for (int done = 0; done < length; done += bytes.length) {
      int count = Math.min(length - done, bytes.length);
      source.getBytes(sourceIndex + done, bytes, 0, count);
      region().put(at + done, bytes, 0, count);
    }
  }

  /** Otherwise the position could not be moved, which Agrona finds out when all is copied. */
  private void requireUpToLimit(ByteBuffer buffer, int index, int length) {
    at(index, length);
    Objects.checkFromIndexSize(buffer.position(), length, buffer.capacity());
    if (length > buffer.remaining()) {
      throw new IllegalArgumentException(
          length + " bytes from or to a byte buffer with " + buffer.remaining() + " before its limit; nothing was copied");
    }
  }

  /** Lets a range be reached that lies behind the limit. Only then is the buffer touched: others may read it. */
  private static int raiseLimit(ByteBuffer buffer, int end) {
    int limit = buffer.limit();
    if (end > limit) {
      buffer.limit(end);
    }
    return limit;
  }

  private static void lowerLimit(ByteBuffer buffer, int limit) {
    if (buffer.limit() != limit) {
      buffer.limit(limit);
    }
  }

  private byte[] pieceFor(int length) {
    if (piece.length < length && piece.length < LONGEST_PIECE_BYTES) {
      piece = new byte[Math.clamp(length, SHORTEST_PIECE_BYTES, LONGEST_PIECE_BYTES)];
    }
    return piece;
  }
}
