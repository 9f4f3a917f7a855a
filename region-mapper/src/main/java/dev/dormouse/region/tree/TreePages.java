package dev.dormouse.region.tree;

import dev.dormouse.region.Region;
import dev.dormouse.region.tree.RegionTreeException.Reason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A tree's pages as bytes: reads that check what they read before anything is done with it, and the stores that slots and
 * cells are made of. A page is named by its number; page 0 is the tree's header, so that 0 names none.
 *
 * <p>Nothing here declares a write; callers do, for all that they are going to store, before the first store.
 */
final class TreePages {
  static final int MOST_HEIGHT = 32;

  private static final VarHandle BIG_ENDIAN = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int CELL_MASK = 0xffff;
  private static final int NEAR_BYTES = 256;

  final Region region;
  final PageShape leaf;
  final PageShape inner;
  private final int pageShift;
  private final int mostKeyBytes;
  private final int mostValueBytes;

  TreePages(Region region, int pageBytes, int mostKeyBytes, int mostValueBytes) {
    this.region = region;
    this.pageShift = Integer.numberOfTrailingZeros(pageBytes);
    this.mostKeyBytes = mostKeyBytes;
    this.mostValueBytes = mostValueBytes;
    this.leaf = PageShape.leaf(pageBytes, mostKeyBytes, mostValueBytes);
    this.inner = PageShape.inner(pageBytes, mostKeyBytes);
  }

  int mostKeyBytes() {
    return mostKeyBytes;
  }

  int mostValueBytes() {
    return mostValueBytes;
  }

  PageShape shapeAt(int level) {
    return level == 0 ? leaf : inner;
  }

  int pageBytes() {
    return 1 << pageShift;
  }

  /** How many pages the region has room for, the header's included. */
  int pageLimit() {
    return (int) Math.min(region.lengthBytes() >>> pageShift, Integer.MAX_VALUE);
  }

  /** Where a page begins, in bytes from the region's start. */
  long at(int page) {
    return (long) page << pageShift;
  }

  // The header.

  int header(int field) {
    return region.getInt(field);
  }

  void header(int field, int value) {
    region.putInt(field, value);
  }

  long entryCount() {
    return region.getLong(TreeLayout.ENTRY_COUNT);
  }

  void entryCount(long count) {
    region.putLong(TreeLayout.ENTRY_COUNT, count);
  }

  /** How many levels the tree has, the leaves' included. What loops over levels ends because of it. */
  int height() {
    int height = header(TreeLayout.HEIGHT);
    if (height < 1 || height > MOST_HEIGHT) {
      throw damaged("the header says it has " + height + " levels, 1 to " + MOST_HEIGHT + " expected");
    }
    return height;
  }

  // A page's head.

  /** Checks that a page is one of the tree's, and of that level, and answers how many keys it has. */
  int countOf(int page, int level) {
    PageShape shape = shapeAt(level);
    checkNumber(page);
    long head = region.getLong(at(page));
    int count = (int) (head >>> 16) & 0xffff;
    if ((head & 0xffff) != (shape.kind() | level << 8) || (int) (head >>> 32) != page || count > shape.capacity()) {
      throw damaged(
          "page " + page + " begins with 0x" + Long.toHexString(head) + ", the head of a " + shape.inWords() + " of level " + level
              + " with at most " + shape.capacity() + " keys expected");
    }
    return count;
  }

  /** Checks that a page is on the free list. */
  void checkFree(int page) {
    checkNumber(page);
    long head = region.getLong(at(page));
    if ((head & 0xffff_ffffL) != PageShape.FREE || (int) (head >>> 32) != page) {
      throw damaged("page " + page + " is on the list of free pages and begins with 0x" + Long.toHexString(head) + ", a free page's head expected");
    }
  }

  private void checkNumber(int page) {
    int nextPage = header(TreeLayout.NEXT_PAGE);
    if (page < 1 || page >= nextPage || page >= pageLimit()) {
      throw damaged("it names page " + page + ", 1 to " + (Math.min(nextPage, pageLimit()) - 1) + " expected");
    }
  }

  void head(int page, int kind, int level, int count) {
    region.putLong(at(page), kind | (long) level << 8 | (long) count << 16 | (long) page << 32);
  }

  void count(int page, int count) {
    region.putShort(at(page) + TreePageLayout.COUNT, (short) count);
  }

  /** A leaf's right neighbour, an inner page's first child, a free page's next; 0 for none. */
  int link(int page) {
    return region.getInt(at(page) + TreePageLayout.LINK);
  }

  void link(int page, int to) {
    region.putInt(at(page) + TreePageLayout.LINK, to);
  }

  /** Makes an empty page: its head, and slots that name its cells in order. */
  void format(int page, int level, int link) {
    PageShape shape = shapeAt(level);
    head(page, shape.kind(), level, 0);
    link(page, link);
    region.putInt(at(page) + TreePageLayout.RESERVED, 0);
    for (int i = 0; i < shape.capacity(); i++) {
      slot(page, i, i);
    }
  }

