package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.HeapRepair;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.region.RegionEntry;
import dev.dormouse.region.RegionKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/** Mends the records of components as far as they can be, claims what they hold, and empties those that cannot be believed. */
final class ComponentMend {
  private final Mending mending;
  private final Media media;
  private final Heap heap;
  private final TreeSet<Long> components = new TreeSet<>();
  private final TreeSet<Long> users = new TreeSet<>();
  private final Set<Long> births = new HashSet<>();
  private final Set<Long> destroyed = new HashSet<>();
  private final List<Long> shown = new ArrayList<>();
  private final Set<Integer> lostSymbols;
  private boolean allRead = true;

  /**
   * @param lostSymbols whose users cannot run
   */
  ComponentMend(Mending mending, Heap heap, Set<Integer> lostSymbols) {
    this.mending = mending;
    this.media = mending.media();
    this.heap = heap;
    this.lostSymbols = lostSymbols;
  }

  /** The records of all components that there are. */
  NavigableSet<Long> components() {
    return components;
  }

  /** The records of those that use a symbol that is lost. */
  Set<Long> usersOfLostSymbols() {
    return users;
  }

  /** Where the regions begin that show dataspaces. */
  List<Long> shown() {
    return shown;
  }

  /** Whether of all components everything could be read. */
  boolean allRead() {
    return allRead;
  }

  /**
   * The greatest symbol that a component names whose record is sound: there are no fewer.
   *
   * @param limit a number that no symbol can have, nor any greater
   */
  static int greatestSymbol(Mending mending, Heap heap, HeapRepair slots, int limit) {
    int[] greatest = new int[1];
    slots.forEachRecordSlot(
        (offset, owner) -> {
          byte[] record = mending.read(offset, ComponentLayout.BYTES);
          if (owner != Owner.NONE && isSound(record) && mending.canBeBirth(birthIn(record))) {
            Awake seat = new Awake(0);
            seat.recordOffset = offset;
            seat.take(record);
            greatest[0] = greater(greatest[0], seat.programSymbol, limit);
            RecordEditor editor = new RecordEditor(mending.media(), heap, seat, null);
            for (int i = 0; i < seat.regionCount; i++) {
              greatest[0] = greater(greatest[0], regionSymbol(editor, i), limit);
            }
          }
        });
    return greatest[0];
  }

  private static int greater(int greatest, int symbol, int limit) {
    return symbol < limit ? Math.max(greatest, symbol) : greatest;
  }

  private static int regionSymbol(RecordEditor editor, int index) {
    try {
      return editor.get(index).nameSymbol();
    } catch (DormouseException e) {
      return 0;
    }
  }

  /**
   * Takes the records that are there, and empties those of whom it is known only that they were there.
   *
   * @param slots those that somebody owns, that hold somebody's birth, or that a name leads to; and the owner of each
   * @param named those that a name leads to
   * @param slotOf where a name leads to; 0 for nowhere
   */
  void takeAll(NavigableMap<Long, Long> slots, Set<Long> named, ToLongFunction<byte[]> slotOf) {
    List<Long> others = new ArrayList<>();
    slots.forEach(
        (offset, owner) -> {
          if (!takeSound(offset, owner, named.contains(offset))) {
            others.add(offset);
          }
        });
    if (others.isEmpty()) {
      return;
    }
    BirthSearch search = new BirthSearch(mending, heap, births, slotOf);
    for (long offset : others) {
      takeOther(offset, slots.get(offset), named.contains(offset), search);
    }
  }

