package dev.dormouse.region;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolFull;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Addresses, and what a component has attached to them: regions of its own, windows into dataspaces that it shares with
 * others for reading, and <em>managed dataspaces</em>, which are region maps themselves. Every change is part of the turn:
 * committed with it, or undone with it.
 *
 * <p><b>Addresses</b> are the component's own, in bytes; they have nothing to do with where the bytes lie. Those of the root
 * map go from 0 to 2^62; those of a managed dataspace from 0 to its length, and all of it moves with it. A name is attached
 * once at a time in each map, and no two regions of a map share an address. What is asked for by an address is the region
 * that covers it.
 *
 * <p><b>Rights.</b> What a region's bytes may be used for is what it and all managed dataspaces around it allow.
 *
 * <p><b>Errors.</b> {@link RegionException}, before anything has changed: {@code NOT_ATTACHED}, {@code OVERLAP}, {@code
 * INVALID_RANGE}, {@code QUOTA_EXCEEDED}, {@code TOO_MANY_REGIONS}, {@code WRONG_KIND}, {@code READ_ONLY} where each method
 * says. {@link PoolFull} if the pool has no such extent, or no room for the log; where a change had begun by then, the turn
 * cannot commit. {@code STALE_VIEW} once the turn is over, or the dataspace was detached.
 *
 * <p><b>Threads.</b> The one that runs the turn.
 */
public final class RegionMap {
  /** Attach wherever there is room. */
  public static final long ANY_ADDRESS = -1;

  /** Addresses of the root map end here. */
  public static final long ADDRESS_LIMIT = 1L << 62;

  private final AddressSpace space;
  private final RegionTable table;
  private final int number;
  private boolean detached;

  RegionMap(AddressSpace space, int number) {
    this.space = space;
    this.table = space.table;
    this.number = number;
  }

  /** Attaches a new region of zeros, to be read and written, wherever there is room. */
  public void attach(String name, long lengthBytes) {
    attach(name, lengthBytes, ANY_ADDRESS, RegionRights.READ_WRITE);
  }

  /**
   * Attaches a new region of zeros.
   *
   * @param address where, or {@link #ANY_ADDRESS}
   * @throws RegionException {@code INVALID_RANGE}, {@code OVERLAP} also where any address would do and there is no room, {@code
   *     TOO_MANY_REGIONS} or {@code QUOTA_EXCEEDED}
   */
  public void attach(String name, long lengthBytes, long address, RegionRights rights) {
    checkNew(name, lengthBytes);
    checkQuota(name, lengthBytes, 0, true);
    long at = new Room(this).placeFor(name, address, lengthBytes);
    int symbol = space.names.intern(name);
    Extent extent = space.epoch.allocate(lengthBytes, space.holder.birth());
    add(new RegionEntry(symbol, rights, RegionKind.OWN, number, at, extent.offset(), lengthBytes));
  }

  /**
   * Attaches a managed dataspace: addresses of their own for regions that come and go together. It has no bytes.
   *
   * @param lengthBytes how many addresses it has
   * @param address where it begins in this map, or {@link #ANY_ADDRESS}
   * @param rights what its regions may be used for at most
   * @return its map, empty
   * @throws RegionException {@code INVALID_RANGE}, {@code OVERLAP}, {@code TOO_MANY_REGIONS}, or {@code QUOTA_EXCEEDED} where
   *     the component's table has to grow
   */
  public RegionMap attachManaged(String name, long lengthBytes, long address, RegionRights rights) {
    checkNew(name, lengthBytes);
    checkQuota(name, 0, 0, true);
    long at = new Room(this).placeFor(name, address, lengthBytes);
    int symbol = space.names.intern(name);
    int free = space.freeNumber();
    add(new RegionEntry(symbol, rights, RegionKind.MANAGED, number, at, free, lengthBytes));
    return space.map(free);
  }

