package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.RegionEntry;
import dev.dormouse.region.RegionKind;
import dev.dormouse.region.RegionLayout;
import dev.dormouse.region.RegionTable;
import java.util.Arrays;

/**
 * Reads and changes the regions and slots of an awake component, in its record and its table. Without an epoch it only
 * reads. The seat is told of every change; after an abort it reads the record anew. Under the seat's turn lock.
 */
final class RecordEditor implements RegionTable {
  private static final int FIRST_CAPACITY = 4;
  private static final int MOST_ENTRIES = 255;

  private final Media media;
  private final Heap heap;
  private final Awake awake;
  private final Epoch epoch;
  private final Checksum checksum = new Checksum();
  private final byte[] record = new byte[ComponentLayout.BYTES];
  private byte[] table;
  private boolean unborn;

  RecordEditor(Media media, Heap heap, Awake awake, Epoch epoch) {
    this.media = media;
    this.heap = heap;
    this.awake = awake;
    this.epoch = epoch;
    media.read(awake.recordOffset, record, 0, record.length);
    // What is changed is sealed anew: a flipped bit would be sealed in. A component that is being made has no record yet.
    if (awake.birth != 0 && !ComponentLayout.isSound(record, checksum)) {
      throw new Quarantined("the record of component " + Long.toHexString(awake.birth) + " fails its crc32c; run verify");
    }
  }

  /**
   * Writes the first form of a new component's record, into an extent of zeros. The birth is left out: it comes by an intent
   * of the same epoch, so that what an epoch leaves that never commits is nobody's record.
   */
  void begin(long birth, int programSymbol, int stateVersion, long annexOffset, long quotaBytes) {
    Bytes.putLong(record, ComponentLayout.BIRTH, birth);
    Bytes.putInt(record, ComponentLayout.PROGRAM_SYMBOL, programSymbol);
    Bytes.putInt(record, ComponentLayout.STATE_VERSION, stateVersion);
    Bytes.putLong(record, ComponentLayout.ANNEX_OFFSET, annexOffset);
    Bytes.putLong(record, ComponentLayout.QUOTA_BYTES, quotaBytes);
    unborn = true;
    writeRecord();
    epoch.putShared(awake.recordOffset + ComponentLayout.BIRTH, birth);
  }

  @Override
  public int count() {
    return awake.regionCount;
  }

  /**
   * @throws Damaged if the table, or an entry, is not what was written
   */
  @Override
  public RegionEntry get(int index) {
    if (index < ComponentLayout.INLINE_REGIONS) {
      return entryAt(record, ComponentLayout.REGION0);
    }
    readTable();
    return entryAt(table, regionAt(index));
  }

  private RegionEntry entryAt(byte[] bytes, int at) {
    RegionEntry entry = RegionEntry.read(bytes, at);
    if (entry == null) {
      throw new Damaged(media.describe(), "a region of the component at " + awake.recordOffset + " has impossible rights, or is of no kind; run verify");
    }
    boolean possible =
        entry.kind() == RegionKind.MANAGED ? entry.lengthBytes() > 0 : RegionEntry.liesIn(media, entry.extentOffset(), entry.lengthBytes());
    if (!possible) {
      throw new Damaged(
          media.describe(),
          "a region of the component at " + awake.recordOffset + " has " + entry.lengthBytes() + " bytes at " + entry.extentOffset() + ", which cannot be; run verify");
    }
    return entry;
  }

  @Override
  public void set(int index, RegionEntry entry) {
    if (index < ComponentLayout.INLINE_REGIONS) {
      entry.write(record, ComponentLayout.REGION0);
      writeRecord();
    } else {
      readTable();
      entry.write(table, regionAt(index));
      writeTable();
    }
  }

  @Override
  public void add(RegionEntry entry) {
    int index = count();
    ensureCapacity(index + 1, awake.slotCount);
    record[ComponentLayout.REGION_COUNT] = (byte) (index + 1);
    set(index, entry);
    if (index >= ComponentLayout.INLINE_REGIONS) {
      writeRecord();
    }
  }

  @Override
  public void remove(int index) {
    int last = count() - 1;
    if (last < ComponentLayout.INLINE_REGIONS) {
      clear(record, ComponentLayout.REGION0, RegionLayout.BYTES);
    } else {
      readTable();
      // Looked up first: the record may count more than the table holds.
      int lastAt = regionAt(last);
      int gap = index;
      if (gap < ComponentLayout.INLINE_REGIONS) {
        gap = ComponentLayout.INLINE_REGIONS;
        entryAt(table, regionAt(gap)).write(record, ComponentLayout.REGION0);
      }
      if (gap < last) {
        // All further ones in one move, so that the table is written once. Behind the last one the table may end.
        System.arraycopy(table, regionAt(gap + 1), table, regionAt(gap), (last - gap) * RegionLayout.BYTES);
      }
      clear(table, lastAt, RegionLayout.BYTES);
      writeTable();
    }
    record[ComponentLayout.REGION_COUNT] = (byte) last;
    writeRecord();
  }

