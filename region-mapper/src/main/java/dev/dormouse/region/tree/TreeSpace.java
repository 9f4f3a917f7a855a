package dev.dormouse.region.tree;

import dev.dormouse.region.tree.RegionTreeException.Reason;

/**
 * Which pages a tree uses: those below the header's {@code nextPage}, but for a list of free ones. Pages above were never
 * stored to, so formatting a tree costs the same whatever the region's length, and a region that has grown needs no work.
 */
final class TreeSpace {
  private static final int[] NONE = {};

  private final TreePages pages;

  TreeSpace(TreePages pages) {
    this.pages = pages;
  }

  /**
   * Chooses pages and stores nothing. Free ones come first.
   *
   * @throws RegionTreeException {@code FULL} if there are not as many
   */
  int[] choose(int count) {
    if (count == 0) {
      return NONE;
    }
    int[] chosen = new int[count];
    int free = pages.header(TreeLayout.FREE_PAGE);
    int next = pages.header(TreeLayout.NEXT_PAGE);
    for (int i = 0; i < count; i++) {
      if (free != 0) {
        pages.checkFree(free);
        checkIsNew(chosen, i, free);
        chosen[i] = free;
        free = pages.link(free);
      } else if (next < pages.pageLimit()) {
        chosen[i] = next++;
      } else {
        throw new RegionTreeException(
            Reason.FULL,
            pages.inWords() + ": " + count + " more pages of " + pages.pageBytes() + " bytes are needed, and " + i + " of "
                + (pages.pageLimit() - 1) + " are free; nothing is stored. Resize the region and open the tree again, it takes up the new space");
      }
    }
    return chosen;
  }

  /** A list that has a page twice goes in a circle. */
  private void checkIsNew(int[] chosen, int count, int page) {
    for (int i = 0; i < count; i++) {
      if (chosen[i] == page) {
        throw pages.damaged("page " + page + " is on the list of free pages twice");
      }
    }
  }

  /** Takes the chosen pages, before anything is stored to one of them. */
  void take(int[] chosen) {
    for (int page : chosen) {
      if (page == pages.header(TreeLayout.FREE_PAGE)) {
        pages.header(TreeLayout.FREE_PAGE, pages.link(page));
        pages.header(TreeLayout.FREE_COUNT, pages.header(TreeLayout.FREE_COUNT) - 1);
      } else {
        pages.header(TreeLayout.NEXT_PAGE, page + 1);
      }
    }
  }

  /** Puts a page on the free list. */
  void release(int page) {
    pages.head(page, PageShape.FREE, 0, 0);
    pages.link(page, pages.header(TreeLayout.FREE_PAGE));
    pages.header(TreeLayout.FREE_PAGE, page);
    pages.header(TreeLayout.FREE_COUNT, pages.header(TreeLayout.FREE_COUNT) + 1);
  }

  /** How many pages can still be taken. */
  long available() {
    return (long) pages.pageLimit() - pages.header(TreeLayout.NEXT_PAGE) + pages.header(TreeLayout.FREE_COUNT);
  }
}
