package dev.dormouse.region.tree;

/**
 * How the pages of one kind are laid out. Behind the head come {@code capacity} slots of 8 bytes, then as many cells of one
 * size. A slot names a cell, and the slots, not the cells, are in the order of the keys: so an entry comes and goes by moving
 * slots, and its bytes stay in the lines they were written to.
 *
 * <pre>
 *  slot:        bits 0..15   number of a cell; every cell is named by one slot, those of free cells come last
 *               bits 16..63  the key's first 6 bytes, the first the highest, zeros behind a shorter key
 *  leaf cell:   u16 keyLength, u16 valueLength, key, value
 *  inner cell:  u32 child, u16 keyLength, u16 unused, key
 * </pre>
 *
 * @param capacity how many slots and cells a page has
 * @param leastCount how many keys a page has at least, but for the root and the last leaf
 * @param cellsOffset of the first cell, from the page's start
 * @param keyLengthField in a cell
 * @param keyField in a cell
 */
record PageShape(int kind, int capacity, int leastCount, int cellsOffset, int cellBytes, int keyLengthField, int keyField) {
  static final int LEAF = 1;
  static final int INNER = 2;
  static final int FREE = 3;

  static final int SLOT_BYTES = 8;
  static final int PREFIX_BYTES = 6;
  /** In a leaf's cell. */
  static final int VALUE_LENGTH_FIELD = 2;
  /** In an inner page's cell. */
  static final int CHILD_FIELD = 0;

  /** With fewer, a split or an evening out could leave a page without a key. */
  static final int LEAST_CAPACITY = 4;

  private static final int LEAF_KEY_FIELD = 4;
  private static final int INNER_KEY_FIELD = 8;

  static PageShape leaf(int pageBytes, int mostKeyBytes, int mostValueBytes) {
    return of(LEAF, pageBytes, LEAF_KEY_FIELD + mostKeyBytes + mostValueBytes, 0, LEAF_KEY_FIELD);
  }

  static PageShape inner(int pageBytes, int mostKeyBytes) {
    return of(INNER, pageBytes, INNER_KEY_FIELD + mostKeyBytes, Integer.BYTES, INNER_KEY_FIELD);
  }

  private static PageShape of(int kind, int pageBytes, int usedCellBytes, int keyLengthField, int keyField) {
    int cellBytes = (usedCellBytes + 7) & -8;
    int capacity = (pageBytes - TreePageLayout.BYTES) / (SLOT_BYTES + cellBytes);
    int cellsOffset = TreePageLayout.BYTES + capacity * SLOT_BYTES;
    return new PageShape(kind, capacity, Math.max(1, capacity / 3), cellsOffset, cellBytes, keyLengthField, keyField);
  }

  boolean isLeaf() {
    return kind == LEAF;
  }

  String inWords() {
    return kind == LEAF ? "leaf" : "inner page";
  }
}