  // Slots.

  long slotAt(int page, int index) {
    return at(page) + TreePageLayout.BYTES + (long) index * PageShape.SLOT_BYTES;
  }

  long slot(int page, int index) {
    return region.getLong(slotAt(page, index));
  }

  void slot(int page, int index, long slot) {
    region.putLong(slotAt(page, index), slot);
  }

  /** Takes the first free slot's cell for an entry at {@code index}, and answers where the cell is. */
  long openSlot(int page, PageShape shape, int index, int count, long prefix) {
    long cell = slot(page, count) & CELL_MASK;
    region.copy(slotAt(page, index), slotAt(page, index + 1), (long) (count - index) * PageShape.SLOT_BYTES);
    slot(page, index, prefix << 16 | cell);
    count(page, count + 1);
    return cellAt(page, shape, cell);
  }

  /** Gives an entry another prefix, and answers where its cell is. */
  long reslot(int page, PageShape shape, int index, long prefix) {
    long cell = slot(page, index) & CELL_MASK;
    slot(page, index, prefix << 16 | cell);
    return cellAt(page, shape, cell);
  }

  /** Takes an entry out; its cell is the first free one. */
  void closeSlot(int page, int index, int count) {
    long cell = slot(page, index) & CELL_MASK;
    region.copy(slotAt(page, index + 1), slotAt(page, index), (long) (count - 1 - index) * PageShape.SLOT_BYTES);
    slot(page, count - 1, cell);
    count(page, count - 1);
  }

  /** Takes the first {@code taken} entries out. */
  void closeFirst(int page, int taken, int count) {
    long[] cells = new long[taken];
    for (int i = 0; i < taken; i++) {
      cells[i] = slot(page, i) & CELL_MASK;
    }
    region.copy(slotAt(page, taken), slotAt(page, 0), (long) (count - taken) * PageShape.SLOT_BYTES);
    for (int i = 0; i < taken; i++) {
      slot(page, count - taken + i, cells[i]);
    }
    count(page, count - taken);
  }

  /** Makes room for {@code added} entries before all others: their slots name cells, and nothing is in them. */
  void openFirst(int page, int added, int count) {
    long[] cells = new long[added];
    for (int i = 0; i < added; i++) {
      cells[i] = slot(page, count + i) & CELL_MASK;
    }
    region.copy(slotAt(page, 0), slotAt(page, added), (long) count * PageShape.SLOT_BYTES);
    for (int i = 0; i < added; i++) {
      slot(page, i, cells[i]);
    }
    count(page, count + added);
  }

  // Cells.

  /** Where the cell is that a slot names, in bytes from the region's start. */
  long cellAt(int page, PageShape shape, long slot) {
    int cell = (int) slot & CELL_MASK;
    if (cell >= shape.capacity()) {
      throw damaged("a slot of page " + page + " names cell " + cell + " of " + shape.capacity());
    }
    return at(page) + shape.cellsOffset() + (long) cell * shape.cellBytes();
  }

  long cellOf(int page, PageShape shape, int index) {
    return cellAt(page, shape, slot(page, index));
  }

  int keyLength(long cell, PageShape shape) {
    int length = Short.toUnsignedInt(region.getShort(cell + shape.keyLengthField()));
    if (length > mostKeyBytes) {
      throw damaged("a key of " + length + " bytes at offset " + cell + ", at most " + mostKeyBytes + " expected");
    }
    return length;
  }

  int valueLength(long cell) {
    int length = Short.toUnsignedInt(region.getShort(cell + PageShape.VALUE_LENGTH_FIELD));
    if (length > mostValueBytes) {
      throw damaged("a value of " + length + " bytes at offset " + cell + ", at most " + mostValueBytes + " expected");
    }
    return length;
  }

  /** Where a leaf's cell has its value: behind the longest key, so that it stays there. */
  long valueAt(long cell) {
    return cell + leaf.keyField() + mostKeyBytes;
  }

  void key(long cell, PageShape shape, byte[] key, int length) {
    region.putShort(cell + shape.keyLengthField(), (short) length);
    region.put(cell + shape.keyField(), key, 0, length);
  }

  /** The key of a cell, copied to the start of {@code key}; answers its length. */
  int key(long cell, PageShape shape, byte[] key) {
    int length = keyLength(cell, shape);
    region.get(cell + shape.keyField(), key, 0, length);
    return length;
  }

  void value(long cell, byte[] value, int index, int length) {
    region.putShort(cell + PageShape.VALUE_LENGTH_FIELD, (short) length);
    region.put(valueAt(cell), value, index, length);
  }

  int child(long cell) {
    return region.getInt(cell + PageShape.CHILD_FIELD);
  }

  void child(long cell, int child) {
    region.putInt(cell + PageShape.CHILD_FIELD, child);
  }

  /** The child before which {@code index} keys of an inner page come. */
  int childOf(int page, int index) {
    return index == 0 ? link(page) : child(cellOf(page, inner, index - 1));
  }

