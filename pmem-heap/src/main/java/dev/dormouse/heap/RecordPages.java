package dev.dormouse.heap;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Pages that hold nothing but records: what was found once in the page table need not be looked up again. A
 * bit a page, in pieces that are made as they are needed. Changed under the monitor of the page's chunk, read without.
 */
final class RecordPages {
  private static final int PIECE_SHIFT = 13;
  private static final int PIECE_WORDS = 1 << PIECE_SHIFT;

  private final AtomicReferenceArray<AtomicLongArray> pieces;
  private final long words;

  RecordPages(long mostPages) {
    words = (mostPages + Long.SIZE - 1) / Long.SIZE;
    pieces = new AtomicReferenceArray<>(Math.toIntExact((words + PIECE_WORDS - 1) >>> PIECE_SHIFT));
  }

  boolean contains(long page) {
    long word = page / Long.SIZE;
    AtomicLongArray piece = pieces.getPlain((int) (word >>> PIECE_SHIFT));
    return piece != null && ((piece.getPlain((int) word & (PIECE_WORDS - 1)) >>> page) & 1) != 0;
  }

  void add(long page) {
    long word = page / Long.SIZE;
    int index = (int) (word >>> PIECE_SHIFT);
    if (pieces.get(index) == null) {
      int length = (int) Math.min(PIECE_WORDS, words - ((long) index << PIECE_SHIFT));
      pieces.compareAndSet(index, null, new AtomicLongArray(length));
    }
    set(page, 1L << page);
  }

  void remove(long firstPage, int pages) {
    for (long page = firstPage; page < firstPage + pages; page++) {
      if (contains(page)) {
        set(page, 0);
      }
    }
  }

  private void set(long page, long bit) {
    long word = page / Long.SIZE;
    AtomicLongArray piece = pieces.get((int) (word >>> PIECE_SHIFT));
    int at = (int) word & (PIECE_WORDS - 1);
    piece.set(at, (piece.get(at) & ~(1L << page)) | bit);
  }
}
