package dev.dormouse.region.tree;

import dev.dormouse.region.Region;
import dev.dormouse.region.tree.RegionTreeException.Reason;
import java.util.Objects;

/**
 * A sorted map of byte strings in a region: a B+-tree. Keys are in the order of their bytes without sign, a key before those
 * that it begins. Lengths of keys and values go up to what was declared when the tree was formatted.
 *
 * <p><b>Crashes.</b> A tree has no log of its own: what a turn does to its region is committed with the turn or undone with it,
 * and so is every put and remove. That is all that {@link #format}, {@link #put} and {@link #remove} rely on.
 *
 * <p><b>Cost.</b> A value of a new entry is stored once and stays where it is until its page is split or joined; what a put
 * has to log are the lines of the entry, of some slots of its page, and of the header, which counts the entries. A get reads
 * and allocates nothing. Each entry takes the room of the longest key and value.
 *
 * <p><b>Threads and lifetime.</b> Those of the {@link Region}: a tree is opened in each turn, for the turn's thread. Several may
 * be open over one region.
 *
 * <p><b>Errors.</b> {@link RegionTreeException} where the region has no room or does not hold what a tree can have; such bytes
 * are never followed out of the region, nor in a circle. {@link IllegalArgumentException} for a key or value that is too
 * long. What the region itself throws comes through. All pages and lines are checked and declared before the first is stored
 * to, so whatever is thrown, the tree is as it was.
 */
public final class RegionTree {
  /** What {@link #get} answers where there is no such key. */
  public static final int ABSENT = -1;

  /** The length of a page, unless said otherwise, in bytes. */
  public static final int DEFAULT_PAGE_BYTES = 4096;

  /** The least length of a page in bytes. */
  public static final int LEAST_PAGE_BYTES = 128;

  /** The greatest length of a page in bytes. */
  public static final int MOST_PAGE_BYTES = 1 << 16;

  // "DORMTREE", little-endian.
  private static final long MAGIC = 0x4545_5254_4d52_4f44L;
  private static final int MAJOR = 1;
  private static final int MINOR = 0;

  private final TreePages pages;
  private final TreeSpace space;
  private TreePath path;
  private TreeInsert insert;
  private TreeRemove remove;
  private long changes;

  private RegionTree(TreePages pages) {
    this.pages = pages;
    this.space = new TreeSpace(pages);
  }

  /** Makes an empty tree with pages of {@value #DEFAULT_PAGE_BYTES} bytes. Otherwise as below. */
  public static RegionTree format(Region region, int mostKeyBytes, int mostValueBytes) {
    return format(region, mostKeyBytes, mostValueBytes, DEFAULT_PAGE_BYTES);
  }

  /**
   * Makes an empty tree in a region, whatever is in there. Stores to the first two pages only.
   *
   * @param mostKeyBytes how long a key can be, at least 1
   * @param mostValueBytes how long a value can be, at least 0
   * @param pageBytes a power of two, {@value #LEAST_PAGE_BYTES} to {@value #MOST_PAGE_BYTES}; a page must have room for
   *     4 of the longest entries
   * @throws IllegalArgumentException for other lengths
   * @throws RegionTreeException {@code FULL} if the region has no room for two pages
   */
  public static RegionTree format(Region region, int mostKeyBytes, int mostValueBytes, int pageBytes) {
    if (!isPossible(pageBytes, mostKeyBytes, mostValueBytes)) {
      throw new IllegalArgumentException(
          "pages of " + pageBytes + " bytes for keys of up to " + mostKeyBytes + " and values of up to " + mostValueBytes
              + " bytes: a power of two from " + LEAST_PAGE_BYTES + " to " + MOST_PAGE_BYTES + ", with room for "
              + PageShape.LEAST_CAPACITY + " entries, expected");
    }
    TreePages pages = new TreePages(region, pageBytes, mostKeyBytes, mostValueBytes);
    if (pages.pageLimit() < 2) {
      throw new RegionTreeException(
          Reason.FULL, pages.inWords() + ": two pages of " + pageBytes + " bytes needed at least; nothing is stored");
    }
    pages.declareHeader();
    pages.declareFresh(1, pages.leaf, 0);
    region.fill(0, TreeLayout.BYTES, (byte) 0);
    region.putLong(TreeLayout.MAGIC, MAGIC);
    region.putShort(TreeLayout.MAJOR, (short) MAJOR);
    region.putShort(TreeLayout.MINOR, (short) MINOR);
    pages.header(TreeLayout.PAGE_BYTES, pageBytes);
    pages.header(TreeLayout.MOST_KEY_BYTES, mostKeyBytes);
    pages.header(TreeLayout.MOST_VALUE_BYTES, mostValueBytes);
    pages.header(TreeLayout.HEIGHT, 1);
    pages.header(TreeLayout.ROOT_PAGE, 1);
    pages.header(TreeLayout.NEXT_PAGE, 2);
    pages.format(1, 0, 0);
    return new RegionTree(pages);
  }

