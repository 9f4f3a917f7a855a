package dev.dormouse.heap;

import java.util.Map;
import java.util.NavigableMap;

/**
 * Writes what the heap keeps on the media anew, from what records say of it: entries of the page table, owner words, words
 * of chunks. Nothing is flushed: it works on a copy in memory, which is compared with the pool afterwards. For one thread.
 */
public final class HeapRepair {
  private final Media media;
  private final Heap heap;
  private final PageTable table;
  private final ChunkTable words;
  private final SizeClasses classes;
  private final Log log;

  /** Whoever wants to know what was changed. */
  @FunctionalInterface
  public interface Log {
    /** What lies at {@code place}, in bytes from the pool's start, was changed. */
    void changed(long place, String sentence);
  }

  /** What some record says of an extent: how much of it is used, and whose it is. */
  public record Claim(long offset, long lengthBytes, long owner) {}

  /** For a pool on a copy in memory whose heap nobody has used yet. */
  public HeapRepair(Pool pool, Log log) {
    Geometry geometry = pool.header().geometry();
    this.media = pool.media();
    this.heap = pool.heap();
    this.classes = new SizeClasses(geometry.slabPages());
    this.table = new PageTable(media, geometry, classes);
    this.words = new ChunkTable(media, geometry);
    this.log = log;
  }

  /** Sees slots of components' records. */
  @FunctionalInterface
  public interface RecordVisitor {
    /** A slot, and who owns it; {@link Owner#NONE} where it is free. */
    void slot(long offset, long owner);
  }

  /** Shows all slots of slabs of records. */
  public void forEachRecordSlot(RecordVisitor visitor) {
    for (long page = 0; page < table.pageCount(); page++) {
      if (isSound(page) && table.isSlab(page, SizeClasses.RECORD)) {
        for (int slot = 0; slot < classes.slotsOf(SizeClasses.RECORD); slot++) {
          visitor.slot(table.slot(page, SizeClasses.RECORD, slot).offset(), table.slotOwner(page, slot));
        }
      }
    }
  }

  /** The further pages of runs and slabs whose heads are sound, and slabs of records, which everything else is found by. */
  public void mendWhatHeadsTell() {
    long head = 0;
    long end = 0;
    for (long page = 0; page < table.pageCount(); page++) {
      if (page < end && !isHead(page)) {
        // A word that is sound may be stale: whoever made the head wrote the words behind it first.
        int sizeClass = PageState.sizeClass(table.stateOfHead(head));
        long expected = PageState.of(PageState.CONTINUED, sizeClass, page - head, page);
        if (table.stateOfHead(page) != expected) {
          write(page, expected, "a further page of the head at page " + head);
        }
      } else if (!isSound(page) && mayBeSlab(page, SizeClasses.RECORD) && holdsRecords(page)) {
        claimSlab(page, SizeClasses.RECORD);
      }
      if (page >= end && isHead(page) && PageState.number(table.stateOfHead(page)) <= table.pageCount() - page) {
        head = page;
        end = page + PageState.number(table.stateOfHead(page));
      }
    }
  }

  /**
   * Slabs whose heads are damaged. Of the classes whose slots the claims in them fit it is the least: extents are as short as
   * they can be, and where that is wrong nobody loses a byte that a record tells of.
   */
  public void mendSlabs(NavigableMap<Long, Claim> claims) {
    for (long page = 0; page < table.pageCount(); page++) {
      int sizeClass = isSound(page) || claims.containsKey(table.offsetOf(page)) ? classes.count() : SizeClasses.RECORD + 1;
      while (sizeClass < classes.count() && !(mayBeSlab(page, sizeClass) && fits(page, sizeClass, claims))) {
        sizeClass++;
      }
      if (sizeClass < classes.count()) {
        claimSlab(page, sizeClass);
      }
    }
  }

  private void claimSlab(long page, int sizeClass) {
    table.claim(page, classes.slabPagesOf(sizeClass), PageState.SLAB, sizeClass, Owner.NONE);
    log.changed(table.entryOffset(page), "page " + page + ": written anew as the head of a slab of class " + sizeClass);
  }

