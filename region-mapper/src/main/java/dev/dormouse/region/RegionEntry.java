package dev.dormouse.region;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Media;

/**
 * An attached region as it is stored.
 *
 * @param nameSymbol the name, as a number of the pool's symbol table
 * @param map the number of the managed dataspace it lies in; 0 for the component's root map
 * @param address where it begins in that map
 * @param extentOffset where its bytes lie in the pool; of a managed dataspace, its number
 * @param lengthBytes how many there are; of a managed dataspace, how many addresses it has
 */
public record RegionEntry(
    int nameSymbol, RegionRights rights, RegionKind kind, int map, long address, long extentOffset, long lengthBytes) {
  /** The number of the component's root map, in which every chain of maps ends. */
  public static final int ROOT = 0;

  /** The greatest number of a managed dataspace. */
  public static final int MOST_NUMBER = 0xffff;

  /** Decodes the entry at {@code index}; null if its rights or its kind are none that exist. */
  public static RegionEntry read(byte[] bytes, int index) {
    RegionRights rights = RegionRights.ofCode(bytes[index + RegionLayout.RIGHTS]);
    RegionKind kind = RegionKind.ofCode(bytes[index + RegionLayout.KIND]);
    if (rights == null || kind == null) {
      return null;
    }
    return new RegionEntry(
        Bytes.getInt(bytes, index + RegionLayout.NAME_SYMBOL),
        rights,
        kind,
        Bytes.getShort(bytes, index + RegionLayout.MAP) & MOST_NUMBER,
        Bytes.getLong(bytes, index + RegionLayout.ADDRESS),
        Bytes.getLong(bytes, index + RegionLayout.EXTENT_OFFSET),
        Bytes.getLong(bytes, index + RegionLayout.LENGTH_BYTES));
  }

  /** Encodes this entry at {@code index}. */
  public void write(byte[] bytes, int index) {
    Bytes.putInt(bytes, index + RegionLayout.NAME_SYMBOL, nameSymbol);
    bytes[index + RegionLayout.RIGHTS] = (byte) rights.code();
    bytes[index + RegionLayout.KIND] = (byte) kind.code();
    Bytes.putShort(bytes, index + RegionLayout.MAP, (short) map);
    Bytes.putLong(bytes, index + RegionLayout.ADDRESS, address);
    Bytes.putLong(bytes, index + RegionLayout.EXTENT_OFFSET, extentOffset);
    Bytes.putLong(bytes, index + RegionLayout.LENGTH_BYTES, lengthBytes);
  }

  /** Whether this is the managed dataspace with that number. */
  public boolean isManaged(long number) {
    return kind == RegionKind.MANAGED && extentOffset == number;
  }

  RegionEntry with(RegionRights newRights) {
    return new RegionEntry(nameSymbol, newRights, kind, map, address, extentOffset, lengthBytes);
  }

  /** The same region with its bytes elsewhere, or another number of them. */
  public RegionEntry with(long newExtentOffset, long newLengthBytes) {
    return new RegionEntry(nameSymbol, rights, kind, map, address, newExtentOffset, newLengthBytes);
  }

  /** Whether {@code [start, start + length)} and this region share an address. Does not overflow. */
  public boolean overlaps(long start, long length) {
    long gap = start < address ? address - start : start - address;
    // A gap that overflows is longer than any region.
    return gap >= 0 && (start < address ? length : lengthBytes) > gap;
  }

  /** Whether bytes of a region can lie there. What a record says is believed only so far. */
  public static boolean liesIn(Media media, long offset, long lengthBytes) {
    return offset > 0 && lengthBytes > 0 && offset <= media.sizeBytes() - lengthBytes;
  }
}
