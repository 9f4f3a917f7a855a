package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Check;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.Reservation;
import java.security.SecureRandom;

/**
 * A table of words, each of which points to something and is replaced by one store of 8 bytes. A word is zero, or 46 bits of
 * offset (in lines of 64 bytes) and 2 bits of kind, sealed with its own place.
 */
final class WordTable {
  /** Points to a component's record, or to a symbol. */
  static final int LEAF = 1;

  /** Points to 8 further words. */
  static final int NODE = 2;

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int KIND_SHIFT = 46;
  private static final int LINE_SHIFT = 6;

  private final long wordsOffset;
  private final int wordCount;
  private final long key0;
  private final long key1;

  private WordTable(long wordsOffset, int wordCount, long key0, long key1) {
    this.wordsOffset = wordsOffset;
    this.wordCount = wordCount;
    this.key0 = key0;
    this.key1 = key1;
  }

  /** Writes a table of zero words into a pool that is being made, and persists it; answers where it lies. */
  static long format(Pool unborn, int wordCount, long owner) {
    Media media = unborn.media();
    Heap heap = unborn.heap();
    Reservation extent = heap.reserve(DirectoryLayout.BYTES + (long) wordCount * Long.BYTES);
    byte[] head = new byte[DirectoryLayout.BYTES];
    Bytes.putLong(head, DirectoryLayout.WORD_COUNT, wordCount);
    Bytes.putLong(head, DirectoryLayout.KEY0, RANDOM.nextLong());
    Bytes.putLong(head, DirectoryLayout.KEY1, RANDOM.nextLong());
    Bytes.putInt(head, DirectoryLayout.CRC32C, new Checksum().ofRecord(head, 0, head.length, DirectoryLayout.CRC32C));
    media.write(extent.offset(), head, 0, head.length);
    media.persist(extent.offset(), extent.lengthBytes());
    heap.publish(extent.offset(), extent.lengthBytes(), extent.place(), owner);
    media.fence();
    return extent.offset();
  }

  /**
   * @throws Damaged if the head is not what was written
   */
  static WordTable open(Media media, long offset, String what) {
    byte[] head = new byte[DirectoryLayout.BYTES];
    long count = 0;
    boolean sound = offset > 0 && offset <= media.sizeBytes() - head.length;
    if (sound) {
      media.read(offset, head, 0, head.length);
      count = Bytes.getLong(head, DirectoryLayout.WORD_COUNT);
      sound =
          Bytes.getInt(head, DirectoryLayout.CRC32C)
                  == new Checksum().ofRecord(head, 0, head.length, DirectoryLayout.CRC32C)
              && count > 0
              && count <= (media.sizeBytes() - offset - head.length) / Long.BYTES
              && Long.bitCount(count) == 1;
    }
    if (!sound) {
      throw new Damaged(media.describe(), "the head of " + what + " at " + offset + " is not what was written; restore from a backup");
    }
    return new WordTable(
        offset + DirectoryLayout.BYTES,
        Math.toIntExact(count),
        Bytes.getLong(head, DirectoryLayout.KEY0),
        Bytes.getLong(head, DirectoryLayout.KEY1));
  }

  int wordCount() {
    return wordCount;
  }

  /** Where the table itself begins. */
  long offset() {
    return wordsOffset - DirectoryLayout.BYTES;
  }

  /** Where a word lies. */
  long placeOf(int index) {
    return wordsOffset + (long) index * Long.BYTES;
  }

  long hash(byte[] name) {
    return SipHash.hash(key0, key1, name);
  }

  static long word(int kind, long target, long place) {
    return Check.seal((long) kind << KIND_SHIFT | target >>> LINE_SHIFT, place);
  }

  /** Whether a word that is not zero was written for its place and points into the pool. */
  static boolean isSound(long word, long place, long sizeBytes) {
    int kind = kind(word);
    return Check.isSealed(word, place) && (kind == LEAF || kind == NODE) && target(word) <= sizeBytes - Media.LINE_BYTES;
  }

  static int kind(long word) {
    return (int) (word >>> KIND_SHIFT) & 3;
  }

  static long target(long word) {
    return (word & (1L << KIND_SHIFT) - 1) << LINE_SHIFT;
  }
}
