package dev.dormouse.region;

import dev.dormouse.heap.Bytes;

/**
 * An attached region as it is stored.
 *
 * @param nameSymbol the name, as a number of the pool's symbol table
 * @param address where it begins in the component's address space
 * @param extentOffset where its bytes lie in the pool
 * @param lengthBytes how many there are
 */
public record RegionEntry(int nameSymbol, RegionRights rights, long address, long extentOffset, long lengthBytes) {
  /** Decodes the entry at {@code index}; null if its rights are none that exist. */
  public static RegionEntry read(byte[] bytes, int index) {
    RegionRights rights = RegionRights.ofCode(Bytes.getShort(bytes, index + RegionLayout.RIGHTS));
    if (rights == null) {
      return null;
    }
    return new RegionEntry(
        Bytes.getInt(bytes, index + RegionLayout.NAME_SYMBOL),
        rights,
        Bytes.getLong(bytes, index + RegionLayout.ADDRESS),
        Bytes.getLong(bytes, index + RegionLayout.EXTENT_OFFSET),
        Bytes.getLong(bytes, index + RegionLayout.LENGTH_BYTES));
  }

  /** Encodes this entry at {@code index}. */
  public void write(byte[] bytes, int index) {
    Bytes.putInt(bytes, index + RegionLayout.NAME_SYMBOL, nameSymbol);
    Bytes.putInt(bytes, index + RegionLayout.RIGHTS, rights.code());
    Bytes.putLong(bytes, index + RegionLayout.ADDRESS, address);
    Bytes.putLong(bytes, index + RegionLayout.EXTENT_OFFSET, extentOffset);
    Bytes.putLong(bytes, index + RegionLayout.LENGTH_BYTES, lengthBytes);
  }

  /** Whether {@code [start, start + length)} and this region share an address. Does not overflow. */
  public boolean overlaps(long start, long length) {
    long gap = start < address ? address - start : start - address;
    // A gap that overflows is longer than any region.
    return gap >= 0 && (start < address ? length : lengthBytes) > gap;
  }
}