  /** Whether what is sound of the pages around allows that a slab begins here. */
  private boolean mayBeSlab(long page, int sizeClass) {
    int pages = classes.slabPagesOf(sizeClass);
    if ((page & ChunkTable.PAGES - 1) % pages != 0 || page > table.pageCount() - pages) {
      return false;
    }
    for (long i = 1; i < pages; i++) {
      long word = table.stateOfHead(page + i);
      if (isSound(page + i) && word != PageState.of(PageState.CONTINUED, sizeClass, i, page + i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether some slot holds what begins with the birth of its owner, as records do. */
  private boolean holdsRecords(long page) {
    for (int slot = 0; slot < classes.slotsOf(SizeClasses.RECORD); slot++) {
      long owner = table.slotOwner(page, slot);
      if (owner >= Owner.FIRST_BIRTH && media.getLong(table.slot(page, SizeClasses.RECORD, slot).offset()) == owner) {
        return true;
      }
    }
    return false;
  }

  private boolean fits(long page, int sizeClass, NavigableMap<Long, Claim> claims) {
    long from = table.offsetOf(page);
    long to = table.offsetOf(page + classes.slabPagesOf(sizeClass));
    Map<Long, Claim> inside = claims.subMap(from, true, to, false);
    for (Claim claim : inside.values()) {
      int slot = table.slotAt(page, sizeClass, claim.offset);
      if (slot < 0 || claim.lengthBytes > classes.bytesOf(sizeClass) || table.slotOwner(page, slot) != claim.owner) {
        return false;
      }
    }
    return !inside.isEmpty();
  }

  /**
   * Makes an extent the property of whom a record says, where that can be: it is one already, of whomever; or its pages are
   * free, or nobody knows of them.
   *
   * @return whether it is the claim's owner's now
   */
  public boolean own(Claim claim) {
    if (claim.lengthBytes <= 0 || !heap.isInArena(claim.offset)) {
      return false;
    }
    long page = table.pageOf(claim.offset);
    long head = headOrNone(page);
    if (head < 0) {
      return ownRun(page, claim);
    }
    long word = table.stateOfHead(head);
    if (PageState.kind(word) == PageState.RUN) {
      if (claim.offset != table.offsetOf(head) || claim.lengthBytes > PageState.number(word) * Geometry.PAGE_BYTES) {
        return false;
      }
      if (table.runOwner(head) != claim.owner) {
        log.changed(table.entryOffset(head), "the extent at " + claim.offset + ": its owner was " + Owner.describe(table.runOwner(head)) + ", and is " + Owner.describe(claim.owner) + " now");
        media.putLong(table.entryOffset(head) + PageLayout.OWNER, claim.owner);
      }
      return true;
    }
    int sizeClass = PageState.sizeClass(word);
    int slot = table.slotAt(head, sizeClass, claim.offset);
    if (slot < 0 || claim.lengthBytes > classes.bytesOf(sizeClass)) {
      return false;
    }
    if (table.slotOwner(head, slot) != claim.owner) {
      log.changed(claim.offset, "the extent at " + claim.offset + ": its owner was " + Owner.describe(table.slotOwner(head, slot)) + ", and is " + Owner.describe(claim.owner) + " now");
      table.setSlotOwner(head, slot, claim.owner);
    }
    return true;
  }

  private boolean ownRun(long page, Claim claim) {
    long pages = (claim.lengthBytes - 1) / Geometry.PAGE_BYTES + 1;
    if (claim.offset != table.offsetOf(page) || pages > table.pageCount() - page) {
      return false;
    }
    for (long i = 0; i < pages; i++) {
      if (headOrNone(page + i) >= 0) {
        return false;
      }
    }
    table.claim(page, pages, PageState.RUN, SizeClasses.RUN, claim.owner);
    log.changed(table.entryOffset(page), "page " + page + ": written anew as a run of " + pages + " pages of " + Owner.describe(claim.owner));
    return true;
  }

  /**
   * Takes an extent from whoever owns it; nothing leads to it.
   *
   * @return whether there was one, so that fewer extents are owned now
   */
  public boolean release(long offset) {
    long head = headOrNone(table.pageOf(offset));
    long word = head < 0 ? 0 : table.stateOfHead(head);
    boolean isRun = head >= 0 && PageState.kind(word) == PageState.RUN;
    int slot = head < 0 || isRun ? -1 : table.slotAt(head, PageState.sizeClass(word), offset);
    long owner = isRun ? table.runOwner(head) : slot < 0 ? Owner.NONE : table.slotOwner(head, slot);
    if (isRun ? offset != table.offsetOf(head) : owner == Owner.NONE) {
      return false;
    }
    log.changed(offset, "the extent at " + offset + " of " + Owner.describe(owner) + ", to which nothing leads: released");
    if (isRun) {
      table.free(head);
    } else {
      table.setSlotOwner(head, slot, Owner.NONE);
    }
    return true;
  }

  /** Pages whose entries are damaged still, and to which no record leads, become free. */
  public void freeTheRest() {
    for (long page = 0; page < table.pageCount(); page++) {
      if (!isSound(page)) {
        write(page, PageState.of(PageState.FREE, 0, 0, page), "free, because no record leads to it");
      }
    }
  }

  /** Words of chunks that are damaged, deny room that there is, or take used pages for zeros. */
  public void mendChunkWords() {
    heap.walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            // Only the words matter here.
          }

          @Override
          public void damage(String message) {
            // Verify tells of it.
          }

          @Override
          public void damagedChunk(int chunk, long wordOffset, long needed, String message) {
            words.write(chunk, needed);
            log.changed(wordOffset, "the word of chunk " + chunk + ": written anew from the page table");
          }
        });
  }

  private void write(long page, long word, String what) {
    media.putLong(table.entryOffset(page) + PageLayout.STATE, word);
    log.changed(table.entryOffset(page), "page " + page + ": written anew as " + what);
  }

  private boolean isSound(long page) {
    return table.isSound(page);
  }

  private boolean isHead(long page) {
    int kind = PageState.kind(table.stateOfHead(page));
    return isSound(page) && (kind == PageState.SLAB || kind == PageState.RUN);
  }

  /** The head that covers a page; -1 where there is none, or nobody knows. */
  private long headOrNone(long page) {
    try {
      return table.headOf(page);
    } catch (Damaged damaged) {
      return -1;
    }
  }
}
