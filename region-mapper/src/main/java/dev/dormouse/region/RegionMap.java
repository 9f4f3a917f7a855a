package dev.dormouse.region;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;

/**
 * A component's address space during one epoch: regions are attached, detached, resized and looked up by name or address.
 * Every change is part of the epoch. For the thread that runs it.
 *
 * <p>Addresses are the component's own, from 0 to 2^62, in bytes; they have nothing to do with where the bytes lie. A name
 * is attached once at a time, and no two regions share an address.
 */
public final class RegionMap {
  /** Attach wherever there is room. */
  public static final long ANY_ADDRESS = -1;

  /** Addresses end here. */
  public static final long ADDRESS_LIMIT = 1L << 62;

  private static final long ADDRESS_UNIT = 4096;

  private final Media media;
  private final Epoch epoch;
  private final Holder holder;
  private final RegionTable table;
  private final long quotaBytes;

  /**
   * @param quotaBytes how many bytes all regions together may hold
   */
  public RegionMap(Media media, Epoch epoch, Holder holder, RegionTable table, long quotaBytes) {
    this.media = media;
    this.epoch = epoch;
    this.holder = holder;
    this.table = table;
    this.quotaBytes = quotaBytes;
  }

  /**
   * Attaches a new region of zeros.
   *
   * @param nameSymbol the name's symbol
   * @param name the name, for messages
   * @param address where, or {@link #ANY_ADDRESS}
   * @throws RegionException {@code INVALID_RANGE}, {@code OVERLAP} or {@code QUOTA_EXCEEDED}
   * @throws dev.dormouse.heap.PoolFull if the pool has no such extent
   */
  public void attach(int nameSymbol, String name, long lengthBytes, long address, RegionRights rights) {
    if (indexOf(nameSymbol) >= 0) {
      throw new RegionException(
          RegionException.Reason.OVERLAP, "a region named " + name + " is attached already; detach it first, or choose another name");
    }
    checkLength(name, lengthBytes);
    checkQuota(name, lengthBytes);
    long at = address == ANY_ADDRESS ? freeAddress(lengthBytes) : address;
    checkAddresses(name, at, lengthBytes, -1);
    Extent extent = epoch.allocate(lengthBytes, holder.birth());
    epoch.whole(() -> table.add(new RegionEntry(nameSymbol, rights, at, extent.offset(), lengthBytes)));
  }

  /** Detaches a region; its bytes are released with the commit. */
  public void detach(int nameSymbol, String name) {
    int index = attachedIndex(nameSymbol, name);
    epoch.whole(
        () -> {
          free(table.get(index));
          table.remove(index);
        });
  }

  /**
   * Makes a region longer or shorter, at the same address. What it gains reads as zeros. The bytes may move in the pool.
   *
   * @throws RegionException {@code NOT_ATTACHED}, {@code INVALID_RANGE}, {@code OVERLAP} or {@code QUOTA_EXCEEDED}
   * @throws dev.dormouse.heap.PoolFull if the pool has no such extent
   */
  public void resize(int nameSymbol, String name, long lengthBytes) {
    int index = attachedIndex(nameSymbol, name);
    RegionEntry old = table.get(index);
    checkLength(name, lengthBytes);
    checkQuota(name, lengthBytes - old.lengthBytes());
    checkAddresses(name, old.address(), lengthBytes, index);
    Extent extent = epoch.allocate(lengthBytes, holder.birth());
    epoch.whole(
        () -> {
          media.copy(old.extentOffset(), extent.offset(), Math.min(lengthBytes, old.lengthBytes()));
          free(old);
          table.set(index, new RegionEntry(nameSymbol, old.rights(), old.address(), extent.offset(), lengthBytes));
        });
  }

  /** Changes what the component may do with a region from the next view on. */
  public void protect(int nameSymbol, String name, RegionRights rights) {
    int index = attachedIndex(nameSymbol, name);
    RegionEntry old = table.get(index);
    epoch.whole(
        () -> table.set(index, new RegionEntry(nameSymbol, rights, old.address(), old.extentOffset(), old.lengthBytes())));
  }

