package dev.dormouse.region.tree;

import java.util.ConcurrentModificationException;

/**
 * Entries of a {@link RegionTree} one after the other, within bounds. Begins before the first; {@link #next} goes on. For the
 * tree's thread and turn, and until an entry is added or removed; a new value for a known key does no harm.
 */
public final class RegionTreeCursor {
  private final RegionTree tree;
  private final TreePages pages;
  private final long changes;
  private final byte[] to;
  private final long toPrefix;
  private int page;
  private int index;
  private int count;
  private long cell = -1;
  private long lastSlot;

  RegionTreeCursor(RegionTree tree, TreePages pages, byte[] from, byte[] to) {
    this.tree = tree;
    this.pages = pages;
    this.changes = tree.changes();
    this.to = to;
    this.toPrefix = to == null ? 0 : TreePages.prefix(to, to.length);
    seek(from);
  }

  private void seek(byte[] from) {
    TreePath path = new TreePath();
    byte[] first = from == null ? new byte[0] : from;
    path.find(pages, first, first.length);
    page = path.page[0];
    count = path.count[0];
    index = path.index[0] - 1;
  }

  /**
   * Goes on to the next entry; answers whether there is one.
   *
   * @throws ConcurrentModificationException if an entry was added or removed through the same tree since the scan began
   */
  public boolean next() {
    if (changes != tree.changes()) {
      throw new ConcurrentModificationException("an entry was added or removed since this scan began; scan again from the last key");
    }
    if (page == 0) {
      return false;
    }
    index++;
    if (index >= count && !goToNextLeaf()) {
      return end();
    }
    long slot = pages.slot(page, index);
    long next = pages.cellAt(page, pages.leaf, slot);
    // Keys that only rise cannot lead in a circle, whatever the links say.
    if (cell >= 0 && pages.compareEntries(slot, next, lastSlot, cell) <= 0) {
      throw pages.damaged("key " + index + " of leaf " + page + " is not above the one before");
    }
    cell = next;
    lastSlot = slot;
    return !isBehindEnd(slot) || end();
  }

  private boolean goToNextLeaf() {
    int next = pages.link(page);
    if (next == 0) {
      return false;
    }
    int nextCount = pages.countOf(next, 0);
    if (nextCount == 0) {
      throw pages.damaged("leaf " + next + " is empty, and leaf " + page + " goes on to it");
    }
    page = next;
    count = nextCount;
    index = 0;
    return true;
  }

  private boolean isBehindEnd(long slot) {
    if (to == null) {
      return false;
    }
    int order = Long.compare(slot >>> 16, toPrefix);
    return order > 0 || (order == 0 && pages.compare(cell, pages.leaf, to, to.length) >= 0);
  }

  private boolean end() {
    page = 0;
    cell = -1;
    return false;
  }

  /** The length of the entry's key, in bytes. */
  public int keyLength() {
    return pages.keyLength(current(), pages.leaf);
  }

  /** Copies the entry's key to the start of {@code key}; answers its length. */
  public int key(byte[] key) {
    return pages.key(current(), pages.leaf, key);
  }

  /** The length of the entry's value, in bytes. */
  public int valueLength() {
    return pages.valueLength(current());
  }

  /** Copies the entry's value to the start of {@code value}; answers its length. */
  public int value(byte[] value) {
    int length = pages.valueLength(current());
    pages.region.get(pages.valueAt(cell), value, 0, length);
    return length;
  }

  private long current() {
    if (cell < 0) {
      throw new IllegalStateException("there is no entry here: next must have answered true");
    }
    return cell;
  }
}
