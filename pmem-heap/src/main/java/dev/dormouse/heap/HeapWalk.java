package dev.dormouse.heap;

/** One walk over the page table, from its start to its end, for {@link Heap#walk}. */
final class HeapWalk {
  private final Geometry geometry;
  private final SizeClasses classes;
  private final PageTable table;
  private final Heap.Visitor visitor;

  HeapWalk(Geometry geometry, SizeClasses classes, PageTable table, Heap.Visitor visitor) {
    this.geometry = geometry;
    this.classes = classes;
    this.table = table;
    this.visitor = visitor;
  }

  void walk() {
    for (long page = 0; page < geometry.pageCount(); ) {
      page += walkOne(page);
    }
  }

  /** Shows what begins at a page; answers how many pages it covers. */
  private long walkOne(long page) {
    long word;
    try {
      word = table.state(page);
    } catch (Damaged damaged) {
      visitor.damage(damaged.getMessage());
      return 1;
    }
    int kind = PageState.kind(word);
    if (kind == PageState.FREE || kind == PageState.CONTINUED) {
      return 1;
    }
    long pages = PageState.number(word);
    int sizeClass = PageState.sizeClass(word);
    boolean soundSlab = kind != PageState.SLAB || (pages == geometry.slabPages() && classes.isSlabClass(sizeClass));
    if (pages < 1 || pages > geometry.pageCount() - page || !soundSlab) {
      visitor.damage("page table entry " + page + " claims " + pages + " pages of size class " + sizeClass);
      return 1;
    }
    if (kind == PageState.RUN) {
      visitor.extent(new Extent(table.offsetOf(page), pages * Geometry.PAGE_BYTES), table.runOwner(page), false);
    } else {
      showSlots(page, sizeClass);
    }
    return pages;
  }

  private void showSlots(long head, int sizeClass) {
    for (int slot = 0; slot < classes.slotsOf(sizeClass); slot++) {
      long owner = table.slotOwner(head, slot);
      if (owner != Owner.NONE) {
        visitor.extent(table.slot(head, sizeClass, slot), owner, sizeClass == SizeClasses.RECORD);
      }
    }
  }
}
