package dev.dormouse.emulation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The segments that a medium has lent. A store through one cannot be seen when it is made, so at each later call of the
 * medium, by whichever thread, all segments are compared with what was last seen of them, and every word in which bytes
 * differ is taken for a store of which nobody knows when, since the last comparison, it was made. What one borrower stored
 * between two comparisons is one call. Guarded like the medium.
 */
final class LentRanges {
  /** One lent segment: a copy whose words lie as they lie in the pool. */
  static final class Range {
    private final Thread borrower = Thread.currentThread();
    private final long offset;
    private final long length;
    private final long[] words;
    /** The words as they were when they were compared last. */
    private final long[] seen;

    private Range(long offset, long length) {
      this.offset = offset;
      this.length = length;
      this.words = new long[Math.toIntExact(((offset + length + 7) >>> 3) - (offset >>> 3))];
      this.seen = new long[words.length];
    }

    MemorySegment segment() {
      return MemorySegment.ofArray(words).asSlice(offset & 7, length);
    }

    private long firstWord() {
      return offset >>> 3;
    }

    /** The bytes of a word that were stored to since it was compared last, each as eight ones. */
    private long changed(int at) {
      long differing = words[at] ^ seen[at];
      long mask = 0;
      for (int shift = 0; differing != 0 && shift < Long.SIZE; shift += Byte.SIZE) {
        mask |= (differing >>> shift & 0xff) == 0 ? 0 : 0xffL << shift;
      }
      return mask;
    }

    /** Shows what lies in the medium, but for bytes that were stored to here and not seen yet. */
    private void refresh(int at, long word) {
      long changed = changed(at);
      words[at] = (word & ~changed) | (words[at] & changed);
      seen[at] = word;
    }
  }

  private final RecordedMedia media;
  private final List<Range> ranges = new ArrayList<>();

  LentRanges(RecordedMedia media) {
    this.media = media;
  }

  Range add(long offset, long length) {
    Range range = new Range(offset, length);
    for (int i = 0; i < range.words.length; i++) {
      range.seen[i] = swapped(media.word(range.firstWord() + i));
      range.words[i] = range.seen[i];
    }
    ranges.add(range);
    return range;
  }

  /** Takes a last look at what is given back. */
  void remove(Range range) {
    absorb();
    ranges.remove(range);
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  void clear() {
    ranges.clear();
  }

  /** Sees what was stored through all segments. */
  void absorb() {
    if (ranges.isEmpty()) {
      return;
    }
    Set<Thread> borrowers = new LinkedHashSet<>();
    ranges.forEach(range -> borrowers.add(range.borrower));
    borrowers.forEach(this::absorb);
  }

  private void absorb(Thread borrower) {
    TreeMap<Long, long[]> kept = new TreeMap<>();
    TreeMap<Long, long[]> lost = new TreeMap<>();
    for (Range range : ranges) {
      for (int i = 0; range.borrower == borrower && i < range.words.length; i++) {
        long changed = range.changed(i);
        if (changed != 0) {
          long index = range.firstWord() + i;
          if (media.faults().keepStore(index << 3, Long.BYTES)) {
            boolean reachesMedia = media.faults().keepStoreOnMedia(index << 3, Long.BYTES);
            long[] store = (reachesMedia ? kept : lost).computeIfAbsent(index, number -> new long[2]);
            store[0] |= swapped(changed);
            store[1] = (store[1] & ~swapped(changed)) | (swapped(range.words[i]) & swapped(changed));
          }
          // What the plan refuses did not happen, so the borrower does not see it either.
          range.words[i] = range.seen[i];
        }
      }
    }
    int[] flags = {Trace.LENT};
    kept.forEach(
        (index, store) -> {
          store(index, store, false, flags[0], borrower);
          flags[0] |= Trace.CALL_GOES_ON;
        });
    lost.forEach((index, store) -> store(index, store, true, Trace.LENT, borrower));
  }

  /** One piece from the first changed byte of a word to the last; between them lies what lay there. */
  private void store(long index, long[] store, boolean lost, int flags, Thread borrower) {
    int from = Long.numberOfTrailingZeros(store[0]) / Byte.SIZE;
    int to = Long.BYTES - Long.numberOfLeadingZeros(store[0]) / Byte.SIZE;
    long word = (media.word(index) & ~store[0]) | (store[1] & store[0]);
    long value = (word >>> (from * Byte.SIZE)) & RecordedMedia.maskOf(to - from);
    media.storeLent((index << 3) + from, to - from, value, lost, flags, borrower);
    stored(index);
  }

  /** Shows the borrowers a word that was stored. */
  void stored(long index) {
    for (int i = 0; i < ranges.size(); i++) {
      Range range = ranges.get(i);
      long at = index - range.firstWord();
      if (at >= 0 && at < range.words.length) {
        range.refresh((int) at, swapped(media.word(index)));
      }
    }
  }

  /** Words are little-endian in the pool; in Java's {@code long[]} they have the machine's own order of bytes. */
  private static long swapped(long word) {
    return ValueLayout.JAVA_LONG.order() == ByteOrder.LITTLE_ENDIAN ? word : Long.reverseBytes(word);
  }
}
