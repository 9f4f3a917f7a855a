package dev.dormouse.heap;

/** One walk over the page table, from its start to its end, for {@link Heap#walk}. */
final class HeapWalk {
  private final SizeClasses classes;
  private final PageTable table;
  private final ChunkTable words;
  private final Heap.Visitor visitor;
  // Of the chunk that the walk is in: what its word must not deny.
  private int chunk;
  private long roomyClasses;
  private int freeRun;
  private int longestFreeRun;
  private int ownedPages;

  HeapWalk(SizeClasses classes, PageTable table, ChunkTable words, Heap.Visitor visitor) {
    this.classes = classes;
    this.table = table;
    this.words = words;
    this.visitor = visitor;
  }

  void walk() {
    for (long page = 0; page < table.pageCount(); ) {
      enter((int) (page >>> ChunkTable.PAGE_SHIFT));
      page += walkOne(page);
    }
    enter(Chunks.chunkCountOf(table.pageCount()));
  }

  /** Compares the words of the chunks before this one with what the walk has seen in them. */
  private void enter(int next) {
    while (chunk < next) {
      long value = words.read(chunk);
      long needed = ChunkTable.of(roomyClasses, longestFreeRun);
      if (!words.isSound(chunk)) {
        damagedChunk(needed, "the word of chunk " + chunk + " is not what was written; room is looked for in all of the chunk");
      } else if (!ChunkTable.covers(value, needed)) {
        damagedChunk(
            needed,
            String.format(
                "chunk %d has a free run of %d pages and slots of classes 0x%x, which its word 0x%x denies: nobody would find them",
                chunk, longestFreeRun, roomyClasses, value));
      } else if (ChunkTable.isVirgin(value) && ownedPages > 0) {
        damagedChunk(needed, "the word of chunk " + chunk + " says that it was never used, and " + ownedPages + " of its pages are owned");
      }
      chunk++;
      roomyClasses = 0;
      freeRun = 0;
      longestFreeRun = 0;
      ownedPages = 0;
    }
  }

  private void damagedChunk(long needed, String message) {
    visitor.damagedChunk(chunk, words.offsetOf(chunk), needed, message);
  }

  /** Shows what begins at a page; answers how many pages it covers. */
  private long walkOne(long page) {
    long word;
    try {
      word = table.state(page);
    } catch (Damaged damaged) {
      visitor.damagedPage(page, table.entryOffset(page), damaged.getMessage());
      freeRun = 0;
      return 1;
    }
    int kind = PageState.kind(word);
    if (kind == PageState.FREE || kind == PageState.CONTINUED) {
      freeRun = isWithheld(page) ? 0 : freeRun + 1;
      longestFreeRun = Math.max(longestFreeRun, freeRun);
      return 1;
    }
    freeRun = 0;
    ownedPages++;
    long pages = PageState.number(word);
    int sizeClass = PageState.sizeClass(word);
    boolean soundSlab = kind != PageState.SLAB || (classes.isSlabClass(sizeClass) && pages == classes.slabPagesOf(sizeClass));
    if (pages < 1 || pages > table.pageCount() - page || !soundSlab) {
      visitor.damagedPage(page, table.entryOffset(page), "page table entry " + page + " claims " + pages + " pages of size class " + sizeClass);
      return 1;
    }
    checkFurtherPages(page, pages);
    if (kind == PageState.RUN) {
      visitor.extent(new Extent(table.offsetOf(page), pages * Geometry.PAGE_BYTES), table.runOwner(page), false);
    } else {
      showSlots(page, sizeClass);
    }
    return pages;
  }

  /** Whether the head is damaged that a page names: then it is nobody's to give out, and the head was told of already. */
  private boolean isWithheld(long page) {
    try {
      table.headOf(page);
      return false;
    } catch (Damaged damaged) {
      return true;
    }
  }

  /** Each further page leads to its head: a place in it could not be looked up otherwise. */
  private void checkFurtherPages(long head, long pages) {
    for (long page = head + 1; page < head + pages; page++) {
      try {
        if (table.headOf(page) != head) {
          visitor.damage("page table entry " + page + " does not lead to page " + head + ", whose extent covers it");
        }
      } catch (Damaged damaged) {
        visitor.damage(damaged.getMessage());
      }
    }
  }

  private void showSlots(long head, int sizeClass) {
    for (int slot = 0; slot < classes.slotsOf(sizeClass); slot++) {
      long owner = table.slotOwner(head, slot);
      if (owner == Owner.NONE) {
        roomyClasses |= ChunkTable.classBit(sizeClass);
      } else {
        visitor.extent(table.slot(head, sizeClass, slot), owner, sizeClass == SizeClasses.RECORD);
      }
    }
  }
}
