package dev.dormouse.component;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.RegionEntry;
import dev.dormouse.region.RegionKind;

/**
 * Moves what components hold before a byte of the pool, so that the pool can be made shorter. A component's record stays where
 * it is: it is what its {@link ComponentId} says. Each component is one epoch, like a turn that changed its record.
 */
final class Relocation {
  private final Engine engine;
  private final Media media;
  private final long limit;

  /** Moves what lies behind {@code limit}; the heap gives out nothing there any more. */
  Relocation(Engine engine, long limit) {
    this.engine = engine;
    this.media = engine.media();
    this.limit = limit;
  }

  /** Moves what a component holds; nothing is written where it holds nothing behind the limit. */
  void move(Component component) {
    engine.exclusively(
        component.id().recordOffset(),
        component.id().birth(),
        (awake, epoch) -> {
          epoch.whole(() -> move(awake, epoch));
          epoch.commit();
          return null;
        });
  }

  private void move(Awake awake, Epoch epoch) {
    RecordEditor editor = new RecordEditor(media, engine.heap(), awake, epoch);
    // The table first: what is moved after it is written into the one that stays.
    if (awake.tableOffset != 0 && isBehind(awake.tableOffset, epoch)) {
      editor.setTableOffset(moved(awake.tableOffset, awake, epoch));
    }
    if (isBehind(awake.annexOffset, epoch)) {
      editor.setAnnexOffset(moved(awake.annexOffset, awake, epoch));
    }
    for (int i = 0; i < awake.slotCount; i++) {
      Slot slot = editor.slot(i);
      if (slot.kind() == Slot.FILE && isBehind(slot.object(), epoch)) {
        long object = moved(slot.object(), awake, epoch);
        editor.setSlot(i, new Slot(object, slot.badge(), slot.generation(), slot.rights(), slot.kind()));
      }
    }
    for (int i = 0; i < awake.regionCount; i++) {
      RegionEntry entry = editor.get(i);
      if (entry.kind() == RegionKind.OWN && isBehind(entry.extentOffset(), epoch)) {
        editor.set(i, entry.with(moved(entry.extentOffset(), awake, epoch), entry.lengthBytes()));
      }
    }
  }

  private boolean isBehind(long offset, Epoch epoch) {
    Extent extent = epoch.extentOf(offset);
    return extent.offset() + extent.lengthBytes() > limit;
  }

  private long moved(long offset, Awake awake, Epoch epoch) {
    Extent old = epoch.extentOf(offset);
    Extent fresh = epoch.allocate(old.lengthBytes(), awake.birth, old.lengthBytes());
    epoch.willStore(fresh.offset(), old.lengthBytes());
    media.copy(old.offset(), fresh.offset(), old.lengthBytes());
    epoch.free(old, awake.birth);
    return fresh.offset();
  }
}
