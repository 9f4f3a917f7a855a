package dev.dormouse.region.tree;

/**
 * A new entry, with the splits that it needs. First everything is looked at that will be used, then everything is declared
 * that will be stored to, and only then is anything stored: what throws has changed nothing.
 */
final class TreeInsert {
  private final TreePages pages;
  private final TreeSpace space;
  private final TreePath path;
  // The separator and the child that the level above gets, while splits go upwards.
  private byte[] carriedKey;
  private byte[] spareKey;
  private int carriedLength;
  private int carriedChild;

  TreeInsert(TreePages pages, TreeSpace space, TreePath path) {
    this.pages = pages;
    this.space = space;
    this.path = path;
  }

  /** Inserts at the place that the path has found. */
  void insert(byte[] key, int keyLength, byte[] value, int valueIndex, int valueLength) {
    int splits = fullLevels();
    boolean grows = splits == path.height;
    if (grows && path.height == TreePages.MOST_HEIGHT) {
      throw pages.damaged("pages on all of its " + path.height + " levels are full, for which no region has bytes");
    }
    int[] fresh = space.choose(splits + (grows ? 1 : 0));
    declare(splits, fresh, valueLength);

    space.take(fresh);
    pages.entryCount(pages.entryCount() + 1);
    if (splits == 0) {
      putEntry(path.page[0], path.index[0], path.count[0], key, keyLength, value, valueIndex, valueLength);
      return;
    }
    if (carriedKey == null) {
      carriedKey = new byte[pages.mostKeyBytes()];
      spareKey = new byte[pages.mostKeyBytes()];
    }
    splitLeaf(fresh[0], key, keyLength, value, valueIndex, valueLength);
    for (int level = 1; level < splits; level++) {
      splitInner(level, fresh[level]);
    }
    if (grows) {
      growRoot(fresh[splits]);
    } else {
      putChild(path.page[splits], path.index[splits], path.count[splits]);
    }
  }

  /** How many levels, from the leaf on, have a page on the path that is full. */
  private int fullLevels() {
    int level = 0;
    while (level < path.height && path.count[level] == pages.shapeAt(level).capacity()) {
      level++;
    }
    return level;
  }

  /** Before which of the page's keys, the new one counted, it is split. That key of an inner page goes up. */
  private int middle(int level) {
    int capacity = pages.shapeAt(level).capacity();
    if (level > 0) {
      return (capacity + 1) / 2;
    }
    // Keys that come in their order leave full pages behind.
    boolean isLast = path.index[0] == capacity && pages.link(path.page[0]) == 0;
    return isLast ? capacity : (capacity + 2) / 2;
  }

  /** How many of the old keys stay. */
  private int kept(int level) {
    int middle = middle(level);
    return path.index[level] < middle ? middle - 1 : middle;
  }

  private void declare(int splits, int[] fresh, int valueLength) {
    pages.declareHeader();
    for (int level = 0; level < splits; level++) {
      PageShape shape = pages.shapeAt(level);
      int page = path.page[level];
      int kept = kept(level);
      pages.checkCells(page, level);
      pages.declareFresh(fresh[level], shape, Math.min(shape.capacity() - kept + 1, shape.capacity()));
      if (path.index[level] < middle(level)) {
        pages.declareOpenSlot(page, shape, path.index[level], kept, storedBytes(level, valueLength));
      }
      pages.declareHead(page);
    }
    if (splits < path.height) {
      pages.declareOpenSlot(
          path.page[splits], pages.shapeAt(splits), path.index[splits], path.count[splits], storedBytes(splits, valueLength));
    } else {
      pages.declareFresh(fresh[splits], pages.inner, 1);
    }
  }

  /** How much of a cell is stored to. */
  private int storedBytes(int level, int valueLength) {
    return level == 0 ? pages.leaf.keyField() + pages.mostKeyBytes() + valueLength : pages.inner.cellBytes();
  }

  private void splitLeaf(int right, byte[] key, int keyLength, byte[] value, int valueIndex, int valueLength) {
    int left = path.page[0];
    int kept = kept(0);
    boolean goesLeft = path.index[0] < middle(0);
    pages.format(right, 0, pages.link(left));
    moveToFresh(left, kept, right, 0);
    pages.link(left, right);
    if (goesLeft) {
      putEntry(left, path.index[0], kept, key, keyLength, value, valueIndex, valueLength);
    } else {
      putEntry(right, path.index[0] - kept, path.count[0] - kept, key, keyLength, value, valueIndex, valueLength);
    }
    carriedLength = pages.key(pages.cellOf(right, pages.leaf, 0), pages.leaf, carriedKey);
    carriedChild = right;
  }

  private void splitInner(int level, int right) {
    int left = path.page[level];
    int index = path.index[level];
    int middle = middle(level);
    int kept = kept(level);
    if (index == middle) {
      // The new separator is the middle one: it goes on up, and its child is the right page's first.
      pages.format(right, level, carriedChild);
      moveToFresh(left, kept, right, level);
    } else {
      long cell = pages.cellOf(left, pages.inner, kept);
      int upLength = pages.key(cell, pages.inner, spareKey);
      pages.format(right, level, pages.child(cell));
      moveToFresh(left, kept + 1, right, level);
      pages.count(left, kept);
      if (index < middle) {
        putChild(left, index, kept);
      } else {
        putChild(right, index - kept - 1, path.count[level] - kept - 1);
      }
      byte[] up = spareKey;
      spareKey = carriedKey;
      carriedKey = up;
      carriedLength = upLength;
    }
    carriedChild = right;
  }

  /** Moves what stands behind the first {@code from} entries to an empty page. */
  private void moveToFresh(int left, int from, int right, int level) {
    PageShape shape = pages.shapeAt(level);
    int moved = path.count[level] - from;
    for (int i = 0; i < moved; i++) {
      pages.copyEntry(left, from + i, right, i, shape);
    }
    pages.count(right, moved);
    pages.count(left, from);
  }

  private void growRoot(int root) {
    pages.format(root, path.height, pages.header(TreeLayout.ROOT_PAGE));
    putChild(root, 0, 0);
    pages.header(TreeLayout.ROOT_PAGE, root);
    pages.header(TreeLayout.HEIGHT, path.height + 1);
  }

  private void putEntry(
      int page, int index, int count, byte[] key, int keyLength, byte[] value, int valueIndex, int valueLength) {
    long cell = pages.openSlot(page, pages.leaf, index, count, TreePages.prefix(key, keyLength));
    pages.key(cell, pages.leaf, key, keyLength);
    pages.value(cell, value, valueIndex, valueLength);
  }

  private void putChild(int page, int index, int count) {
    long cell = pages.openSlot(page, pages.inner, index, count, TreePages.prefix(carriedKey, carriedLength));
    pages.child(cell, carriedChild);
    pages.key(cell, pages.inner, carriedKey, carriedLength);
  }
}
