package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.HeapRepair;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaReader;
import dev.dormouse.heap.OverlayMedia;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Place;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.PoolRepair;
import dev.dormouse.recovery.Finding;
import dev.dormouse.recovery.LaneRepair;
import dev.dormouse.recovery.VerifyReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a pool will be after its repair, made on a copy in memory, by the same steps in the same order each time; letters as in
 * {@code docs/damage.md}. Nothing is written before all of it is known.
 */
final class RepairPlan {
  private final PoolReader reader;
  private final OverlayMedia overlay;
  private final Place place;
  private final Consumer<String> progress;
  private final VerifyReport before;
  private final TreeMap<Long, byte[]> newPages = new TreeMap<>();
  private final TreeMap<Long, byte[]> oldPages = new TreeMap<>();
  private Mending mending;
  private PoolHeader header;
  private VerifyReport after;

  private RepairPlan(PoolReader reader, Place place, Consumer<String> progress) {
    this.reader = reader;
    this.overlay = new OverlayMedia(reader);
    this.place = place;
    this.progress = progress;
    progress.accept("verifying");
    this.before = StoreVerifier.verify(reader, place);
    this.after = before;
  }

  /**
   * Plans the repair of the pool that {@code reader} shows, which must not change meanwhile.
   *
   * @param place where it is
   * @throws dev.dormouse.heap.Damaged if no header is left, or the head of a table cannot be written anew
   */
  static RepairPlan of(PoolReader reader, Place place, Consumer<String> progress) {
    RepairPlan plan = new RepairPlan(reader, place, progress);
    plan.header = PoolRepair.headerOf(reader);
    if (plan.before.verdict() != VerifyReport.Verdict.CLEAN || !plan.before.notes().isEmpty()) {
      plan.make();
    }
    return plan;
  }

  private Pool reopened() {
    return Pool.open(overlay, place.host().boot());
  }

  private void make() {
    // (a) The lanes, as far as their logs can be read.
    progress.accept("finishing the lanes");
    List<RepairReport.Change> changes = new ArrayList<>();
    Pool pool = reopened();
    LaneRepair.run(
        pool,
        new ComponentQuarantine(overlay, pool.heap()),
        (place, sentence) -> changes.add(new RepairReport.Change(place, sentence)));
    // (b) What the heads of runs and slabs tell of other pages: records can be found by it.
    Pool afterLanes = reopened();
    mending = new Mending(afterLanes, changes);
    HeapRepair heap = new HeapRepair(afterLanes, mending::changed);
    heap.mendWhatHeadsTell();
    // (c) What the records say: flipped bits in them are put back first.
    progress.accept("reading the records");
    TableMend tables = new TableMend(afterLanes, mending);
    PoolHeader.Roots roots = header.roots();
    WordTable symbols = tables.open(roots.root1(), "the symbol table", Owner.SYMBOLS, () -> {});
    WordTable named = tables.open(roots.root2(), "the table of dataspaces", Owner.SYMBOLS, () -> {});
    boolean[] keysLost = new boolean[1];
    WordTable root = tables.open(roots.root0(), "the directory", Owner.DIRECTORY, () -> keysLost[0] = true);
    int symbolCount = tables.mendSymbols(symbols, named, ComponentMend.greatestSymbol(mending, afterLanes.heap(), heap, symbols.wordCount()));
    ComponentMend components = new ComponentMend(mending, afterLanes.heap(), tables.lostSymbols());
    DirectoryMend directory = new DirectoryMend(mending, root);
    gather(heap, directory, keysLost[0], components);
    tables.mendDataspaces(named, symbolCount);
    // (d) The heap, as the records say.
    progress.accept("comparing them with the heap");
    heap.mendSlabs(mending.claims());
    mending.claims().values().forEach(heap::own);
    heap.mendChunkWords();
    // (e) Names, for which there may have to be room.
    RepairHeap allocator = new RepairHeap(reopened());
    Set<Long> settled = settleNames(heap, tables, symbols, directory, components, allocator);
    tables.mendCounts(components.shown(), components.allRead());
    // (f) What verify still finds: components are quarantined, what nothing leads to is released.
    settleRest(heap, settled);
    finish();
  }

  private void gather(HeapRepair heap, DirectoryMend directory, boolean keysLost, ComponentMend components) {
    TreeMap<Long, Long> slots = new TreeMap<>();
    heap.forEachRecordSlot(
        (offset, owner) -> {
          // A record that nobody owns may be of somebody whose creation is half done.
          if (owner != Owner.NONE || mending.canBeBirth(overlay.getLong(offset + ComponentLayout.BIRTH))) {
            slots.put(offset, owner);
          }
        });
    if (keysLost) {
      directory.clear();
    }
    Set<Long> named = new HashSet<>();
    directory.gather(
        offset -> {
          if (mending.isRecordSlot(offset)) {
            named.add(offset);
            slots.putIfAbsent(offset, Owner.NONE);
          }
        });
    components.takeAll(slots, named, directory::leafOf);
  }

  /** Answers the births of whom something that nothing leads to can be released. */
  private Set<Long> settleNames(
      HeapRepair heap, TableMend tables, WordTable symbols, DirectoryMend directory, ComponentMend components, RepairHeap allocator) {
    Set<Long> settled = new HashSet<>();
    try {
      components.adoptOrphans(heap, tables.births(), allocator);
    } catch (PoolFull full) {
      mending.changed(-1, "the pool has no room for records of components whose own are lost; what they hold stays theirs, and verify tells of it");
    }
    directory.settle(components.components());
    try {
      tables.replaceLostSymbols(symbols, allocator);
      components.usersOfLostSymbols().forEach(this::quarantine);
      for (long offset : directory.namedFirst(components.components())) {
        if (directory.ensureNamed(offset, overlay.getLong(offset + ComponentLayout.BIRTH), allocator)) {
          quarantine(offset);
        }
        // Whom the directory does not lead to, nothing leads to what is his.
        settled.add(overlay.getLong(offset + ComponentLayout.BIRTH));
      }
    } catch (PoolFull full) {
      mending.changed(-1, "the pool has no room for names that had to be written anew; verify tells whose they are");
    }
    settled.addAll(components.destroyed());
    return settled;
  }

