package dev.dormouse.region.tree;

/**
 * Takes an entry out, and keeps every page filled: one that has too few keys is joined with a neighbour, or the two are evened
 * out. As in {@link TreeInsert} all is looked at, then all is declared, then stored.
 */
final class TreeRemove {
  private final TreePages pages;
  private final TreeSpace space;
  private final TreePath path;
  private byte[] key;

  TreeRemove(TreePages pages, TreeSpace space, TreePath path) {
    this.pages = pages;
    this.space = space;
    this.path = path;
  }

  /** Removes the entry that the path has found. */
  void remove() {
    declare();

    pages.closeSlot(path.page[0], path.index[0], path.count[0]);
    path.count[0]--;
    pages.entryCount(pages.entryCount() - 1);
    int level = 0;
    while (isTooEmpty(level, path.count[level])) {
      int parent = level + 1;
      int separator = separator(level);
      int left = pages.childOf(path.page[parent], separator);
      int right = pages.childOf(path.page[parent], separator + 1);
      if (!fitTogether(level, path.count[level])) {
        evenOut(level, left, right, separator);
        return;
      }
      join(level, left, right, separator);
      level = parent;
    }
    if (level > 0 && level == path.height - 1 && path.count[level] == 0) {
      pages.header(TreeLayout.ROOT_PAGE, pages.link(path.page[level]));
      pages.header(TreeLayout.HEIGHT, level);
      space.release(path.page[level]);
    }
  }

  /** Whether a page on the path may not stay with as many keys. The root may. */
  private boolean isTooEmpty(int level, int count) {
    return level < path.height - 1 && count < pages.shapeAt(level).leastCount();
  }

  /** The number of the separator between a page on the path and the neighbour that it is joined with: the right one, if there is one. */
  private int separator(int level) {
    int index = path.index[level + 1];
    return index < path.count[level + 1] ? index : index - 1;
  }

  private int neighbour(int level) {
    int index = path.index[level + 1];
    return pages.childOf(path.page[level + 1], index < path.count[level + 1] ? index + 1 : index - 1);
  }

  /** Whether a page on the path with as many keys and its neighbour have room in one page. */
  private boolean fitTogether(int level, int count) {
    int separators = level == 0 ? 0 : 1;
    return count + pages.countOf(neighbour(level), level) + separators <= pages.shapeAt(level).capacity();
  }

  private void declare() {
    pages.declareHeader();
    pages.declareCloseSlot(path.page[0], path.index[0], path.count[0]);
    int level = 0;
    int count = path.count[0] - 1;
    while (isTooEmpty(level, count)) {
      int parent = level + 1;
      int neighbour = path.count[parent] == 0 ? path.page[level] : neighbour(level);
      if (neighbour == path.page[level]) {
        throw pages.damaged("page " + path.page[parent] + " has page " + neighbour + " and no other child beside it");
      }
      boolean joins = fitTogether(level, count);
      pages.checkCells(path.page[level], level);
      pages.checkCells(neighbour, level);
      pages.declarePage(path.page[level]);
      pages.declarePage(neighbour);
      if (!joins) {
        int separator = separator(level);
        long slot = pages.slotAt(path.page[parent], separator);
        pages.region.prepareWrite(slot, PageShape.SLOT_BYTES);
        pages.region.prepareWrite(pages.cellOf(path.page[parent], pages.inner, separator), pages.inner.cellBytes());
        return;
      }
      pages.declareCloseSlot(path.page[parent], separator(level), path.count[parent]);
      level = parent;
      count = path.count[parent] - 1;
    }
  }