  @Override
  public int mostEntries() {
    return MOST_ENTRIES;
  }

  @Override
  public long quotaBytes() {
    return awake.quotaBytes;
  }

  void setQuota(long quotaBytes) {
    Bytes.putLong(record, ComponentLayout.QUOTA_BYTES, quotaBytes);
    writeRecord();
  }

  void setStateVersion(int stateVersion) {
    Bytes.putInt(record, ComponentLayout.STATE_VERSION, stateVersion);
    writeRecord();
  }

  /** The annex lies elsewhere by now. */
  void setAnnexOffset(long offset) {
    Bytes.putLong(record, ComponentLayout.ANNEX_OFFSET, offset);
    writeRecord();
  }

  /** The table lies elsewhere by now. */
  void setTableOffset(long offset) {
    Bytes.putLong(record, ComponentLayout.TABLE_OFFSET, offset);
    table = null;
    writeRecord();
  }

  /** Summed up each time: a count that were kept could be wrong, and there are a few extents. */
  @Override
  public long heldBytes() {
    long held = lengthOf(awake.recordOffset) + lengthOf(awake.annexOffset);
    held += awake.tableOffset == 0 ? 0 : lengthOf(awake.tableOffset);
    for (int i = 0; i < count(); i++) {
      RegionEntry entry = get(i);
      held += entry.kind() == RegionKind.OWN ? lengthOf(entry.extentOffset()) : 0;
    }
    for (int i = 0; i < awake.slotCount; i++) {
      Slot slot = slot(i);
      held += slot.kind() == Slot.FILE ? lengthOf(slot.object()) : 0;
    }
    return held;
  }

  private long lengthOf(long offset) {
    Extent extent = epoch == null ? heap.extentOf(offset) : epoch.extentOf(offset);
    if (extent == null) {
      throw new Damaged(media.describe(), "what component " + Long.toHexString(awake.birth) + " has at " + offset + " is no extent; run verify");
    }
    return extent.lengthBytes();
  }

  @Override
  public long growthBytes() {
    Capacity grown = capacityFor(count() + 1, awake.slotCount);
    return grown.isLargerThan(capacity()) ? extentBytes(grown.bytes()) - (awake.tableOffset == 0 ? 0 : lengthOf(awake.tableOffset)) : 0;
  }

  @Override
  public long extentBytes(long sizeBytes) {
    return heap.extentBytes(sizeBytes);
  }

  /** The slot's entry. */
  Slot slot(int index) {
    if (index < ComponentLayout.INLINE_SLOTS) {
      return Slot.read(record, ComponentLayout.SLOT0 + index * SlotLayout.BYTES);
    }
    readTable();
    return Slot.read(table, slotAt(index));
  }

  void setSlot(int index, Slot slot) {
    if (index < ComponentLayout.INLINE_SLOTS) {
      slot.write(record, ComponentLayout.SLOT0 + index * SlotLayout.BYTES);
      writeRecord();
    } else {
      readTable();
      slot.write(table, slotAt(index));
      writeTable();
    }
  }

  /** Adds a slot at the end; answers its number. */
  int addSlot(Slot slot) {
    int index = awake.slotCount;
    if (index == MOST_ENTRIES) {
      throw new IllegalArgumentException("a component has at most " + MOST_ENTRIES + " capability slots");
    }
    ensureCapacity(count(), index + 1);
    record[ComponentLayout.SLOT_COUNT] = (byte) (index + 1);
    setSlot(index, slot);
    if (index >= ComponentLayout.INLINE_SLOTS) {
      writeRecord();
    }
    return index;
  }

  /** Writes the record with its new CRC, under undo. */
  void writeRecord() {
    awake.recordChanged = true;
    ComponentLayout.seal(record, checksum);
    awake.take(record);
    if (unborn) {
      byte[] nameless = record.clone();
      Bytes.putLong(nameless, ComponentLayout.BIRTH, 0);
      write(awake.recordOffset, nameless);
    } else {
      write(awake.recordOffset, record);
    }
  }

  private void writeTable() {
    awake.recordChanged = true;
    Bytes.putInt(table, TableLayout.CRC32C, checksum.ofRecord(table, 0, table.length, TableLayout.CRC32C));
    write(awake.tableOffset, table);
  }

  private void write(long offset, byte[] bytes) {
    epoch.prepare(awake.birth, awake.recordOffset, offset, bytes.length);
    media.write(offset, bytes, 0, bytes.length);
  }

