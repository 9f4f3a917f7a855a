package dev.dormouse.region;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a component has attached, for the length of one turn: its root {@link RegionMap}, the managed dataspaces inside of
 * it, and the views that were taken. For the module that runs turns, and for the thread that runs this one.
 *
 * <p>The entries of all maps lie in one table. An entry names the map it is in; a managed dataspace is an entry that has a
 * number, by which those inside of it name it. So what a crash or an abort takes back is always all of an address space.
 */
public final class AddressSpace {
  private static final Region[] NO_VIEWS = new Region[0];

  final Media media;
  final Epoch epoch;
  final Holder holder;
  final RegionTable table;
  final RegionNames names;
  final SharedDataspaces shared;
  private final RegionMap root;
  // By number; made where there is a managed dataspace.
  private Map<Integer, RegionMap> maps;
  // Null once the turn is over, or overdue.
  private Thread thread = Thread.currentThread();
  private boolean overdue;
  // By the index of their entry; all are closed where that may change.
  private Region[] views = NO_VIEWS;
  private int[] rootEntries;

  /** The address space that a table describes, in an epoch. */
  public AddressSpace(
      Media media, Epoch epoch, Holder holder, RegionTable table, RegionNames names, SharedDataspaces shared) {
    this.media = media;
    this.epoch = epoch;
    this.holder = holder;
    this.table = table;
    this.names = names;
    this.shared = shared;
    this.root = new RegionMap(this, RegionEntry.ROOT);
  }

  /** The map that everything else lies in. */
  public RegionMap root() {
    return root;
  }

  /** Takes over a view of the first entry that the calling thread took in this turn, before there was an address space. */
  public void adopt(Region firstView) {
    views = new Region[] {firstView};
  }

  /** The view of the region of the root map with that number, in the order in which they were attached. */
  public Region region(int number) {
    checkRunning();
    if (rootEntries == null) {
      rootEntries = entriesOf(RegionEntry.ROOT);
    }
    if (number < 0 || number >= rootEntries.length) {
      throw new RegionException(
          RegionException.Reason.NOT_ATTACHED, "region " + number + " of " + rootEntries.length + ": no such region is attached");
    }
    return view(rootEntries[number]);
  }

  /** Makes every view and map taken from it stale: the turn is over. */
  public void close() {
    closeViews();
    thread = null;
  }

  /**
   * Makes every view and map taken from it unusable, because the turn runs beyond its limit: {@code TURN_OVERDUE}. From any
   * thread, and again until the turn has ended: a view that is being taken meanwhile may be missed.
   */
  public void doom() {
    overdue = true;
    // As in Region.doom: whoever finds the thread gone finds the reason, too.
    VarHandle.releaseFence();
    thread = null;
    for (Region view : views) {
      if (view != null) {
        view.doom();
      }
    }
  }

  void checkRunning() {
    Thread owner = thread;
    if (owner != Thread.currentThread()) {
      // The other half of the fence in doom.
      VarHandle.acquireFence();
      if (overdue) {
        throw RegionException.overdue();
      }
      throw new RegionException(
          RegionException.Reason.STALE_VIEW,
          owner == null
              ? "this region map is over with its turn; take a new one from the turn"
              : "this region map belongs to thread " + owner + ", which runs the turn; " + Thread.currentThread() + " may not use it");
    }
  }

  /** Before an entry changes: a view must not reach what is another's by then (R13). */
  void closeViews() {
    for (Region view : views) {
      if (view != null) {
        view.close();
      }
    }
    Arrays.fill(views, null);
    rootEntries = null;
  }

  /** An entry was added: what was taken stays as it is. */
  void added() {
    rootEntries = null;
  }

  /** The view of an entry's bytes. */
  Region view(int index) {
    if (index >= views.length) {
      views = Arrays.copyOf(views, index + 4);
    }
    if (views[index] == null) {
      views[index] = open(table.get(index));
    }
    return views[index];
  }