  private boolean takeSound(long offset, long owner, boolean named) {
    byte[] record = mending.read(offset, ComponentLayout.BYTES);
    if (!isSound(record) && (mending.canBeBirth(owner) || named)) {
      byte[] mended = OneBit.mended(record, ComponentLayout.CRC32C, bytes -> bytes.length);
      long birth = mended == null ? 0 : birthIn(mended);
      if (birth == owner ? mending.canBeBirth(owner) : !mending.canBeBirth(owner) && mending.canBeBirth(birth)) {
        mending.write(offset, mended);
        mending.changed(offset, "the component's record at " + offset + ": one bit was flipped, and is put back");
        record = mended;
      }
    }
    boolean found = isSound(record) && birthIn(record) >= Owner.FIRST_BIRTH && (owner != Owner.NONE || named);
    if (found) {
      add(offset, birthIn(record));
      claim(offset, record);
    }
    return found;
  }

  /** Of a record that is not sound, or that nobody owns and no name leads to. */
  private void takeOther(long offset, long owner, boolean named, BirthSearch search) {
    byte[] record = mending.read(offset, ComponentLayout.BYTES);
    if (isSound(record) && birthIn(record) >= Owner.FIRST_BIRTH) {
      // Where the birth owns nothing it is what was left of somebody who was never made.
      if (search.births().contains(birthIn(record)) && !births.contains(birthIn(record))) {
        add(offset, birthIn(record));
        claim(offset, record);
      }
      return;
    }
    long gone = destroyed(record, owner, search.births());
    if (gone != 0) {
      destroyed.add(gone);
      return;
    }
    long birth = birthOf(offset, owner, record, named, search);
    boolean isNobody = isZero(record) && !named && !search.births().contains(birth);
    if (birth != 0 && !isNobody) {
      long told = Bytes.getLong(record, ComponentLayout.ANNEX_OFFSET);
      long annex = ComponentNames.readAnnex(media, told, birth) == null ? search.annexOf(birth) : told;
      byte[] emptied = emptied(birth, annex);
      add(offset, birth);
      mending.write(offset, emptied);
      mending.claim(offset, ComponentLayout.BYTES, birth);
      if (annex != 0) {
        // It says whose it is, whatever its owner word says.
        Awake seat = new Awake(0);
        seat.recordOffset = offset;
        seat.take(emptied);
        claimAnnex(seat);
      }
      mending.changed(offset, "the component's record at " + offset + ": not to be mended, so it is quarantined; what it holds is kept");
    }
  }

  /** The owner word says it; else the record, where anything says that there is one; else the annex of the name that leads there. */
  private long birthOf(long offset, long owner, byte[] record, boolean named, BirthSearch search) {
    if (isNew(owner)) {
      return owner;
    }
    if ((named || owner != Owner.NONE) && isNew(birthIn(record))) {
      return birthIn(record);
    }
    return named && isNew(search.birthOf(offset)) ? search.birthOf(offset) : 0;
  }

  private boolean isNew(long birth) {
    return mending.canBeBirth(birth) && !births.contains(birth);
  }

  private void add(long offset, long birth) {
    components.add(offset);
    births.add(birth);
  }

  /**
   * Who was destroyed here: the birth is taken out of a record when its component is, and nothing else of it changes.
   *
   * @return the birth; 0 if nobody was
   */
  private static long destroyed(byte[] record, long owner, Set<Long> others) {
    if (birthIn(record) != 0 || isZero(record)) {
      return 0;
    }
    if (owner >= Owner.FIRST_BIRTH && isSoundOf(record, owner)) {
      return owner;
    }
    for (long birth : others) {
      if (isSoundOf(record, birth)) {
        return birth;
      }
    }
    return 0;
  }

  private static boolean isSoundOf(byte[] record, long birth) {
    byte[] born = record.clone();
    Bytes.putLong(born, ComponentLayout.BIRTH, birth);
    return isSound(born);
  }

  private static boolean isSound(byte[] record) {
    return ComponentLayout.isSound(record, new Checksum());
  }

  private static long birthIn(byte[] record) {
    return Bytes.getLong(record, ComponentLayout.BIRTH);
  }

