package dev.dormouse.region.tree;

import java.util.Arrays;
import java.util.BitSet;

/** The proof that a region holds a tree, whole. Each page is looked at once, so it comes to an end whatever the bytes are. */
final class TreeCheck {
  private final TreePages pages;
  private final BitSet seen = new BitSet();
  private final byte[] lastKey;
  private int lastLength = -1;
  private int lastLeaf;
  private long entries;

  TreeCheck(TreePages pages) {
    this.pages = pages;
    this.lastKey = new byte[pages.mostKeyBytes()];
  }

  void run() {
    int height = pages.height();
    if (pages.header(TreeLayout.RESERVED0) != 0 || pages.region.getLong(TreeLayout.RESERVED1) != 0) {
      throw pages.damaged("reserved bytes of the header are not zero");
    }
    subtree(pages.header(TreeLayout.ROOT_PAGE), height - 1, true, null, null);
    if (pages.link(lastLeaf) != 0) {
      throw pages.damaged("the last leaf, " + lastLeaf + ", goes on to page " + pages.link(lastLeaf));
    }
    if (entries != pages.entryCount()) {
      throw pages.damaged("there are " + entries + " entries, and the header counts " + pages.entryCount());
    }
    freePages();
    int used = pages.header(TreeLayout.NEXT_PAGE) - 1;
    if (seen.cardinality() != used) {
      throw pages.damaged(
          used - seen.cardinality() + " of " + used + " pages are neither in use nor free, the first is " + seen.nextClearBit(1));
    }
  }

  /** Keys of a subtree are at least {@code least} and below {@code bound}; null is no bound. */
  private void subtree(int page, int level, boolean isRoot, byte[] least, byte[] bound) {
    int count = pages.countOf(page, level);
    take(page);
    checkCount(page, level, count, isRoot, bound == null);
    checkSlots(page, level, count);
    if (level == 0) {
      checkChain(page);
      for (int i = 0; i < count; i++) {
        checkEntry(page, i, least, bound);
      }
      entries += count;
      return;
    }
    byte[] from = least;
    for (int i = 0; i < count; i++) {
      byte[] until = keyOf(page, pages.inner, i);
      if (from != null && Arrays.compareUnsigned(from, until) > 0) {
        throw pages.damaged("the separators of page " + page + " are not in order at " + i);
      }
      subtree(pages.childOf(page, i), level - 1, false, from, until);
      from = until;
    }
    if (bound != null && Arrays.compareUnsigned(from, bound) > 0) {
      throw pages.damaged("the last separator of page " + page + " is above the one behind the page");
    }
    subtree(pages.childOf(page, count), level - 1, false, from, bound);
  }

  private void checkCount(int page, int level, int count, boolean isRoot, boolean isLast) {
    PageShape shape = pages.shapeAt(level);
    int least = shape.leastCount();
    if (isRoot) {
      least = level == 0 ? 0 : 1;
    } else if (level == 0 && isLast) {
      // Keys that come in their order begin a page with one.
      least = 1;
    }
    if (count < least) {
      throw pages.damaged(shape.inWords() + " " + page + " has " + count + " keys, at least " + least + " expected");
    }
  }

  /** The leaves name one another in the order in which they are found. */
  private void checkChain(int page) {
    if (lastLeaf != 0 && pages.link(lastLeaf) != page) {
      throw pages.damaged("leaf " + lastLeaf + " goes on to page " + pages.link(lastLeaf) + ", page " + page + " expected");
    }
    lastLeaf = page;
  }

  private void checkEntry(int page, int index, byte[] least, byte[] bound) {
    PageShape leaf = pages.leaf;
    long cell = pages.cellOf(page, leaf, index);
    if (lastLength >= 0 && pages.compare(cell, leaf, lastKey, lastLength) <= 0) {
      throw pages.damaged("key " + index + " of leaf " + page + " is not above the one before");
    }
    if ((least != null && pages.compare(cell, leaf, least, least.length) < 0)
        || (bound != null && pages.compare(cell, leaf, bound, bound.length) >= 0)) {
      throw pages.damaged("key " + index + " of leaf " + page + " is not between the separators beside the leaf");
    }
    pages.valueLength(cell);
    lastLength = pages.key(cell, leaf, lastKey);
  }

  /** Each cell has one slot, and each slot in use begins like its key. */
  private void checkSlots(int page, int level, int count) {
    PageShape shape = pages.shapeAt(level);
    if (pages.region.getInt(pages.at(page) + TreePageLayout.RESERVED) != 0) {
      throw pages.damaged("reserved bytes of page " + page + " are not zero");
    }
    BitSet cells = new BitSet();
    for (int i = 0; i < shape.capacity(); i++) {
      int cell = (int) ((pages.cellOf(page, shape, i) - pages.at(page) - shape.cellsOffset()) / shape.cellBytes());
      if (cells.get(cell)) {
        throw pages.damaged("page " + page + " has two slots for cell " + cell);
      }
      cells.set(cell);
      if (i < count) {
        byte[] key = keyOf(page, shape, i);
        if (pages.slot(page, i) >>> 16 != TreePages.prefix(key, key.length)) {
          throw pages.damaged("slot " + i + " of page " + page + " does not begin like its key");
        }
      }
    }
  }

  private void freePages() {
    int found = 0;
    for (int page = pages.header(TreeLayout.FREE_PAGE); page != 0; page = pages.link(page)) {
      pages.checkFree(page);
      take(page);
      found++;
    }
    if (found != pages.header(TreeLayout.FREE_COUNT)) {
      throw pages.damaged(found + " pages are on the list of free pages, and the header counts " + pages.header(TreeLayout.FREE_COUNT));
    }
  }

  private void take(int page) {
    if (seen.get(page)) {
      throw pages.damaged("page " + page + " is used twice");
    }
    seen.set(page);
  }

  private byte[] keyOf(int page, PageShape shape, int index) {
    long cell = pages.cellOf(page, shape, index);
    byte[] key = new byte[pages.keyLength(cell, shape)];
    pages.key(cell, shape, key);
    return key;
  }
}