  private Region open(RegionEntry entry) {
    if (entry.kind() == RegionKind.MANAGED) {
      throw new RegionException(
          RegionException.Reason.WRONG_KIND,
          names.text(entry.nameSymbol()) + " is a managed dataspace and has no bytes of its own; ask it for one of its regions");
    }
    if (!RegionEntry.liesIn(media, entry.extentOffset(), entry.lengthBytes())) {
      throw new Damaged(
          media.describe(),
          "region " + names.text(entry.nameSymbol()) + " of component " + Long.toHexString(holder.birth()) + " is said to have " + entry.lengthBytes()
              + " bytes at " + entry.extentOffset() + ", which cannot be; run verify");
    }
    RegionRights rights = entry.rights();
    if (entry.kind() == RegionKind.SHARED) {
      shared.check(entry.extentOffset());
      rights = RegionRights.READ;
    }
    RegionEntry around = entry;
    for (int steps = 0; around.map() != RegionEntry.ROOT; steps++) {
      around = table.get(indexOfManaged(around.map(), steps));
      rights = rights.least(around.rights());
    }
    return new Region(media, epoch, holder, entry.extentOffset(), entry.lengthBytes(), rights);
  }

  /** Where a view begins, as the root map counts. */
  long addressOf(Region view) {
    checkRunning();
    for (int i = 0; i < views.length; i++) {
      if (view != null && views[i] == view) {
        RegionEntry around = table.get(i);
        long address = around.address();
        for (int steps = 0; around.map() != RegionEntry.ROOT; steps++) {
          around = table.get(indexOfManaged(around.map(), steps));
          address += around.address();
        }
        return address;
      }
    }
    throw new RegionException(
        RegionException.Reason.STALE_VIEW, "this view is over, or was not taken from this turn; it has no address here");
  }

  /** The index of the entry that is a managed dataspace; {@code steps} is how many were passed on the way to it. */
  int indexOfManaged(int number, int steps) {
    for (int i = 0; i < table.count() && steps <= table.count(); i++) {
      if (table.get(i).isManaged(number)) {
        return i;
      }
    }
    throw new Damaged(
        media.describe(),
        "a region of component " + Long.toHexString(holder.birth()) + " lies in managed dataspace " + number
            + ", which does not exist or lies in itself; run verify");
  }

  /** The map with that number, always the same one while it exists. */
  RegionMap map(int number) {
    if (maps == null) {
      maps = new HashMap<>();
    }
    return maps.computeIfAbsent(number, wanted -> new RegionMap(this, wanted));
  }

  /** A number that no managed dataspace has. */
  int freeNumber() {
    int number = 1;
    for (int i = 0; i < table.count(); i++) {
      if (table.get(i).isManaged(number)) {
        number++;
        i = -1;
      }
    }
    return number;
  }

  /** The indexes of the entries of one map, in the order in which they were attached. */
  int[] entriesOf(int number) {
    int[] found = new int[table.count()];
    int count = 0;
    for (int i = 0; i < table.count(); i++) {
      if (table.get(i).map() == number) {
        found[count++] = i;
      }
    }
    return Arrays.copyOf(found, count);
  }

  /** The extent that an entry's bytes lie in. */
  Extent extentOf(RegionEntry entry) {
    Extent extent = epoch.extentOf(entry.extentOffset());
    if (extent == null || extent.offset() != entry.extentOffset()) {
      throw new Damaged(
          media.describe(),
          "the bytes of region " + names.text(entry.nameSymbol()) + " at " + entry.extentOffset() + " are no extent; run verify");
    }
    return extent;
  }

  /** Removes an entry and, of a managed dataspace, everything in it; releases what they held. The caller makes it whole. */
  void remove(int index) {
    List<Integer> doomed = new ArrayList<>();
    doomed.add(index);
    for (int next = 0; next < doomed.size(); next++) {
      RegionEntry entry = table.get(doomed.get(next));
      if (entry.kind() == RegionKind.MANAGED) {
        int number = (int) entry.extentOffset();
        Arrays.stream(entriesOf(number)).filter(inside -> !doomed.contains(inside)).forEach(doomed::add);
        RegionMap map = maps == null ? null : maps.remove(number);
        if (map != null) {
          map.detached();
        }
      }
    }
    for (int one : doomed) {
      release(table.get(one));
    }
    // From the end on, so that those before keep their places until it is their turn.
    doomed.sort((a, b) -> Integer.compare(b, a));
    doomed.forEach(table::remove);
  }

  private void release(RegionEntry entry) {
    switch (entry.kind()) {
      case OWN -> epoch.free(extentOf(entry), holder.birth());
      case SHARED -> shared.detached(entry.extentOffset());
      // It holds nothing but what is in it.
      case MANAGED -> {}
    }
  }
}
