package dev.dormouse.heap;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Pages of slabs of records, but for their first ones: what was found once in the page table need not be looked up again. A
 * bit a page. Changed under the heap's lock, read without.
 */
final class RecordPages {
  private final AtomicLongArray bits;

  RecordPages(long pageCount) {
    bits = new AtomicLongArray(Math.toIntExact((pageCount + Long.SIZE - 1) / Long.SIZE));
  }

  boolean contains(long page) {
    return ((bits.getPlain((int) (page / Long.SIZE)) >>> page) & 1) != 0;
  }

  void add(long page) {
    int word = (int) (page / Long.SIZE);
    bits.set(word, bits.get(word) | 1L << page);
  }

  void remove(long firstPage, int pages) {
    for (long page = firstPage; page < firstPage + pages; page++) {
      int word = (int) (page / Long.SIZE);
      bits.set(word, bits.get(word) & ~(1L << page));
    }
  }
}
