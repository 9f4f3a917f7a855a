package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked for fits, and little is wasted. */
class SizeClassesTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16, 256})
  void everySizeFitsItsClassWithAtMostALineOrAnEighthOfSlack(int slabPages) {
    SizeClasses classes = new SizeClasses(slabPages);
    int largest = classes.bytesOf(classes.count() - 1);
    for (int size = 1; size <= largest; size++) {
      int sizeClass = classes.classOf(size);
      int bytes = classes.bytesOf(sizeClass);
      assertThat(classes.isSlabClass(sizeClass)).isTrue();
      assertThat(sizeClass).isNotIn(SizeClasses.RECORD, SizeClasses.RUN);
      assertThat(bytes % Media.LINE_BYTES).isZero();
      assertThat(bytes).isGreaterThanOrEqualTo(size);
      assertThat(bytes - size).as("slack of %d bytes", size).isLessThan(size <= 512 ? 64 : bytes / 8);
    }
    for (long size : new long[] {largest + 1L, 1L << 31, (1L << 32) + 64, Long.MAX_VALUE}) {
      assertThat(classes.classOf(size)).isEqualTo(SizeClasses.RUN);
    }
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
      assertThat(end).isLessThanOrEqualTo((long) slabPages * Geometry.PAGE_BYTES);
    }
    assertThat(classes.isSlabClass(SizeClasses.RUN)).isFalse();
    assertThat(classes.isSlabClass(classes.count())).isFalse();
  }
}
