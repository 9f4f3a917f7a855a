package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.BitSet;

/**
 * Allocates runs of units by setting their bits. A run may cross from one word of the map to another, which no single
 * store can change together: an intent says what is being done, and recovery does it again.
 *
 * <pre>
 *  offset  size  field
 *       0     8  intent     first unit in the upper half, their number in the lower; 0 if nothing is under way
 *      64     8  bits 0 to 63
 *     512     8  bits 64 to 127
 * </pre>
 */
record BitmapAllocator(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** The bits are turned over instead of set, which is not the same the second time. */
    NOT_IDEMPOTENT
  }

  private static final long INTENT = 0;
  private static final long FIRST_WORD = 64;
  private static final long SECOND_WORD = 512;

  @Override
  public long sizeBytes() {
    return 1024;
  }

  /** Allocates units 0 to 2, then 62 to 65. */
  @Override
  public int steps() {
    return 2;
  }

  @Override
  public void step(Media media, int number) {
    // (a) The intent, one store.
    media.putLong(INTENT, number == 0 ? intent(0, 3) : intent(62, 4));
    Structure.persist(media, INTENT, 8);
    carryOut(media);
  }

  @Override
  public void recover(Media media) {
    if (media.getLong(INTENT) != 0) {
      carryOut(media);
    }
  }

  private void carryOut(Media media) {
    // (b) The bits. Not before (a) is durable, or half of them could be left and nobody would know.
    long first = media.getLong(INTENT) >>> 32;
    long count = media.getLong(INTENT) & 0xffffffffL;
    for (long unit = first; unit < first + count; unit++) {
      long word = unit < 64 ? FIRST_WORD : SECOND_WORD;
      long bit = 1L << (unit % 64);
      long before = media.getLong(word);
      media.putLong(word, fault == Fault.NOT_IDEMPOTENT ? before ^ bit : before | bit);
    }
    Structure.persist(media, FIRST_WORD, SECOND_WORD + 8 - FIRST_WORD);
    // (c) Nothing is under way any more. Not before (b) is durable. It need not become durable itself: a recovery that
    // still finds the intent does what is done already, and the next intent replaces it.
    media.putLong(INTENT, 0);
  }

  private static long intent(long first, long count) {
    return first << 32 | count;
  }

  @Override
  public BitSet contents(Media media) {
    return BitSet.valueOf(new long[] {media.getLong(FIRST_WORD), media.getLong(SECOND_WORD)});
  }

  @Override
  public BitSet expected(int steps) {
    BitSet taken = new BitSet();
    if (steps > 0) {
      taken.set(0, 3);
    }
    if (steps > 1) {
      taken.set(62, 66);
    }
    return taken;
  }
}