  private void readTable() {
    if (table == null) {
      table = readTable(media, awake.tableOffset, awake.birth);
    }
  }

  /**
   * Reads the table of a component, checking everything.
   *
   * @throws Damaged if it is not what was written
   */
  static byte[] readTable(Media media, long offset, long birth) {
    byte[] head = new byte[TableLayout.BYTES];
    if (offset > 0 && offset <= media.sizeBytes() - head.length) {
      media.read(offset, head, 0, head.length);
      int length = tableBytes(capacity(head, TableLayout.REGION_CAPACITY), capacity(head, TableLayout.SLOT_CAPACITY));
      if (Bytes.getLong(head, TableLayout.BIRTH) == birth && length <= media.sizeBytes() - offset) {
        byte[] bytes = new byte[length];
        media.read(offset, bytes, 0, length);
        if (Bytes.getInt(bytes, TableLayout.CRC32C)
            == new Checksum().ofRecord(bytes, 0, length, TableLayout.CRC32C)) {
          return bytes;
        }
      }
    }
    throw new Damaged(media.describe(), "the table of component " + Long.toHexString(birth) + " is not what was written; run verify");
  }

  /** How many regions and slots a table has room for. */
  private record Capacity(int regions, int slots) {
    int bytes() {
      return tableBytes(regions, slots);
    }

    boolean isLargerThan(Capacity other) {
      return regions > other.regions || slots > other.slots;
    }
  }

  private Capacity capacity() {
    if (awake.tableOffset == 0) {
      return new Capacity(0, 0);
    }
    readTable();
    return new Capacity(capacity(table, TableLayout.REGION_CAPACITY), capacity(table, TableLayout.SLOT_CAPACITY));
  }

  /** What a table has to have so that so many regions and slots, those in the record included, fit: twice as much where it grows. */
  private Capacity capacityFor(int regions, int slots) {
    Capacity old = capacity();
    return new Capacity(
        grown(old.regions, regions - ComponentLayout.INLINE_REGIONS), grown(old.slots, slots - ComponentLayout.INLINE_SLOTS));
  }

  private static int grown(int old, int wanted) {
    return wanted <= old ? old : Math.max(FIRST_CAPACITY, 2 * old);
  }

  private void ensureCapacity(int regions, int slots) {
    Capacity old = capacity();
    Capacity grown = capacityFor(regions, slots);
    if (!grown.isLargerThan(old)) {
      return;
    }
    byte[] oldTable = table;
    table = new byte[grown.bytes()];
    Bytes.putLong(table, TableLayout.BIRTH, awake.birth);
    Bytes.putShort(table, TableLayout.REGION_CAPACITY, (short) grown.regions);
    Bytes.putShort(table, TableLayout.SLOT_CAPACITY, (short) grown.slots);
    if (oldTable != null) {
      System.arraycopy(oldTable, TableLayout.BYTES, table, TableLayout.BYTES, old.regions * RegionLayout.BYTES);
      System.arraycopy(
          oldTable,
          TableLayout.BYTES + old.regions * RegionLayout.BYTES,
          table,
          TableLayout.BYTES + grown.regions * RegionLayout.BYTES,
          old.slots * SlotLayout.BYTES);
      epoch.freeAt(awake.tableOffset, awake.birth);
    }
    Extent extent = epoch.allocate(table.length, awake.birth);
    Bytes.putLong(record, ComponentLayout.TABLE_OFFSET, extent.offset());
    awake.tableOffset = extent.offset();
    writeTable();
  }

  private void checkCapacity(int index, int field) {
    if (index >= capacity(table, field)) {
      throw new Damaged(
          media.describe(),
          "the record of component " + Long.toHexString(awake.birth) + " counts more entries than its table holds; run verify");
    }
  }

  private int regionAt(int index) {
    checkCapacity(index - ComponentLayout.INLINE_REGIONS, TableLayout.REGION_CAPACITY);
    return TableLayout.BYTES + (index - ComponentLayout.INLINE_REGIONS) * RegionLayout.BYTES;
  }

  private int slotAt(int index) {
    checkCapacity(index - ComponentLayout.INLINE_SLOTS, TableLayout.SLOT_CAPACITY);
    return TableLayout.BYTES
        + capacity(table, TableLayout.REGION_CAPACITY) * RegionLayout.BYTES
        + (index - ComponentLayout.INLINE_SLOTS) * SlotLayout.BYTES;
  }

  static int capacity(byte[] table, int field) {
    return Bytes.getShort(table, field) & 0xffff;
  }

  static int tableBytes(int regions, int slots) {
    return TableLayout.BYTES + regions * RegionLayout.BYTES + slots * SlotLayout.BYTES;
  }

  private static void clear(byte[] bytes, int from, int length) {
    Arrays.fill(bytes, from, from + length, (byte) 0);
  }
}