  /** The index of a region by name, or -1. */
  public int indexOf(int nameSymbol) {
    for (int i = 0; i < table.count(); i++) {
      if (table.get(i).nameSymbol() == nameSymbol) {
        return i;
      }
    }
    return -1;
  }

  /** The index of the region that covers an address, or -1. */
  public int indexAt(long address) {
    for (int i = 0; i < table.count(); i++) {
      if (table.get(i).overlaps(address, 1)) {
        return i;
      }
    }
    return -1;
  }

  private void free(RegionEntry entry) {
    epoch.free(epoch.extentOf(entry.extentOffset()), holder.birth());
  }

  private int attachedIndex(int nameSymbol, String name) {
    int index = indexOf(nameSymbol);
    if (index < 0) {
      throw new RegionException(RegionException.Reason.NOT_ATTACHED, "no region named " + name + " is attached");
    }
    return index;
  }

  private static void checkLength(String name, long lengthBytes) {
    if (lengthBytes <= 0 || lengthBytes > ADDRESS_LIMIT) {
      throw new RegionException(
          RegionException.Reason.INVALID_RANGE, "region " + name + " of " + lengthBytes + " bytes: at least 1 expected");
    }
  }

  private void checkQuota(String name, long moreBytes) {
    long held = 0;
    for (int i = 0; i < table.count(); i++) {
      held += table.get(i).lengthBytes();
    }
    if (moreBytes > 0 && moreBytes > quotaBytes - held) {
      throw new RegionException(
          RegionException.Reason.QUOTA_EXCEEDED,
          "region " + name + " needs " + moreBytes + " bytes more; " + held + " of the quota of " + quotaBytes
              + " are held, detach a region or raise the quota");
    }
  }

  private void checkAddresses(String name, long address, long lengthBytes, int except) {
    if (address < 0 || address > ADDRESS_LIMIT - lengthBytes) {
      throw new RegionException(
          RegionException.Reason.INVALID_RANGE,
          "region " + name + " at [" + address + ", +" + lengthBytes + ") is outside the address space [0, 2^62)");
    }
    for (int i = 0; i < table.count(); i++) {
      if (i != except && table.get(i).overlaps(address, lengthBytes)) {
        throw new RegionException(
            RegionException.Reason.OVERLAP,
            "region " + name + " at [" + address + ", +" + lengthBytes + ") overlaps the one at ["
                + table.get(i).address() + ", +" + table.get(i).lengthBytes() + ")");
      }
    }
  }

  /** Behind all regions; where the address space ends before, behind the first one that has room behind it. */
  private long freeAddress(long lengthBytes) {
    long end = 0;
    for (int i = 0; i < table.count(); i++) {
      end = Math.max(end, behind(table.get(i)));
    }
    if (end <= ADDRESS_LIMIT - lengthBytes || isFree(0, lengthBytes)) {
      return end <= ADDRESS_LIMIT - lengthBytes ? end : 0;
    }
    for (int i = 0; i < table.count(); i++) {
      if (isFree(behind(table.get(i)), lengthBytes)) {
        return behind(table.get(i));
      }
    }
    // There is none: the caller's check says so.
    return end;
  }

  /** With a gap of at least a unit, so that running off one region does not silently reach the next. */
  private static long behind(RegionEntry entry) {
    return (entry.address() + entry.lengthBytes() + 2 * ADDRESS_UNIT - 1) / ADDRESS_UNIT * ADDRESS_UNIT;
  }

  private boolean isFree(long address, long lengthBytes) {
    boolean free = address <= ADDRESS_LIMIT - lengthBytes;
    for (int i = 0; free && i < table.count(); i++) {
      free = !table.get(i).overlaps(address, lengthBytes);
    }
    return free;
  }
}
