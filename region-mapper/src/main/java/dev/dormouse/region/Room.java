package dev.dormouse.region;

/** The addresses of one map: what covers them, what lies beside a hole, where there is room. */
final class Room {
  private static final long UNIT = 4096;

  private final RegionMap map;
  private final RegionTable table;
  private final int[] entries;

  Room(RegionMap map) {
    this.map = map;
    this.table = map.space().table;
    this.entries = map.space().entriesOf(map.number());
  }

  private String nameOf(RegionEntry entry) {
    return map.space().names.text(entry.nameSymbol());
  }

  /** The index of the entry that covers an address. */
  int covering(long address) {
    RegionEntry before = null;
    RegionEntry after = null;
    for (int index : entries) {
      RegionEntry entry = table.get(index);
      if (entry.overlaps(address, 1)) {
        return index;
      }
      if (entry.address() < address) {
        before = before == null || entry.address() > before.address() ? entry : before;
      } else {
        after = after == null || entry.address() < after.address() ? entry : after;
      }
    }
    throw new RegionException(
        RegionException.Reason.NOT_ATTACHED,
        "no region covers address " + address + ": "
            + (before == null ? "nothing lies before it" : nameOf(before) + " ends at " + (before.address() + before.lengthBytes()))
            + ", "
            + (after == null ? "nothing behind it" : nameOf(after) + " begins at " + after.address()));
  }

  /** An address for a new region, which was asked for or is free. */
  long placeFor(String name, long address, long lengthBytes) {
    if (address == RegionMap.ANY_ADDRESS && lengthBytes <= map.limit()) {
      return freeAddress(name, lengthBytes);
    }
    check(name, address, lengthBytes, -1);
    return address;
  }

  /** Throws if a region cannot be there; the entry {@code except} is the region itself. */
  void check(String name, long address, long lengthBytes, int except) {
    long limit = map.limit();
    if (address < 0 || address > limit - lengthBytes) {
      throw new RegionException(
          RegionException.Reason.INVALID_RANGE,
          "region " + name + " at [" + address + ", +" + lengthBytes + ") is outside the addresses [0, "
              + (limit == RegionMap.ADDRESS_LIMIT ? "2^62" : Long.toString(limit)) + ")");
    }
    for (int index : entries) {
      RegionEntry entry = table.get(index);
      if (index != except && entry.overlaps(address, lengthBytes)) {
        throw new RegionException(
            RegionException.Reason.OVERLAP,
            "region " + name + " at [" + address + ", +" + lengthBytes + ") overlaps " + nameOf(entry) + " at [" + entry.address() + ", +"
                + entry.lengthBytes() + ")");
      }
    }
  }

  /** Throws if this map, the dataspace of that name, cannot have so few addresses. */
  void checkHolds(String name, long lengthBytes) {
    for (int index : entries) {
      RegionEntry entry = table.get(index);
      if (entry.address() > lengthBytes - entry.lengthBytes()) {
        throw new RegionException(
            RegionException.Reason.INVALID_RANGE,
            "dataspace " + name + " of " + lengthBytes + " bytes: region " + nameOf(entry) + " in it ends at "
                + (entry.address() + entry.lengthBytes()) + "; detach or resize that first");
      }
    }
  }

  /** Behind all regions; where the addresses end before, at the start or behind the first region that has room behind it. */
  private long freeAddress(String name, long lengthBytes) {
    long limit = map.limit();
    long end = 0;
    for (int index : entries) {
      end = Math.max(end, behind(table.get(index)));
    }
    if (end <= limit - lengthBytes) {
      return end;
    }
    if (isFree(0, lengthBytes, limit)) {
      return 0;
    }
    for (int index : entries) {
      long at = behind(table.get(index));
      if (isFree(at, lengthBytes, limit)) {
        return at;
      }
    }
    throw new RegionException(
        RegionException.Reason.OVERLAP,
        "region " + name + " of " + lengthBytes + " bytes finds no room between the " + entries.length
            + " that are attached; detach one, or say an address");
  }

  /** With a gap of at least a unit, so that running off one region does not silently reach the next. */
  private static long behind(RegionEntry entry) {
    return (entry.address() + entry.lengthBytes() + 2 * UNIT - 1) / UNIT * UNIT;
  }

  private boolean isFree(long address, long lengthBytes, long limit) {
    boolean free = address <= limit - lengthBytes;
    for (int i = 0; free && i < entries.length; i++) {
      free = !table.get(entries[i]).overlaps(address, lengthBytes);
    }
    return free;
  }
}
