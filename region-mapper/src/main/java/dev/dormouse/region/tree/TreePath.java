package dev.dormouse.region.tree;

/** The way from the root to where a key is or would be. Used again for every change; for one thread. */
final class TreePath {
  final int[] page = new int[TreePages.MOST_HEIGHT];
  /** In an inner page the number of the child that was taken, in the leaf the place of the key. */
  final int[] index = new int[TreePages.MOST_HEIGHT];
  final int[] count = new int[TreePages.MOST_HEIGHT];
  int height;
  boolean found;

  /** Walks down. Levels are counted from the leaf, as in the pages: that of the leaf is 0. */
  void find(TreePages pages, byte[] key, int length) {
    long prefix = TreePages.prefix(key, length);
    height = pages.height();
    int next = pages.header(TreeLayout.ROOT_PAGE);
    for (int level = height - 1; level >= 0; level--) {
      page[level] = next;
      count[level] = pages.countOf(next, level);
      int place = pages.search(next, pages.shapeAt(level), count[level], prefix, key, length);
      if (level > 0) {
        // A separator is the least key of what lies behind it.
        index[level] = place >= 0 ? place + 1 : -1 - place;
        next = pages.childOf(next, index[level]);
      } else {
        found = place >= 0;
        index[0] = found ? place : -1 - place;
      }
    }
  }
}