  /** Attaches all of a dataspace of the store, for reading, wherever there is room. */
  public void attachShared(String name, String dataspace) {
    checkUsable();
    attachShared(name, dataspace, ANY_ADDRESS, 0, space.shared.find(dataspace).lengthBytes());
  }

  /**
   * Attaches a window into a dataspace of the store, for reading. The dataspace is the store's: it is not held by the
   * component, and is there for as long as somebody has it attached.
   *
   * @param address where in this map, or {@link #ANY_ADDRESS}
   * @param offset where the window begins, in bytes from the dataspace's start
   * @throws RegionException {@code INVALID_RANGE} also where the window is not inside the dataspace, {@code OVERLAP}, {@code
   *     TOO_MANY_REGIONS}, or {@code QUOTA_EXCEEDED} where the component's table has to grow
   * @throws dev.dormouse.heap.DormouseException if there is no dataspace of that name
   */
  public void attachShared(String name, String dataspace, long address, long offset, long lengthBytes) {
    checkNew(name, lengthBytes);
    checkQuota(name, 0, 0, true);
    Extent bytes = space.shared.find(dataspace);
    if (offset < 0 || offset > bytes.lengthBytes() - lengthBytes) {
      throw new RegionException(
          RegionException.Reason.INVALID_RANGE,
          "region " + name + " over [" + offset + ", +" + lengthBytes + ") of dataspace " + dataspace + ", which has "
              + bytes.lengthBytes() + " bytes; choose a window inside of it");
    }
    long at = new Room(this).placeFor(name, address, lengthBytes);
    int symbol = space.names.intern(name);
    long start = bytes.offset() + offset;
    space.epoch.whole(
        () -> {
          add(new RegionEntry(symbol, RegionRights.READ, RegionKind.SHARED, number, at, start, lengthBytes));
          space.shared.attached(start);
        });
  }

  private void add(RegionEntry entry) {
    space.epoch.whole(() -> table.add(entry));
    space.added();
  }

  /**
   * Detaches a region; its bytes are released with the commit. With a managed dataspace goes everything that is in it. Views
   * taken before are stale.
   *
   * @throws RegionException {@code NOT_ATTACHED}
   */
  public void detach(String name) {
    detach(attached(name));
  }

  /** Detaches the region of this map that covers an address, as {@link #detach(String)} does. */
  public void detachAt(long address) {
    detach(covering(address));
  }

  private void detach(int index) {
    space.closeViews();
    space.epoch.whole(() -> space.remove(index));
  }

  /**
   * Makes a region longer or shorter, at the same address. What it gains reads as zeros. Its bytes stay where they are as
   * long as they fit there and use half of it; otherwise they move. A managed dataspace gains or loses addresses. Views taken
   * before are stale.
   *
   * @throws RegionException {@code NOT_ATTACHED}, {@code INVALID_RANGE} also where a managed dataspace would lose an address
   *     that is in use, {@code OVERLAP}, {@code QUOTA_EXCEEDED}, or {@code READ_ONLY} for a shared one
   */
  public void resize(String name, long lengthBytes) {
    resize(attached(name), lengthBytes);
  }

  /** Makes the region of this map that covers an address longer or shorter, as {@link #resize(String, long)} does. */
  public void resizeAt(long address, long lengthBytes) {
    resize(covering(address), lengthBytes);
  }

  private void resize(int index, long lengthBytes) {
    RegionEntry old = table.get(index);
    String name = nameOf(old);
    checkLength(name, lengthBytes);
    if (old.kind() == RegionKind.SHARED) {
      throw new RegionException(
          RegionException.Reason.READ_ONLY, "region " + name + " is shared, and as long as it was attached; detach it and attach another window");
    }
    Resizing resizing = new Resizing(space, index, old, lengthBytes);
    if (old.kind() == RegionKind.MANAGED) {
      new Room(space.map((int) old.extentOffset())).checkHolds(name, lengthBytes);
    } else if (resizing.moves() && lengthBytes > resizing.oldBytes()) {
      // Whoever becomes shorter is let, whatever the quota.
      checkQuota(name, lengthBytes, resizing.oldBytes(), false);
    }
    new Room(this).check(name, old.address(), lengthBytes, index);
    space.closeViews();
    resizing.carryOut();
  }

