package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked for fits, and little is wasted. */
class SizeClassesTest {
  /**
   * An extent is whole lines, so of 257 to 448 bytes more than an eighth can be slack, though never a whole line. Everything
   * else above 256 bytes loses an eighth of its extent at most.
   */
  @ParameterizedTest
  @ValueSource(ints = {16, 64, 256})
  void noExtentHasMoreSlackThanAnEighthOrLessThanALine(int slabPages) {
    SizeClasses classes = new SizeClasses(slabPages);
    for (int size = 1; size <= 300_000; size++) {
      int sizeClass = classes.classOf(size);
      assertThat(sizeClass).isNotEqualTo(SizeClasses.RECORD);
      long bytes = sizeClass == SizeClasses.RUN ? Geometry.alignUp(size, Geometry.PAGE_BYTES) : classes.bytesOf(sizeClass);
      assertThat(bytes % Media.LINE_BYTES).isZero();
      assertThat(bytes).isGreaterThanOrEqualTo(size);
      if (bytes - size >= Media.LINE_BYTES || size > 448) {
        assertThat((bytes - size) * 8).as("slack of %d bytes in %d", size, bytes).isLessThanOrEqualTo(bytes);
      }
    }
    for (long size : new long[] {1L << 31, (1L << 32) + 64, Long.MAX_VALUE}) {
      assertThat(classes.classOf(size)).isEqualTo(SizeClasses.RUN);
    }
  }

  /** In small pools what is larger than an eighth of a slab takes whole pages. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void shortSlabsHoldWhatFitsEightTimes(int slabPages) {
    SizeClasses classes = new SizeClasses(slabPages);
    int largest = slabPages * Geometry.PAGE_BYTES / 8;
    for (int size = 1; size <= largest; size++) {
      int bytes = classes.bytesOf(classes.classOf(size));
      assertThat(bytes).isGreaterThanOrEqualTo(size);
      assertThat(bytes - size).as("slack of %d bytes", size).isLessThan(size <= 512 ? 64 : bytes / 8);
    }
    assertThat(classes.classOf(largest + 1)).isEqualTo(SizeClasses.RUN);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16, 256})
  void aSlabHoldsItsOwnerWordsAndAtLeastSevenWholeSlots(int slabPages) {
    SizeClasses classes = new SizeClasses(slabPages);
    for (int sizeClass = SizeClasses.RECORD; sizeClass < classes.count(); sizeClass++) {
      int slots = classes.slotsOf(sizeClass);
      long end = SizeClasses.firstSlotOf(slots) + (long) slots * classes.bytesOf(sizeClass);
      assertThat(slots).isGreaterThanOrEqualTo(7);
      assertThat(SizeClasses.firstSlotOf(slots)).isGreaterThanOrEqualTo(slots * 8L);
      assertThat(end).isLessThanOrEqualTo((long) classes.slabPagesOf(sizeClass) * Geometry.PAGE_BYTES);
    }
    assertThat(classes.isSlabClass(SizeClasses.RUN)).isFalse();
    assertThat(classes.isSlabClass(classes.count())).isFalse();
  }
}
