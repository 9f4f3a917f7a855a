package dev.dormouse.emulation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments that a medium has lent. A store through one cannot be seen when it is made, so at each later access of the
 * borrowing thread the segment is compared with the medium, and every word that differs is taken for a store of which
 * nobody knows when, since the last comparison, it was made. Guarded like the medium.
 */
final class LentRanges {
  /** One lent segment: a copy whose words lie as they lie in the pool. */
  static final class Range {
    private final Thread borrower = Thread.currentThread();
    private final long offset;
    private final long length;
    private final long[] words;

    private Range(long offset, long length) {
      this.offset = offset;
      this.length = length;
      this.words = new long[Math.toIntExact(((offset + length + 7) >>> 3) - (offset >>> 3))];
    }

    MemorySegment segment() {
      return MemorySegment.ofArray(words).asSlice(offset & 7, length);
    }

    private long firstWord() {
      return offset >>> 3;
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
      range.words[i] = littleEndian(media.word(range.firstWord() + i));
    }
    ranges.add(range);
    return range;
  }

  /** Takes a last look at what is given back. */
  void remove(Range range) {
    absorb(range);
    ranges.remove(range);
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  void clear() {
    ranges.clear();
  }

  /** Sees what the calling thread stored. */
  void absorb() {
    if (ranges.isEmpty()) {
      return;
    }
    for (Range range : ranges) {
      if (range.borrower == Thread.currentThread()) {
        absorb(range);
      }
    }
  }

  private void absorb(Range range) {
    int flags = Trace.LENT;
    for (int i = 0; i < range.words.length; i++) {
      long index = range.firstWord() + i;
      long value = littleEndian(range.words[i]);
      if (value != media.word(index) && media.faults().keepStore(index << 3, Long.BYTES)) {
        int from = (int) Math.max(0, range.offset - (index << 3));
        int to = (int) Math.min(Long.BYTES, range.offset + range.length - (index << 3));
        boolean lost = !media.faults().keepStoreOnMedia(index << 3, Long.BYTES);
        media.storePiece(
            (index << 3) + from,
            to - from,
            (value >>> (from * Byte.SIZE)) & RecordedMedia.maskOf(to - from),
            lost,
            flags);
        flags |= Trace.CALL_GOES_ON;
      }
    }
  }

  /** Shows the borrowers a word that was stored beside them. */
  void stored(long index) {
    for (int i = 0; i < ranges.size(); i++) {
      Range range = ranges.get(i);
      long at = index - range.firstWord();
      if (at >= 0 && at < range.words.length) {
        range.words[(int) at] = littleEndian(media.word(index));
      }
    }
  }

  /** Java's own order of bytes in {@code long[]} is the machine's. */
  private static long littleEndian(long word) {
    return ValueLayout.JAVA_LONG.order() == ByteOrder.LITTLE_ENDIAN ? word : Long.reverseBytes(word);
  }
}