  /** Copies an entry, with all of its cell, into a cell that a slot of another page names; that slot gets the prefix. */
  void copyEntry(int from, int fromIndex, int to, int toIndex, PageShape shape) {
    long source = slot(from, fromIndex);
    long target = slot(to, toIndex) & CELL_MASK;
    region.copy(cellAt(from, shape, source), cellAt(to, shape, target), shape.cellBytes());
    slot(to, toIndex, (source & ~(long) CELL_MASK) | target);
  }

  /** Checks what the slots of a page say, so that moving its entries cannot stop half way. */
  void checkCells(int page, int level) {
    PageShape shape = shapeAt(level);
    int count = countOf(page, level);
    for (int i = 0; i < shape.capacity(); i++) {
      long cell = cellOf(page, shape, i);
      if (i < count) {
        keyLength(cell, shape);
      }
    }
  }

  // Order.

  /** The first bytes of a key as a number that is in the order of the keys, where it differs. */
  static long prefix(byte[] key, int length) {
    if (length >= Long.BYTES) {
      return (long) BIG_ENDIAN.get(key, 0) >>> 16;
    }
    long prefix = 0;
    for (int i = 0; i < PageShape.PREFIX_BYTES; i++) {
      prefix = prefix << 8 | (i < length ? key[i] & 0xff : 0);
    }
    return prefix;
  }

  /** The place of a key among a page's, or -1 less the place where it would be. */
  int search(int page, PageShape shape, int count, long prefix, byte[] key, int length) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long slot = slot(page, middle);
      int order = Long.compare(slot >>> 16, prefix);
      if (order == 0) {
        order = compare(cellAt(page, shape, slot), shape, key, length);
      }
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  /** The order of a cell's key and a key: bytes without sign, then length. */
  int compare(long cell, PageShape shape, byte[] key, int length) {
    int cellLength = keyLength(cell, shape);
    long at = cell + shape.keyField();
    int both = Math.min(cellLength, length);
    int i = 0;
    for (; i <= both - Long.BYTES; i += Long.BYTES) {
      int order = Long.compareUnsigned(Long.reverseBytes(region.getLong(at + i)), (long) BIG_ENDIAN.get(key, i));
      if (order != 0) {
        return order;
      }
    }
    for (; i < both; i++) {
      int order = (region.getByte(at + i) & 0xff) - (key[i] & 0xff);
      if (order != 0) {
        return order;
      }
    }
    return cellLength - length;
  }

  /** The order of two entries of leaves, each with its slot and its cell. */
  int compareEntries(long slot, long cell, long otherSlot, long otherCell) {
    int order = Long.compare(slot >>> 16, otherSlot >>> 16);
    if (order != 0) {
      return order;
    }
    int length = keyLength(cell, leaf);
    int otherLength = keyLength(otherCell, leaf);
    for (int i = leaf.keyField(); i < leaf.keyField() + Math.min(length, otherLength); i++) {
      order = (region.getByte(cell + i) & 0xff) - (region.getByte(otherCell + i) & 0xff);
      if (order != 0) {
        return order;
      }
    }
    return length - otherLength;
  }

  // Declared writes.

  void declareHeader() {
    region.prepareWrite(0, TreeLayout.BYTES);
  }

  void declareHead(int page) {
    region.prepareWrite(at(page), TreePageLayout.BYTES);
  }

  void declarePage(int page) {
    region.prepareWrite(at(page), pageBytes());
  }

  /** The head, all slots and the first cells, which lie together. */
  void declareFresh(int page, PageShape shape, int cells) {
    region.prepareWrite(at(page), shape.cellsOffset() + (long) cells * shape.cellBytes());
  }

  /** What {@link #openSlot} stores to, and the cell that it answers. */
  void declareOpenSlot(int page, PageShape shape, int index, int count, long cellBytes) {
    declareSlots(page, index, count + 1);
    region.prepareWrite(cellOf(page, shape, count), cellBytes);
  }

  /** What {@link #value} stores to. */
  void declareValue(long cell, int length) {
    // The key lies between: mostly less than a fence would cost.
    region.prepareWrite(cell, leaf.keyField() + (long) mostKeyBytes + length);
  }

  /** What {@link #closeSlot} stores to. */
  void declareCloseSlot(int page, int index, int count) {
    declareSlots(page, index, count);
  }

  /** The head and the slots from an index on, together where little lies between: a fence costs more than a line. */
  private void declareSlots(int page, int from, int to) {
    long first = slotAt(page, from);
    if (first - at(page) > NEAR_BYTES) {
      declareHead(page);
    } else {
      first = at(page);
    }
    region.prepareWrite(first, slotAt(page, to) - first);
  }

  RegionTreeException damaged(String fact) {
    return new RegionTreeException(
        Reason.DAMAGED, inWords() + ": " + fact + "; nothing is stored, and the region should be restored from a copy");
  }

  String inWords() {
    return "tree in a region of " + region.lengthBytes() + " bytes";
  }
}