  /**
   * Changes what the component may do with a region. Views taken before are stale.
   *
   * @throws RegionException {@code NOT_ATTACHED}, or {@code READ_ONLY} for a shared one that is to be written
   */
  public void protect(String name, RegionRights rights) {
    protect(attached(name), rights);
  }

  /** Changes what the component may do with the region of this map that covers an address. */
  public void protectAt(long address, RegionRights rights) {
    protect(covering(address), rights);
  }

  private void protect(int index, RegionRights rights) {
    RegionEntry old = table.get(index);
    if (old.kind() == RegionKind.SHARED && rights != RegionRights.READ) {
      throw new RegionException(
          RegionException.Reason.READ_ONLY, "region " + nameOf(old) + " is shared: nobody may write it; attach a region of your own and copy it");
    }
    space.closeViews();
    space.epoch.whole(() -> table.set(index, old.with(rights)));
  }

  /**
   * The map of a managed dataspace, always the same one during a turn.
   *
   * @throws RegionException {@code NOT_ATTACHED}, or {@code WRONG_KIND} if it is none
   */
  public RegionMap managed(String name) {
    RegionEntry entry = table.get(attached(name));
    if (entry.kind() != RegionKind.MANAGED) {
      throw new RegionException(RegionException.Reason.WRONG_KIND, name + " is a region with bytes, and no managed dataspace");
    }
    return space.map((int) entry.extentOffset());
  }

  /**
   * A view of the region of that name.
   *
   * @throws RegionException {@code NOT_ATTACHED}, or {@code WRONG_KIND} if it is a managed dataspace
   * @throws dev.dormouse.heap.Damaged if it is shared and the dataspace's head is not what was written
   */
  public Region region(String name) {
    return space.view(attached(name));
  }

  /**
   * A view of the region that covers an address of this map, however many managed dataspaces it lies in. Its own offsets
   * count from {@link #addressOf} on; no access goes beyond its end.
   *
   * @throws RegionException {@code NOT_ATTACHED} if the address is in a hole; the message names what lies beside it
   */
  public Region regionAt(long address) {
    checkUsable();
    RegionMap map = this;
    long at = address;
    // As many steps as there are entries; more, and some dataspace would lie in itself.
    for (int steps = 0; ; steps++) {
      int index = map.covering(at);
      RegionEntry entry = table.get(index);
      if (entry.kind() != RegionKind.MANAGED) {
        return space.view(index);
      }
      space.indexOfManaged((int) entry.extentOffset(), steps);
      map = space.map((int) entry.extentOffset());
      at -= entry.address();
    }
  }

  /**
   * Where a view of this turn begins in the component's root map.
   *
   * @throws RegionException {@code STALE_VIEW} if it is over
   */
  public long addressOf(Region view) {
    return space.addressOf(view);
  }

  /** What is attached under a name. */
  public Optional<RegionInfo> find(String name) {
    checkUsable();
    int index = indexOf(name);
    return index < 0 ? Optional.empty() : Optional.of(info(table.get(index)));
  }

  /**
   * What covers an address of this map; a managed dataspace counts as one.
   *
   * @throws RegionException {@code NOT_ATTACHED} if the address is in a hole
   */
  public RegionInfo at(long address) {
    return info(table.get(covering(address)));
  }

  /** What is attached to this map, in the order in which it was attached. */
  public List<RegionInfo> list() {
    checkUsable();
    List<RegionInfo> all = new ArrayList<>();
    for (int index : space.entriesOf(number)) {
      all.add(info(table.get(index)));
    }
    return all;
  }

  private RegionInfo info(RegionEntry entry) {
    return new RegionInfo(nameOf(entry), entry.kind(), entry.address(), entry.lengthBytes(), entry.rights());
  }

