package dev.dormouse.emulation;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolReader;
import java.util.Arrays;
import java.util.Objects;

/**
 * What was left on the media by a crash: an immutable pool that shares everything but a few 64-byte lines with the content
 * that it came from. Making one costs in proportion to those lines. Safe for use by several threads where the first
 * content is; that content must not change, or be closed, while its images are in use.
 */
public final class CrashImage implements PoolReader {
  static final int LINE_SHIFT = 6;
  static final int LINE_WORDS = Media.LINE_BYTES / Long.BYTES;
  private static final long[] NO_LINES = {};

  private final PoolReader below;
  private final long sizeBytes;
  private final long[] lines;
  private final long[] words;
  private final long contentHash;

  private CrashImage(PoolReader below, long[] lines, long[] words, long contentHash) {
    this.below = below;
    this.sizeBytes = below.sizeBytes();
    this.lines = lines;
    this.words = words;
    this.contentHash = contentHash;
  }

  /** The content of {@code pool} as an image; {@code pool} itself, if it is one. */
  public static CrashImage of(PoolReader pool) {
    return pool instanceof CrashImage image ? image : new CrashImage(pool, NO_LINES, NO_LINES, 0);
  }

  /**
   * A hash over all bytes: images that descend from the same first content have equal hashes if their bytes are equal,
   * and, but for a chance of 2<sup>-64</sup> per pair, only then.
   */
  public long contentHash() {
    return contentHash;
  }

  @Override
  public String describe() {
    return String.format("crash image 0x%016x", contentHash);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    Objects.checkFromIndexSize(offset, length, sizeBytes);
    below.read(offset, destination, index, length);
    long end = offset + length;
    int at = firstAtOrAfter(offset >>> LINE_SHIFT);
    for (; at < lines.length && lines[at] << LINE_SHIFT < end; at++) {
      long lineOffset = lines[at] << LINE_SHIFT;
      long from = Math.max(offset, lineOffset);
      long to = Math.min(end, lineOffset + Media.LINE_BYTES);
      copyLine(at, (int) (from - lineOffset), (int) (to - from), destination, index + (int) (from - offset));
    }
  }

  /** Does nothing: the image holds nothing of its own that has to be given back, and does not own its first content. */
  @Override
  public void close() {
    // See above.
  }

  /** Collects changes of this image. */
  Builder changes() {
    return new Builder();
  }

  /** Lines that differ from the image that it was asked of, added in ascending order. */
  final class Builder {
    private long[] newLines = new long[16];
    private long[] newWords = new long[16 * LINE_WORDS];
    private int count;
    private long hash = contentHash;

    void add(long line, long[] old, long[] replacement, int index) {
      if (count == newLines.length) {
        newLines = Arrays.copyOf(newLines, count * 2);
        newWords = Arrays.copyOf(newWords, count * 2 * LINE_WORDS);
      }
      newLines[count] = line;
      System.arraycopy(replacement, index, newWords, count * LINE_WORDS, LINE_WORDS);
      hash ^= hashOf(line, old, 0) ^ hashOf(line, replacement, index);
      count++;
    }

    CrashImage image() {
      return count == 0
          ? CrashImage.this
          : withMerged(Arrays.copyOf(newLines, count), Arrays.copyOf(newWords, count * LINE_WORDS), hash);
    }
  }

  /**
   * This image with some lines replaced; the hash is the result's. Layers are merged so that each is more than twice as
   * large as the one above it, which bounds the chain's depth by the logarithm of its size.
   */
  private CrashImage withMerged(long[] newLines, long[] newWords, long hash) {
    PoolReader under = this;
    long[] mergedLines = newLines;
    long[] mergedWords = newWords;
    while (under instanceof CrashImage layer && layer.lines.length <= 2 * mergedLines.length) {
      Merged merged = layer.mergedWith(mergedLines, mergedWords);
      mergedLines = merged.lines;
      mergedWords = merged.words;
      under = layer.below;
    }
    return new CrashImage(under, mergedLines, mergedWords, hash);
  }

  /** Reads the 8 words of a line; what is beyond the pool's end is zero. */
  void readLine(long line, long[] into) {
    PoolReader pool = this;
    while (pool instanceof CrashImage image) {
      int at = Arrays.binarySearch(image.lines, line);
      if (at >= 0) {
        System.arraycopy(image.words, at * LINE_WORDS, into, 0, LINE_WORDS);
        return;
      }
      pool = image.below;
    }
    byte[] bytes = new byte[Media.LINE_BYTES];
    long offset = line << LINE_SHIFT;
    pool.read(offset, bytes, 0, (int) Math.min(Media.LINE_BYTES, sizeBytes - offset));
    for (int i = 0; i < LINE_WORDS; i++) {
      into[i] = Bytes.getLong(bytes, i * Long.BYTES);
    }
  }

  /** What the line with these words adds to a content hash, by exclusive or. */
  static long hashOf(long line, long[] words, int index) {
    long hash = 0;
    for (int i = 0; i < LINE_WORDS; i++) {
      hash ^= Mix.of(line * LINE_WORDS + i, words[index + i]);
    }
    return hash;
  }

  /** Lines and their words, on the way to a layer. */
  private static final class Merged {
    private final long[] lines;
    private final long[] words;

    Merged(long[] lines, long[] words) {
      this.lines = lines;
      this.words = words;
    }
  }

  private Merged mergedWith(long[] upperLines, long[] upperWords) {
    long[] outLines = new long[lines.length + upperLines.length];
    long[] outWords = new long[outLines.length * LINE_WORDS];
    int lower = 0;
    int upper = 0;
    int out = 0;
    while (lower < lines.length || upper < upperLines.length) {
      boolean takeUpper = lower == lines.length || (upper < upperLines.length && upperLines[upper] <= lines[lower]);
      if (takeUpper) {
        if (lower < lines.length && lines[lower] == upperLines[upper]) {
          lower++;
        }
        outLines[out] = upperLines[upper];
        System.arraycopy(upperWords, upper * LINE_WORDS, outWords, out * LINE_WORDS, LINE_WORDS);
        upper++;
      } else {
        outLines[out] = lines[lower];
        System.arraycopy(words, lower * LINE_WORDS, outWords, out * LINE_WORDS, LINE_WORDS);
        lower++;
      }
      out++;
    }
    return out == outLines.length
        ? new Merged(outLines, outWords)
        : new Merged(Arrays.copyOf(outLines, out), Arrays.copyOf(outWords, out * LINE_WORDS));
  }

  private int firstAtOrAfter(long line) {
    int at = Arrays.binarySearch(lines, line);
    return at >= 0 ? at : -at - 1;
  }

  private void copyLine(int at, int skip, int count, byte[] destination, int index) {
    if (count == Media.LINE_BYTES) {
      for (int i = 0; i < LINE_WORDS; i++) {
        Bytes.putLong(destination, index + i * Long.BYTES, words[at * LINE_WORDS + i]);
      }
      return;
    }
    for (int i = skip; i < skip + count; i++) {
      destination[index + i - skip] = (byte) (words[at * LINE_WORDS + i / Long.BYTES] >>> (8 * (i % Long.BYTES)));
    }
  }
}
