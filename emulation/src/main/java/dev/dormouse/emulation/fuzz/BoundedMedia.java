package dev.dormouse.emulation.fuzz;

import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.heap.Media;
import java.lang.foreign.MemorySegment;

/**
 * Another medium that bears only so many accesses: a reader that is led in a circle ends with an error that names the place, and
 * not never. As strict about words that are read for their order as mapped memory is. Threads: one.
 */
public final class BoundedMedia extends HookedMedia {
  private long left;

  /** Shows {@code media} for that many loads, stores, flushes and fences. */
  public BoundedMedia(Media media, long accesses) {
    super(media);
    left = accesses;
  }

  @Override
  protected void before() {
    if (left-- <= 0) {
      throw new AssertionError("more accesses than any reader needs: it is led in a circle");
    }
  }

  private static void requireAligned(long offset) {
    if (offset % Long.BYTES != 0) {
      throw new AssertionError("a word at " + offset + " is loaded or stored for its order, and is not aligned: mapped memory throws");
    }
  }

  @Override
  public byte getByte(long offset) {
    before();
    return super.getByte(offset);
  }

  @Override
  public short getShort(long offset) {
    before();
    return super.getShort(offset);
  }

  @Override
  public int getInt(long offset) {
    before();
    return super.getInt(offset);
  }

  @Override
  public long getLong(long offset) {
    before();
    return super.getLong(offset);
  }

  @Override
  public long getLongAcquire(long offset) {
    before();
    requireAligned(offset);
    return super.getLongAcquire(offset);
  }

  @Override
  public void putLongRelease(long offset, long value) {
    requireAligned(offset);
    super.putLongRelease(offset, value);
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    before();
    super.read(offset, destination, index, length);
  }

  @Override
  public void read(long offset, MemorySegment destination) {
    before();
    super.read(offset, destination);
  }
}
