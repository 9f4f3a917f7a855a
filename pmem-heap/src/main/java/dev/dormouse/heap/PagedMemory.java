package dev.dormouse.heap;

import java.util.Arrays;
import java.util.Objects;

/**
 * Bytes over a {@link PoolReader} in pages that are copied when they are first touched: what is read comes from below,
 * what is written stays here. Clean pages are kept in a bounded cache, written pages for as long as this object lives.
 * Addresses are checked like those of {@link Media}. Not thread-safe.
 */
public final class PagedMemory {
  /** The unit that is copied, in bytes. */
  public static final int PAGE_BYTES = 4096;

  private static final int PAGE_SHIFT = 12;
  private static final int PAGE_WORDS = PAGE_BYTES / Long.BYTES;
  private static final int LEAF_SHIFT = 9;
  private static final int MOST_CLEAN_PAGES = 4096;

  private final PoolReader below;
  private final long sizeBytes;
  private final long[][][] written;
  private final long[][] clean;
  private final long[] cleanNumbers;
  private final byte[] transfer = new byte[PAGE_BYTES];

  /** A memory that shows all of {@code below}, which must not change while this object is in use. */
  public PagedMemory(PoolReader below) {
    this.below = below;
    this.sizeBytes = below.sizeBytes();
    long pages = (sizeBytes + PAGE_BYTES - 1) >>> PAGE_SHIFT;
    this.written = new long[Math.toIntExact((pages + (1 << LEAF_SHIFT) - 1) >>> LEAF_SHIFT)][][];
    int slots = pages >= MOST_CLEAN_PAGES ? MOST_CLEAN_PAGES : Math.max(1, Integer.highestOneBit((int) pages) << 1);
    this.clean = new long[slots][];
    this.cleanNumbers = new long[slots];
    Arrays.fill(cleanNumbers, -1);
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  public byte getByte(long offset) {
    check(offset, 1);
    return (byte) (wordOf(offset) >>> shiftOf(offset));
  }

  public long getLong(long offset) {
    check(offset, Long.BYTES);
    return getBits(offset, Long.BYTES);
  }

  public int getInt(long offset) {
    check(offset, Integer.BYTES);
    return (int) getBits(offset, Integer.BYTES);
  }

  public short getShort(long offset) {
    check(offset, Short.BYTES);
    return (short) getBits(offset, Short.BYTES);
  }

  public void putByte(long offset, byte value) {
    check(offset, 1);
    putBits(offset, value, 1);
  }

  public void putShort(long offset, short value) {
    check(offset, Short.BYTES);
    putBits(offset, value, Short.BYTES);
  }

  public void putInt(long offset, int value) {
    check(offset, Integer.BYTES);
    putBits(offset, value, Integer.BYTES);
  }

  public void putLong(long offset, long value) {
    check(offset, Long.BYTES);
    putBits(offset, value, Long.BYTES);
  }

  public void read(long offset, byte[] destination, int index, int length) {
    check(offset, length);
    Objects.checkFromIndexSize(index, length, destination.length);
    int at = index;
    long from = offset;
    long end = offset + length;
    while (from < end) {
      int left = (int) Math.min(end - from, Long.BYTES - (from & 7));
      long bits = wordOf(from) >>> shiftOf(from);
      for (int i = 0; i < left; i++) {
        destination[at++] = (byte) bits;
        bits >>>= 8;
      }
      from += left;
    }
  }

  public void write(long offset, byte[] source, int index, int length) {
    check(offset, length);
    Objects.checkFromIndexSize(index, length, source.length);
    int at = index;
    long to = offset;
    long end = offset + length;
    while (to < end) {
      int left = (int) Math.min(end - to, Long.BYTES - (to & 7));
      long bits = 0;
      for (int i = 0; i < left; i++) {
        bits |= (source[at++] & 0xffL) << (8 * i);
      }
      putBits(to, bits, left);
      to += left;
    }
  }

  public void fill(long offset, long length, byte value) {
    check(offset, length);
    long all = (value & 0xffL) * 0x0101010101010101L;
    long to = offset;
    long end = offset + length;
    while (to < end) {
      int left = (int) Math.min(end - to, Long.BYTES - (to & 7));
      putBits(to, all, left);
      to += left;
    }
  }

  /** The aligned word number {@code index}, which has a byte in the pool; zeros are what lies beyond its end. */
  public long word(long index) {
    check(index << 3, 1);
    return wordOf(index << 3);
  }

  /** Writes the aligned word number {@code index}, which has a byte in the pool. */
  public void setWord(long index, long value) {
    check(index << 3, 1);
    merge(index << 3, -1, value);
  }

  /** Sees pages. */
  @FunctionalInterface
  public interface PageVisitor {
    /** A page that was written, as it is now; the last one may be shorter than the others. */
    void page(long offset, byte[] bytes);
  }

  /** Shows every page that was written, in the order in which they lie. */
  public void forEachWrittenPage(PageVisitor visitor) {
    for (int leaf = 0; leaf < written.length; leaf++) {
      for (int i = 0; written[leaf] != null && i < written[leaf].length; i++) {
        if (written[leaf][i] != null) {
          long offset = (((long) leaf << LEAF_SHIFT) + i) << PAGE_SHIFT;
          byte[] bytes = new byte[(int) Math.min(PAGE_BYTES, sizeBytes - offset)];
          read(offset, bytes, 0, bytes.length);
          visitor.page(offset, bytes);
        }
      }
    }
  }

  private void check(long offset, long length) {
    if (offset < 0 || length < 0 || offset > sizeBytes - length) {
      throw new IndexOutOfBoundsException(
          below.describe() + ": bytes [" + offset + ", +" + length + ") are outside its " + sizeBytes + " bytes");
    }
  }

  private static int shiftOf(long offset) {
    return (int) (offset & 7) * 8;
  }

  private long wordOf(long offset) {
    return pageToRead(offset >>> PAGE_SHIFT)[(int) (offset >>> 3) & (PAGE_WORDS - 1)];
  }

  private long getBits(long offset, int bytes) {
    int shift = shiftOf(offset);
    long low = wordOf(offset) >>> shift;
    return shift + bytes * 8 > Long.SIZE ? low | wordOf(offset + bytes - 1) << (Long.SIZE - shift) : low;
  }

  private void putBits(long offset, long bits, int bytes) {
    int shift = shiftOf(offset);
    long mask = bytes == Long.BYTES ? -1L : (1L << (bytes * 8)) - 1;
    merge(offset, mask << shift, bits << shift);
    if (shift + bytes * 8 > Long.SIZE) {
      merge(offset + bytes - 1, mask >>> (Long.SIZE - shift), bits >>> (Long.SIZE - shift));
    }
  }

  private void merge(long offset, long mask, long bits) {
    long[] page = pageToWrite(offset >>> PAGE_SHIFT);
    int word = (int) (offset >>> 3) & (PAGE_WORDS - 1);
    page[word] = (page[word] & ~mask) | (bits & mask);
  }

  private long[] pageToRead(long number) {
    long[][] leaf = written[(int) (number >>> LEAF_SHIFT)];
    if (leaf != null) {
      long[] page = leaf[(int) number & ((1 << LEAF_SHIFT) - 1)];
      if (page != null) {
        return page;
      }
    }
    int slot = (int) number & (clean.length - 1);
    if (cleanNumbers[slot] != number) {
      if (clean[slot] == null) {
        clean[slot] = new long[PAGE_WORDS];
      }
      cleanNumbers[slot] = -1;
      load(number, clean[slot]);
      cleanNumbers[slot] = number;
    }
    return clean[slot];
  }

  private long[] pageToWrite(long number) {
    long[][] leaf = written[(int) (number >>> LEAF_SHIFT)];
    if (leaf == null) {
      leaf = new long[1 << LEAF_SHIFT][];
      written[(int) (number >>> LEAF_SHIFT)] = leaf;
    }
    int index = (int) number & ((1 << LEAF_SHIFT) - 1);
    if (leaf[index] == null) {
      leaf[index] = pageToRead(number).clone();
    }
    return leaf[index];
  }

  private void load(long number, long[] page) {
    long offset = number << PAGE_SHIFT;
    int length = (int) Math.min(PAGE_BYTES, sizeBytes - offset);
    Arrays.fill(transfer, length, PAGE_BYTES, (byte) 0);
    below.read(offset, transfer, 0, length);
    for (int i = 0; i < PAGE_WORDS; i++) {
      page[i] = Bytes.getLong(transfer, i * Long.BYTES);
    }
  }
}
