package dev.dormouse.bench;

import dev.dormouse.emulation.HookedMedia;
import dev.dormouse.heap.Media;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Another medium, with a count of the pages that were read. What is lent counts as read. For one thread. */
final class ReadCount extends HookedMedia {
  private static final int PAGE_SHIFT = 12;

  private final BitSet pages = new BitSet();

  ReadCount(Media media) {
    super(media);
  }

  /** How many different pages of 4 KiB were read since the last call. */
  int takePages() {
    int count = pages.cardinality();
    pages.clear();
    return count;
  }

  private void read(long offset, long length) {
    if (length > 0) {
      pages.set((int) (offset >>> PAGE_SHIFT), (int) ((offset + length - 1) >>> PAGE_SHIFT) + 1);
    }
  }

  @Override
  public byte getByte(long offset) {
    read(offset, Byte.BYTES);
    return super.getByte(offset);
  }

  @Override
  public short getShort(long offset) {
    read(offset, Short.BYTES);
    return super.getShort(offset);
  }

  @Override
  public int getInt(long offset) {
    read(offset, Integer.BYTES);
    return super.getInt(offset);
  }

  @Override
  public long getLong(long offset) {
    read(offset, Long.BYTES);
    return super.getLong(offset);
  }

  @Override
  public long getLongAcquire(long offset) {
    read(offset, Long.BYTES);
    return super.getLongAcquire(offset);
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    read(offset, length);
    super.read(offset, destination, index, length);
  }

  @Override
  public void read(long offset, MemorySegment destination) {
    read(offset, destination.byteSize());
    super.read(offset, destination);
  }

  @Override
  public void copy(long fromOffset, long toOffset, long length) {
    read(fromOffset, length);
    super.copy(fromOffset, toOffset, length);
  }
}