  /** All of the right page goes to the end of the left one; the parent has a separator and a child less. */
  private void join(int level, int left, int right, int separator) {
    int parent = path.page[level + 1];
    int leftCount = pages.countOf(left, level);
    int rightCount = pages.countOf(right, level);
    if (level == 0) {
      pages.link(left, pages.link(right));
    } else {
      lower(parent, separator, left, leftCount, pages.link(right));
      leftCount++;
    }
    for (int i = 0; i < rightCount; i++) {
      pages.copyEntry(right, i, left, leftCount + i, pages.shapeAt(level));
    }
    pages.count(left, leftCount + rightCount);
    pages.closeSlot(parent, separator, path.count[level + 1]);
    path.count[level + 1]--;
    space.release(right);
  }

  /** Moves entries between two neighbours until they have as many, and gives the parent the separator that belongs there now. */
  private void evenOut(int level, int left, int right, int separator) {
    int parent = path.page[level + 1];
    int leftCount = pages.countOf(left, level);
    int rightCount = pages.countOf(right, level);
    int moved = (leftCount + rightCount) / 2 - leftCount;
    if (level == 0) {
      evenOutLeaves(left, leftCount, right, rightCount, moved);
      raiseFromLeaf(right, parent, separator);
    } else if (moved > 0) {
      turnLeft(parent, separator, left, leftCount, right, rightCount, moved);
    } else {
      turnRight(parent, separator, left, leftCount, right, rightCount, -moved);
    }
    pages.count(left, leftCount + moved);
  }

  private void evenOutLeaves(int left, int leftCount, int right, int rightCount, int moved) {
    if (moved > 0) {
      for (int i = 0; i < moved; i++) {
        pages.copyEntry(right, i, left, leftCount + i, pages.leaf);
      }
      pages.closeFirst(right, moved, rightCount);
    } else {
      pages.openFirst(right, -moved, rightCount);
      for (int i = 0; i < -moved; i++) {
        pages.copyEntry(left, leftCount + moved + i, right, i, pages.leaf);
      }
    }
  }

  /** The separator goes down to the left's end, {@code moved - 1} keys follow it, and the next one takes its place. */
  private void turnLeft(int parent, int separator, int left, int leftCount, int right, int rightCount, int moved) {
    lower(parent, separator, left, leftCount, pages.link(right));
    for (int i = 0; i < moved - 1; i++) {
      pages.copyEntry(right, i, left, leftCount + 1 + i, pages.inner);
    }
    pages.link(right, pages.childOf(right, moved));
    raise(right, moved - 1, parent, separator, right);
    pages.closeFirst(right, moved, rightCount);
  }

  /** The separator goes down before all keys of the right, {@code moved - 1} keys come before it, and the one before takes its place. */
  private void turnRight(int parent, int separator, int left, int leftCount, int right, int rightCount, int moved) {
    int first = leftCount - moved;
    pages.openFirst(right, moved, rightCount);
    for (int i = 0; i < moved - 1; i++) {
      pages.copyEntry(left, first + 1 + i, right, i, pages.inner);
    }
    lower(parent, separator, right, moved - 1, pages.link(right));
    pages.link(right, pages.childOf(left, first + 1));
    raise(left, first, parent, separator, right);
  }

  /** Copies a separator to a slot of a page below; there it stands before {@code child}. */
  private void lower(int parent, int separator, int page, int index, int child) {
    pages.copyEntry(parent, separator, page, index, pages.inner);
    pages.child(pages.cellOf(page, pages.inner, index), child);
  }

  /** Makes a key of an inner page the separator before {@code right}. */
  private void raise(int page, int index, int parent, int separator, int right) {
    pages.copyEntry(page, index, parent, separator, pages.inner);
    pages.child(pages.cellOf(parent, pages.inner, separator), right);
  }

  /** Makes the first key of a leaf the separator before it. */
  private void raiseFromLeaf(int right, int parent, int separator) {
    if (key == null) {
      key = new byte[pages.mostKeyBytes()];
    }
    int length = pages.key(pages.cellOf(right, pages.leaf, 0), pages.leaf, key);
    long cell = pages.reslot(parent, pages.inner, separator, TreePages.prefix(key, length));
    pages.key(cell, pages.inner, key, length);
  }
}
