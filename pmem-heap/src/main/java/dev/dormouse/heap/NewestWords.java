package dev.dormouse.heap;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Carries out what a {@link JournalScan} has collected, from the newest entry to the oldest, so that each word is written once,
 * whatever the number of entries that change it. For one thread.
 *
 * <p>What it takes of the heap is bounded by the entries' number and bytes, however much the pool is that they set to zero.
 */
final class NewestWords {
  private static final int WORDS_SHIFT = 9;
  private static final int LONGS = 8;
  private static final int PAGE_WORDS = 1 << WORDS_SHIFT;
  private static final int FIRST_CAPACITY = 1 << 10;

  private final Target target;
  private long[] pages = new long[FIRST_CAPACITY];
  private long[] masks = new long[FIRST_CAPACITY * LONGS];
  private int size;
  // By the first of them: behind the last of pages that some entry has set to zero, so that no older one counts in them.
  private final TreeMap<Long, Long> zeroed = new TreeMap<>();
  private long zeroedPages;
  private long pieces;

  /** Where the words go. */
  interface Target {
    void write(long offset, byte[] source, int index, int length) throws IOException;

    void zeros(long offset, long length) throws IOException;
  }

  NewestWords(Target target) {
    this.target = target;
  }

  /** How many pieces were written. */
  long pieces() {
    return pieces;
  }

  /** In how many pages the written words are. */
  long pages() {
    return size + zeroedPages;
  }

  void carryOut(JournalScan scan) throws IOException {
    for (int entry = scan.count() - 1; entry >= 0; entry--) {
      carryOut(scan, entry);
    }
  }

  private void carryOut(JournalScan scan, int entry) throws IOException {
    long start = scan.offset(entry) >>> 3;
    long end = start + (scan.length(entry) >>> 3);
    // Whole pages that are set to zero need no masks: they are many where a large range is.
    long firstWhole = scan.isZeros(entry) ? (start + PAGE_WORDS - 1) >>> WORDS_SHIFT : Long.MAX_VALUE;
    long endWhole = end >>> WORDS_SHIFT;
    long runStart = -1;
    for (long word = start; word < end; ) {
      long page = word >>> WORDS_SHIFT;
      if (isZeroed(page)) {
        runStart = writeRun(scan, entry, start, runStart, word);
        word = Math.min(end, (page + 1) << WORDS_SHIFT);
        continue;
      }
      if (page >= firstWhole && page < endWhole && pages[slotOf(page)] == 0) {
        zeroedPages++;
        runStart = runStart < 0 ? word : runStart;
        word += PAGE_WORDS;
        continue;
      }
      long blockEnd = Math.min(end, (word | (Long.SIZE - 1)) + 1);
      int at = maskOf(page) + (int) ((word >>> 6) & (LONGS - 1));
      long wanted = bits((int) word & (Long.SIZE - 1), (int) (blockEnd - word));
      long missing = wanted & ~masks[at];
      masks[at] |= wanted;
      if (missing == wanted) {
        runStart = runStart < 0 ? word : runStart;
      } else {
        runStart = writeRun(scan, entry, start, runStart, word);
        long base = word & -Long.SIZE;
        while (missing != 0) {
          int first = Long.numberOfTrailingZeros(missing);
          int count = Long.numberOfTrailingZeros(~(missing >>> first));
          writeRun(scan, entry, start, base + first, base + first + count);
          missing &= ~bits(first, count);
        }
      }
      word = blockEnd;
    }
    writeRun(scan, entry, start, runStart, end);
    if (firstWhole < endWhole) {
      noteZeroed(firstWhole, endWhole);
    }
  }

  private boolean isZeroed(long page) {
    Map.Entry<Long, Long> range = zeroed.isEmpty() ? null : zeroed.floorEntry(page);
    return range != null && page < range.getValue();
  }

  private void noteZeroed(long first, long end) {
    long from = first;
    long to = end;
    // As one range with those that it meets.
    for (Map.Entry<Long, Long> met = zeroed.floorEntry(to); met != null && met.getValue() >= from; met = zeroed.floorEntry(to)) {
      from = Math.min(from, met.getKey());
      to = Math.max(to, met.getValue());
      zeroed.remove(met.getKey());
    }
    zeroed.put(from, to);
  }

  /** As many ones, from a bit on. */
  private static long bits(int first, int count) {
    return (count == Long.SIZE ? -1L : (1L << count) - 1) << first;
  }

  private long writeRun(JournalScan scan, int entry, long entryStart, long from, long to) throws IOException {
    if (from >= 0 && from < to) {
      pieces++;
      long length = (to - from) << 3;
      if (scan.isZeros(entry)) {
        target.zeros(from << 3, length);
      } else {
        target.write(from << 3, scan.bytes(), scan.source(entry) + (int) ((from - entryStart) << 3), (int) length);
      }
    }
    return -1;
  }

  /** Where the mask of a page begins. */
  private int maskOf(long page) {
    int slot = slotOf(page);
    if (pages[slot] == 0) {
      if (size * 2 >= pages.length) {
        grow();
        slot = slotOf(page);
      }
      pages[slot] = page + 1;
      size++;
    }
    return slot * LONGS;
  }

  private int slotOf(long page) {
    int slot = (int) ((page * 0x9E3779B97F4A7C15L) >>> 32) & (pages.length - 1);
    while (pages[slot] != 0 && pages[slot] != page + 1) {
      slot = (slot + 1) & (pages.length - 1);
    }
    return slot;
  }

  private void grow() {
    long[] oldPages = pages;
    long[] oldMasks = masks;
    pages = new long[oldPages.length * 2];
    masks = new long[oldMasks.length * 2];
    for (int old = 0; old < oldPages.length; old++) {
      if (oldPages[old] != 0) {
        int slot = slotOf(oldPages[old] - 1);
        pages[slot] = oldPages[old];
        System.arraycopy(oldMasks, old * LONGS, masks, slot * LONGS, LONGS);
      }
    }
  }
}
