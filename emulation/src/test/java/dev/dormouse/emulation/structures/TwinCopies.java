package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.List;

/**
 * A counter of two words, how often and how much, kept in two copies that are updated one after the other. Recovery makes
 * them equal again.
 *
 * <pre>
 *  offset  size  field      (the second copy at 512)
 *       0     8  count
 *       8     8  sum
 *      16     8  check      over both; that of zeros is stored when the structure is made
 * </pre>
 */
record TwinCopies(Fault fault) implements Structure {
  enum Fault {
    NONE,
    /** Both copies are written before either is durable. */
    BOTH_AT_ONCE
  }

  private static final long SECOND_COPY = 512;
  private static final int COPY_BYTES = 24;

  @Override
  public long sizeBytes() {
    return 2 * SECOND_COPY;
  }

  @Override
  public void format(Media media) {
    write(media, 0, 0, 0);
    write(media, SECOND_COPY, 0, 0);
  }

  @Override
  public int steps() {
    return 2;
  }

  @Override
  public void step(Media media, int number) {
    long count = media.getLong(0) + 1;
    long sum = media.getLong(8) + amount(number);
    write(media, 0, count, sum);
    if (fault != Fault.BOTH_AT_ONCE) {
      // The first copy is durable before the second is touched: one of them is whole at any time.
      Structure.persist(media, 0, COPY_BYTES);
    }
    write(media, SECOND_COPY, count, sum);
    Structure.persist(media, 0, SECOND_COPY + COPY_BYTES);
  }

  private static void write(Media media, long copy, long count, long sum) {
    media.putLong(copy, count);
    media.putLong(copy + 8, sum);
    media.putLong(copy + 16, Structure.check(count, sum));
  }

  private static boolean isWhole(Media media, long copy) {
    return media.getLong(copy + 16) == Structure.check(media.getLong(copy), media.getLong(copy + 8));
  }

  /** The first copy is the newer one, where it is whole. */
  @Override
  public void recover(Media media) {
    long good = isWhole(media, 0) ? 0 : SECOND_COPY;
    long other = SECOND_COPY - good;
    write(media, other, media.getLong(good), media.getLong(good + 8));
    Structure.persist(media, other, COPY_BYTES);
  }

  /** Both copies, each as it would be read alone. */
  @Override
  public List<List<Long>> contents(Media media) {
    return List.of(
        List.of(media.getLong(0), media.getLong(8)),
        List.of(media.getLong(SECOND_COPY), media.getLong(SECOND_COPY + 8)));
  }

  @Override
  public List<List<Long>> expected(int steps) {
    long sum = 0;
    for (int number = 0; number < steps; number++) {
      sum += amount(number);
    }
    List<Long> copy = List.of((long) steps, sum);
    return List.of(copy, copy);
  }

  private static long amount(int number) {
    return number + 5L;
  }
}