  /** It was detached: another may get its number. */
  void detached() {
    detached = true;
  }

  private void checkUsable() {
    space.checkRunning();
    if (detached) {
      throw new RegionException(RegionException.Reason.STALE_VIEW, "this managed dataspace was detached, and everything in it");
    }
  }

  AddressSpace space() {
    return space;
  }

  int number() {
    return number;
  }

  /** Where its addresses end. */
  long limit() {
    return number == RegionEntry.ROOT ? ADDRESS_LIMIT : table.get(space.indexOfManaged(number, 0)).lengthBytes();
  }

  private String nameOf(RegionEntry entry) {
    return space.names.text(entry.nameSymbol());
  }

  private int indexOf(String name) {
    int symbol = space.names.find(name);
    for (int i = 0; symbol != 0 && i < table.count(); i++) {
      RegionEntry entry = table.get(i);
      if (entry.map() == number && entry.nameSymbol() == symbol) {
        return i;
      }
    }
    return -1;
  }

  private int attached(String name) {
    checkUsable();
    int index = indexOf(name);
    if (index < 0) {
      throw new RegionException(RegionException.Reason.NOT_ATTACHED, "no region named " + name + " is attached");
    }
    return index;
  }

  private int covering(long address) {
    checkUsable();
    return new Room(this).covering(address);
  }

  private void checkNew(String name, long lengthBytes) {
    checkUsable();
    if (indexOf(name) >= 0) {
      throw new RegionException(
          RegionException.Reason.OVERLAP, "a region named " + name + " is attached already; detach it first, or choose another name");
    }
    checkLength(name, lengthBytes);
    if (table.count() >= table.mostEntries()) {
      throw new RegionException(
          RegionException.Reason.TOO_MANY_REGIONS,
          "region " + name + " is one too many: a component has at most " + table.mostEntries() + ", those in managed dataspaces and these"
              + " themselves included; detach one");
    }
  }

  private static void checkLength(String name, long lengthBytes) {
    if (lengthBytes <= 0 || lengthBytes > ADDRESS_LIMIT) {
      throw new RegionException(
          RegionException.Reason.INVALID_RANGE, "region " + name + " of " + lengthBytes + " bytes: at least 1 and at most 2^62 expected");
    }
  }

  /**
   * @param sizeBytes of an extent that is wanted; 0 for none
   * @param releasedBytes of one that is given back for it
   * @param newEntry whether the table gets another entry
   */
  private void checkQuota(String name, long sizeBytes, long releasedBytes, boolean newEntry) {
    long quota = table.quotaBytes();
    long growthBytes = quota != Long.MAX_VALUE && newEntry ? table.growthBytes() : 0;
    if (quota == Long.MAX_VALUE || (sizeBytes == 0 && growthBytes == 0)) {
      return;
    }
    long held = table.heldBytes();
    long left = quota - held + releasedBytes - growthBytes;
    if (left < 0 || (sizeBytes > 0 && table.extentBytes(sizeBytes) > left)) {
      throw new RegionException(
          RegionException.Reason.QUOTA_EXCEEDED,
          "region " + name + " needs an extent for " + sizeBytes + " bytes and " + growthBytes + " for the table; " + held + " of the quota of "
              + quota + " bytes are held, detach a region or raise the quota");
    }
    long taken = space.epoch.takenBytes();
    // What is given up again stays taken until the commit: without a bound a turn could empty the pool for everybody.
    if (sizeBytes > 0 && table.extentBytes(sizeBytes) > 2 * Math.min(quota, Long.MAX_VALUE / 2) - taken) {
      throw new RegionException(
          RegionException.Reason.QUOTA_EXCEEDED,
          "region " + name + " needs an extent for " + sizeBytes + " bytes, and " + taken + " were taken since the last commit already, of"
              + " which twice the quota of " + quota + " bytes is the limit; commit before more is attached or moved, or raise the quota");
    }
  }
}