  private void settleRest(HeapRepair heap, Set<Long> settled) {
    Set<Long> quarantined = new HashSet<>();
    boolean changed = true;
    // It ends: each round but the last quarantines a component that was not, has one owned extent less, or one damaged entry of
    // a page less, and none of them brings back what another took.
    while (changed) {
      progress.accept("verifying what is repaired");
      changed = false;
      boolean anyQuarantined = false;
      boolean pageLeft = false;
      List<Long> lost = new ArrayList<>();
      for (Finding finding : StoreVerifier.verifyUncut(new MediaReader(overlay), place).damage()) {
        switch (finding.kind()) {
          case COMPONENT -> changed |= quarantined.add(finding.place()) && quarantine(finding.place());
          case LOST -> lost.add(finding.place());
          case QUARANTINE -> anyQuarantined = true;
          case PAGE -> pageLeft = true;
          default -> {}
        }
      }
      for (long place : lost) {
        if (mayBeReleased(place, settled, anyQuarantined)) {
          changed |= heap.release(place);
        }
      }
      if (!changed && pageLeft && !anyQuarantined) {
        // With a component in quarantine the page may be one of its own.
        int done = mending.changes().size();
        heap.freeTheRest();
        changed = mending.changes().size() > done;
      }
    }
    heap.mendChunkWords();
  }

  /**
   * What nothing leads to is released where it is certain that nobody misses it: it is a table's or an index's; or its owner is
   * there, or was being destroyed; or it is a slot for a record that holds none. An owner who cannot be may stand for anybody in
   * quarantine.
   */
  private boolean mayBeReleased(long place, Set<Long> settled, boolean anyQuarantined) {
    long owner = mending.ownerOf(place);
    boolean emptySlot = mending.isRecordSlot(place) && !ComponentLayout.isSound(mending.read(place, ComponentLayout.BYTES), new Checksum());
    return emptySlot || settled.contains(owner) || (!mending.canBeBirth(owner) && (owner < Owner.FIRST_BIRTH || !anyQuarantined));
  }

  private boolean quarantine(long record) {
    byte[] bytes = mending.read(record, ComponentLayout.BYTES);
    int flags = Bytes.getShort(bytes, ComponentLayout.FLAGS);
    if ((flags & ComponentLayout.QUARANTINED) != 0) {
      return false;
    }
    Bytes.putShort(bytes, ComponentLayout.FLAGS, (short) (flags | ComponentLayout.QUARANTINED));
    mending.write(record, Mending.sealed(bytes, ComponentLayout.CRC32C));
    mending.changed(record, "component " + new ComponentNames(overlay).textOf(record) + ": quarantined; what it holds is kept");
    return true;
  }

  private void finish() {
    overlay.forEachWrittenPage(
        (offset, bytes) -> {
          byte[] old = new byte[bytes.length];
          reader.read(offset, old, 0, old.length);
          if (!Arrays.equals(old, bytes)) {
            newPages.put(offset, bytes);
            oldPages.put(offset, old);
          }
        });
    if (newPages.isEmpty() && !header.open() && before.notes().isEmpty()) {
      return;
    }
    for (long offset = 0; offset < 2L * Geometry.PAGE_BYTES; offset += Geometry.PAGE_BYTES) {
      byte[] old = new byte[Geometry.PAGE_BYTES];
      reader.read(offset, old, 0, old.length);
      oldPages.put(offset, old);
    }
    if (!before.notes().isEmpty()) {
      mending.changed(0, "the header: both copies are written anew");
    }
    if (header.open()) {
      mending.changed(0, "the header: says that the pool was closed");
    }
    PoolRepair.finish(overlay, header);
    after = StoreVerifier.verify(new MediaReader(overlay), place);
  }

  /** Whether there is anything to be written. */
  boolean isNeeded() {
    return !oldPages.isEmpty();
  }

  VerifyReport before() {
    return before;
  }

  VerifyReport after() {
    return after;
  }

  List<RepairReport.Change> changes() {
    return isNeeded() ? List.copyOf(mending.changes()) : List.of();
  }

  /** How many bytes the pages have that are written, both of the header's included. */
  long changedBytes() {
    return (long) oldPages.size() * Geometry.PAGE_BYTES;
  }

  /** The pool as it will be; for looking at. */
  Media repaired() {
    return overlay;
  }

  /** The pages that are written, as they are before. */
  RepairKeep.Kept kept() {
    return new RepairKeep.Kept(header.uuid(), header.serial(), oldPages);
  }

  /** The header that counts before the repair. */
  PoolHeader header() {
    return header;
  }

  /** Writes every line that is different, and flushes it; no line besides. */
  void write(Media media) {
    for (Map.Entry<Long, byte[]> page : newPages.entrySet()) {
      writeLines(media, page.getKey(), page.getValue());
    }
    media.fence();
  }

  static void writeLines(Media media, long offset, byte[] page) {
    byte[] now = new byte[page.length];
    media.read(offset, now, 0, now.length);
    for (int at = 0; at < page.length; at += Media.LINE_BYTES) {
      if (!Arrays.equals(now, at, at + Media.LINE_BYTES, page, at, at + Media.LINE_BYTES)) {
        media.write(offset + at, page, at, Media.LINE_BYTES);
        media.flush(offset + at, Media.LINE_BYTES);
      }
    }
  }
}