  /**
   * The tree that a region holds. Reads the header only; a region that was resized since gives the tree its new length.
   *
   * @throws RegionTreeException {@code NOT_A_TREE}, {@code UNSUPPORTED_FORMAT}, {@code DAMAGED} or {@code REGION_TOO_SHORT}
   */
  public static RegionTree open(Region region) {
    if (region.lengthBytes() < TreeLayout.BYTES || region.getLong(TreeLayout.MAGIC) != MAGIC) {
      throw new RegionTreeException(
          Reason.NOT_A_TREE, "region of " + region.lengthBytes() + " bytes: it does not begin with a tree's header; format it first");
    }
    int major = Short.toUnsignedInt(region.getShort(TreeLayout.MAJOR));
    if (major != MAJOR) {
      throw new RegionTreeException(
          Reason.UNSUPPORTED_FORMAT,
          "tree in a region of " + region.lengthBytes() + " bytes: format " + major + ", " + MAJOR + " expected; it is left alone");
    }
    int pageBytes = region.getInt(TreeLayout.PAGE_BYTES);
    int mostKeyBytes = region.getInt(TreeLayout.MOST_KEY_BYTES);
    int mostValueBytes = region.getInt(TreeLayout.MOST_VALUE_BYTES);
    if (!isPossible(pageBytes, mostKeyBytes, mostValueBytes)) {
      throw new RegionTreeException(
          Reason.DAMAGED,
          "tree in a region of " + region.lengthBytes() + " bytes: the header says pages of " + pageBytes + ", keys of " + mostKeyBytes
              + " and values of " + mostValueBytes + " bytes, which cannot be; it is left alone");
    }
    TreePages pages = new TreePages(region, pageBytes, mostKeyBytes, mostValueBytes);
    int nextPage = pages.header(TreeLayout.NEXT_PAGE);
    if (nextPage < 2) {
      throw pages.damaged("the header says " + nextPage + " pages were used, at least 2 expected");
    }
    if (nextPage > pages.pageLimit()) {
      throw new RegionTreeException(
          Reason.REGION_TOO_SHORT,
          pages.inWords() + ": it uses " + nextPage + " pages of " + pageBytes + " bytes; resize the region to "
              + (long) nextPage * pageBytes + " bytes at least. What was cut off is gone");
    }
    return new RegionTree(pages);
  }

  private static boolean isPossible(int pageBytes, int mostKeyBytes, int mostValueBytes) {
    return pageBytes >= LEAST_PAGE_BYTES
        && pageBytes <= MOST_PAGE_BYTES
        && Integer.bitCount(pageBytes) == 1
        && mostKeyBytes >= 1
        && mostKeyBytes <= pageBytes
        && mostValueBytes >= 0
        && mostValueBytes <= pageBytes
        && PageShape.leaf(pageBytes, mostKeyBytes, mostValueBytes).capacity() >= PageShape.LEAST_CAPACITY
        && PageShape.inner(pageBytes, mostKeyBytes).capacity() >= PageShape.LEAST_CAPACITY;
  }

  /** How many entries there are. */
  public long size() {
    return pages.entryCount();
  }

  /** How long a key can be, in bytes. */
  public int mostKeyBytes() {
    return pages.mostKeyBytes();
  }

  /** How long a value can be, in bytes. */
  public int mostValueBytes() {
    return pages.mostValueBytes();
  }

  /** How many pages of the region can still be taken. A put takes one for each level at most, and one more. */
  public long availablePages() {
    return space.available();
  }