  private static boolean isZero(byte[] record) {
    for (byte value : record) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /** Nothing is believed but whose it is, and its name: what the owner words give to its owner is kept for it. */
  private byte[] emptied(long birth, long annex) {
    allRead = false;
    byte[] record = new byte[ComponentLayout.BYTES];
    Bytes.putLong(record, ComponentLayout.BIRTH, birth);
    Bytes.putShort(record, ComponentLayout.FLAGS, (short) ComponentLayout.QUARANTINED);
    Bytes.putLong(record, ComponentLayout.QUOTA_BYTES, Long.MAX_VALUE);
    Bytes.putLong(record, ComponentLayout.ANNEX_OFFSET, annex);
    return Mending.sealed(record, ComponentLayout.CRC32C);
  }

  /**
   * Makes the births that own something and have no record into components that are quarantined, with new records: so they are
   * named, exported and given up like others. After the heap was mended.
   *
   * @param dataspaces the births of those that there are, which have no records
   * @throws dev.dormouse.heap.PoolFull if there is no room
   */
  void adoptOrphans(HeapRepair slots, Set<Long> dataspaces, RepairHeap allocator) {
    components.removeIf(offset -> mending.ownerOf(offset) != media.getLong(offset + ComponentLayout.BIRTH));
    Set<Long> known = new HashSet<>(dataspaces);
    components.forEach(offset -> known.add(media.getLong(offset + ComponentLayout.BIRTH)));
    BirthSearch search = new BirthSearch(mending, heap, known, name -> 0);
    if (search.births().isEmpty()) {
      return;
    }
    slots.forEachRecordSlot(
        (offset, owner) -> {
          long gone = components.contains(offset) ? 0 : destroyed(mending.read(offset, ComponentLayout.BYTES), owner, search.births());
          if (gone != 0) {
            destroyed.add(gone);
          }
        });
    search.births().removeAll(destroyed);
    for (long birth : search.births()) {
      long offset = allocator.allocateRecord(emptied(birth, search.annexOf(birth)), birth);
      components.add(offset);
      mending.changed(offset, "component " + Long.toHexString(birth) + ": its record is lost; it has a new one and is quarantined, what it holds is kept");
    }
  }

  /** The births of whom it is certain that they were being destroyed: what they own still is nobody's. */
  Set<Long> destroyed() {
    return destroyed;
  }

  private void claim(long offset, byte[] record) {
    Awake seat = new Awake(0);
    seat.recordOffset = offset;
    seat.take(record);
    mending.claim(offset, ComponentLayout.BYTES, seat.birth);
    allRead &= !seat.isQuarantined();
    boolean uses = lostSymbols.contains(seat.programSymbol);
    claimAnnex(seat);
    if (seat.tableOffset != 0) {
      claimTable(seat);
    }
    RecordEditor editor = new RecordEditor(media, heap, seat, null);
    for (int i = 0; i < seat.regionCount; i++) {
      uses |= claimRegion(editor, seat, i);
    }
    for (int i = 0; i < seat.slotCount; i++) {
      claimSlot(editor, seat, i);
    }
    if (uses) {
      users.add(offset);
    }
  }

  private void claimAnnex(Awake seat) {
    long annex = seat.annexOffset;
    if (ComponentNames.readAnnex(media, annex, seat.birth) == null) {
      mending.mendBit(
          annex,
          AnnexLayout.BYTES,
          AnnexLayout.BYTES + Names.MAX_BYTES,
          AnnexLayout.CRC32C,
          bytes -> AnnexLayout.BYTES + (Bytes.getShort(bytes, AnnexLayout.NAME_BYTES) & 0xffff),
          "the annex at " + annex);
    }
    byte[] head = ComponentNames.readAnnex(media, annex, seat.birth);
    if (head == null) {
      mending.claim(annex, AnnexLayout.BYTES, seat.birth);
      return;
    }
    int count = Bytes.getShort(head, AnnexLayout.OUTCOME_COUNT) & 0xffff;
    int replyBytes = Bytes.getShort(head, AnnexLayout.REPLY_BYTES) & 0xffff;
    int first = Outcomes.firstOutcome(head.length - AnnexLayout.BYTES);
    mending.claim(annex, first + (long) count * Outcomes.outcomeBytes(replyBytes), seat.birth);
    for (int i = 0; i < count; i++) {
      mendOutcome(annex + first + (long) i * Outcomes.outcomeBytes(replyBytes), replyBytes);
    }
  }

  private void mendOutcome(long offset, int replyBytes) {
    if (mending.isInside(offset, OutcomeLayout.BYTES + replyBytes) && !Outcomes.isSound(media, offset, replyBytes)) {
      mending.mendBit(
          offset,
          OutcomeLayout.BYTES,
          OutcomeLayout.BYTES + replyBytes,
          OutcomeLayout.CRC32C,
          bytes -> {
            int length = Bytes.getInt(bytes, OutcomeLayout.REPLY_BYTES);
            return length < 0 || length > replyBytes ? 0 : OutcomeLayout.BYTES + length;
          },
          "the outcome at " + offset);
    }
  }

  private void claimTable(Awake seat) {
    int length = tableLength(seat);
    if (length == 0) {
      mending.mendBit(
          seat.tableOffset,
          TableLayout.BYTES,
          RecordEditor.tableBytes(2 * seat.regionCount + 8, 2 * seat.slotCount + 8),
          TableLayout.CRC32C,
          bytes ->
              RecordEditor.tableBytes(
                  RecordEditor.capacity(bytes, TableLayout.REGION_CAPACITY), RecordEditor.capacity(bytes, TableLayout.SLOT_CAPACITY)),
          "the table at " + seat.tableOffset);
      length = tableLength(seat);
    }
    mending.claim(seat.tableOffset, length == 0 ? TableLayout.BYTES : length, seat.birth);
  }

  private int tableLength(Awake seat) {
    try {
      return RecordEditor.readTable(media, seat.tableOffset, seat.birth).length;
    } catch (DormouseException e) {
      return 0;
    }
  }

  /** Claims a region; answers whether its name is lost. */
  private boolean claimRegion(RecordEditor editor, Awake seat, int index) {
    try {
      RegionEntry entry = editor.get(index);
      if (entry.kind() == RegionKind.OWN) {
        mending.claim(entry.extentOffset(), entry.lengthBytes(), seat.birth);
      } else if (entry.kind() == RegionKind.SHARED) {
        shown.add(entry.extentOffset());
      }
      return lostSymbols.contains(entry.nameSymbol());
    } catch (DormouseException e) {
      allRead = false;
      return false;
    }
  }

  private void claimSlot(RecordEditor editor, Awake seat, int index) {
    try {
      Slot slot = editor.slot(index);
      if (slot.kind() == Slot.FILE) {
        int length = recipeLength(slot, index, seat);
        if (length == 0) {
          mendRecipe(slot.object());
          length = recipeLength(slot, index, seat);
        }
        mending.claim(slot.object(), length == 0 ? FileRecipeLayout.BYTES : length, seat.birth);
      }
    } catch (DormouseException e) {
      allRead = false;
    }
  }

  private void mendRecipe(long offset) {
    mending.mendBit(
        offset,
        FileRecipeLayout.BYTES,
        FileRecipeLayout.BYTES + Names.MAX_BYTES,
        FileRecipeLayout.CRC32C,
        bytes -> FileRecipeLayout.BYTES + (Bytes.getShort(bytes, FileRecipeLayout.PATH_BYTES) & 0xffff),
        "the recipe at " + offset);
  }

  private int recipeLength(Slot slot, int index, Awake seat) {
    try {
      return FileRecipe.read(media, slot.object(), seat.birth, index).encode().length;
    } catch (DormouseException e) {
      return 0;
    }
  }
}
