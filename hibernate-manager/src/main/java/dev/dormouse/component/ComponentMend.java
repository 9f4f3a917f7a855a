package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.region.RegionEntry;
import dev.dormouse.region.RegionKind;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** Mends the records of components as far as they can be, claims what they hold, and empties those that cannot be believed. */
final class ComponentMend {
  private final Mending mending;
  private final Media media;
  private final Heap heap;
  private final TreeSet<Long> components = new TreeSet<>();
  private final TreeSet<Long> users = new TreeSet<>();
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

  /** Looks at a slot that somebody owns, or that a name leads to. */
  void take(long offset, long owner) {
    byte[] record = mending.read(offset, ComponentLayout.BYTES);
    if (!isSound(record) && owner >= Owner.FIRST_BIRTH) {
      byte[] mended = OneBit.mended(record, ComponentLayout.CRC32C, bytes -> bytes.length);
      if (mended != null && Bytes.getLong(mended, ComponentLayout.BIRTH) == owner) {
        mending.write(offset, mended);
        mending.changed(offset, "the component's record at " + offset + ": one bit was flipped, and is put back");
        record = mended;
      }
    }
    if (isSound(record) && Bytes.getLong(record, ComponentLayout.BIRTH) >= Owner.FIRST_BIRTH) {
      components.add(offset);
      claim(offset, record);
    } else if (owner >= Owner.FIRST_BIRTH && !isNobody(record, owner)) {
      components.add(offset);
      empty(offset, owner, record);
    }
  }

  private static boolean isSound(byte[] record) {
    return ComponentLayout.isSound(record, new Checksum());
  }

  /** Whether nobody was ever there: the birth comes last when a component is made, and is taken away when it is destroyed. */
  private static boolean isNobody(byte[] record, long owner) {
    byte[] born = record.clone();
    Bytes.putLong(born, ComponentLayout.BIRTH, owner);
    return Bytes.getLong(record, ComponentLayout.BIRTH) == 0 && (isSound(born) || isZero(record));
  }

  private static boolean isZero(byte[] record) {
    for (byte value : record) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /** Nothing of the record is believed but whose it is: what the owner words give to its owner is kept for it. */
  private void empty(long offset, long owner, byte[] record) {
    allRead = false;
    long annex = Bytes.getLong(record, ComponentLayout.ANNEX_OFFSET);
    byte[] emptied = new byte[ComponentLayout.BYTES];
    Bytes.putLong(emptied, ComponentLayout.BIRTH, owner);
    Bytes.putShort(emptied, ComponentLayout.FLAGS, (short) ComponentLayout.QUARANTINED);
    Bytes.putLong(emptied, ComponentLayout.QUOTA_BYTES, Long.MAX_VALUE);
    Bytes.putLong(emptied, ComponentLayout.ANNEX_OFFSET, ComponentNames.readAnnex(media, annex, owner) == null ? 0 : annex);
    mending.write(offset, Mending.sealed(emptied, ComponentLayout.CRC32C));
    mending.claim(offset, ComponentLayout.BYTES, owner);
    mending.changed(offset, "the component's record at " + offset + ": not to be mended, so it is quarantined; what it holds is kept");
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