  /** Up to where the region is or was in use, in bytes: it cannot be made shorter than this. */
  public long extentBytes() {
    return pages.at(pages.header(TreeLayout.NEXT_PAGE));
  }

  /** Whether there is an entry of that key. */
  public boolean contains(byte[] key) {
    return cellOf(key) >= 0;
  }

  /**
   * Copies the value of a key to the start of {@code value}.
   *
   * @param value must have room for the value; {@link #mostValueBytes} bytes are always enough
   * @return the value's length in bytes, or {@link #ABSENT}
   * @throws IndexOutOfBoundsException if the value is longer than {@code value}
   */
  public int get(byte[] key, byte[] value) {
    long cell = cellOf(key);
    if (cell < 0) {
      return ABSENT;
    }
    int length = pages.valueLength(cell);
    pages.region.get(pages.valueAt(cell), value, 0, length);
    return length;
  }

  /** Where the entry of a key has its cell, or -1. The same walk as {@link TreePath#find}, which remembers it. */
  private long cellOf(byte[] key) {
    checkKey(key);
    long prefix = TreePages.prefix(key, key.length);
    int page = pages.header(TreeLayout.ROOT_PAGE);
    for (int level = pages.height() - 1; level > 0; level--) {
      int place = pages.search(page, pages.inner, pages.countOf(page, level), prefix, key, key.length);
      page = pages.childOf(page, place >= 0 ? place + 1 : -1 - place);
    }
    int place = pages.search(page, pages.leaf, pages.countOf(page, 0), prefix, key, key.length);
    return place < 0 ? -1 : pages.cellOf(page, pages.leaf, place);
  }

  /** Gives a key all of {@code value}. Otherwise as below. */
  public boolean put(byte[] key, byte[] value) {
    return put(key, value, 0, value.length);
  }

  /**
   * Gives a key a value, a copy of {@code length} bytes of {@code value[index..]}.
   *
   * @return whether the key is new
   * @throws RegionTreeException {@code FULL} if the tree needs a page and there is none
   */
  public boolean put(byte[] key, byte[] value, int index, int length) {
    checkKey(key);
    Objects.checkFromIndexSize(index, length, value.length);
    if (length > pages.mostValueBytes()) {
      throw new IllegalArgumentException(
          "a value of " + length + " bytes: at most " + pages.mostValueBytes() + " expected; nothing is stored");
    }
    path().find(pages, key, key.length);
    if (path.found) {
      long cell = pages.cellOf(path.page[0], pages.leaf, path.index[0]);
      pages.declareValue(cell, length);
      pages.value(cell, value, index, length);
      return false;
    }
    if (insert == null) {
      insert = new TreeInsert(pages, space, path);
    }
    changes++;
    insert.insert(key, key.length, value, index, length);
    return true;
  }

  /** Removes the entry of a key; answers whether there was one. Pages that are not needed any more are used again. */
  public boolean remove(byte[] key) {
    checkKey(key);
    path().find(pages, key, key.length);
    if (!path.found) {
      return false;
    }
    if (remove == null) {
      remove = new TreeRemove(pages, space, path);
    }
    changes++;
    remove.remove();
    return true;
  }

  /**
   * The entries in the order of their keys.
   *
   * @param from where to begin, the key itself included; null for the first
   * @param to where to end, the key itself excluded; null for behind the last
   */
  public RegionTreeCursor scan(byte[] from, byte[] to) {
    return new RegionTreeCursor(this, pages, from, to);
  }

  /**
   * Proves all that holds for a tree: every page is in use once or free once, keys are in order and where they are looked for,
   * pages are filled, counts are right. Reads everything.
   *
   * @throws RegionTreeException {@code DAMAGED} with the first thing that does not hold
   */
  public void check() {
    new TreeCheck(pages).run();
  }

  long changes() {
    return changes;
  }

  private TreePath path() {
    if (path == null) {
      path = new TreePath();
    }
    return path;
  }

  private void checkKey(byte[] key) {
    if (key.length > pages.mostKeyBytes()) {
      throw new IllegalArgumentException(
          "a key of " + key.length + " bytes: at most " + pages.mostKeyBytes() + " expected; nothing is stored");
    }
  }
}
