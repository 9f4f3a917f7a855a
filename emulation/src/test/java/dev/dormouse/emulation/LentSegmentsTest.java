package dev.dormouse.emulation;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Stores through lent segments are seen at each fence, in no order. */
class LentSegmentsTest {
  private static Set<String> left(int marks, CrashExplorer.Scenario scenario) {
    Set<String> left = new TreeSet<>();
    CrashExplorer.explore(
            CrashMedia.zeros(256),
            scenario,
            media -> {},
            (media, marked) -> {
              if (marked.size() == marks) {
                left.add(media.getLong(8) + " " + media.getLong(16) + " " + media.getLong(64));
              }
            },
            CrashOptions.of(PersistencyModel.PX86))
        .requireClean();
    return left;
  }

  @Test
  void theStoresSinceTheLastLookSurviveInAnyCombination() {
    assertThat(
            left(
                0,
                media ->
                    media.lend(
                        8,
                        64,
                        segment -> {
                          segment.set(JAVA_LONG, 0, 1);
                          segment.set(JAVA_LONG, 8, 2);
                          segment.set(JAVA_LONG, 56, 3);
                          media.fence();
                          return null;
                        })))
        .containsExactly("0 0 0", "0 0 3", "0 2 0", "0 2 3", "1 0 0", "1 0 3", "1 2 0", "1 2 3");
  }

  @Test
  void aFlushAndAFenceInsideOfTheCallMakeThemDurable() {
    assertThat(
            left(
                1,
                media ->
                    media.lend(
                        8,
                        64,
                        segment -> {
                          segment.set(JAVA_LONG, 0, 1);
                          media.persist(8, 8);
                          media.mark("persisted");
                          segment.set(JAVA_LONG, 56, 3);
                          media.fence();
                          return null;
                        })))
        .containsExactly("1 0 0", "1 0 3");
  }

  @Test
  void whatIsStoredAfterTheFlushIsNotCoveredByIt() {
    assertThat(
            left(
                1,
                media ->
                    media.lend(
                        8,
                        16,
                        segment -> {
                          segment.set(JAVA_LONG, 0, 1);
                          media.flush(8, 8);
                          segment.set(JAVA_LONG, 8, 2);
                          media.fence();
                          media.mark("fenced");
                          return null;
                        })))
        .containsExactly("1 0 0", "1 2 0");
  }

  @Test
  void theyAreSeenByTheMediumAndItsStoresByThem() {
    CrashMedia media = CrashMedia.zeroed(256);
    long seen =
        media.lend(
            3,
            40,
            segment -> {
              segment.set(JAVA_BYTE, 0, (byte) 7);
              assertThat(media.getByte(3)).isEqualTo((byte) 7);
              media.putByte(4, (byte) 8);
              assertThat(segment.get(JAVA_BYTE, 1)).isEqualTo((byte) 8);
              segment.set(JAVA_BYTE, 39, (byte) 9);
              return 5L;
            });
    assertThat(seen).isEqualTo(5);
    assertThat(media.getByte(42)).isEqualTo((byte) 9);
    assertThat(media.getByte(43)).isZero();
  }

  @Test
  void whatIsStoredLaterGoesNowhereAndWhatWasStoredBeforeAnExceptionIsThere() {
    CrashMedia media = CrashMedia.zeroed(256);
    assertThatThrownBy(
            () ->
                media.lend(
                    8,
                    8,
                    segment -> {
                      segment.set(JAVA_LONG, 0, 1);
                      throw new IllegalArgumentException("enough");
                    }))
        .hasMessage("enough");
    assertThat(media.getLong(8)).isEqualTo(1);
    media.lend(8, 8, segment -> segment).set(JAVA_LONG, 0, 2);
    assertThat(media.getLong(8)).isEqualTo(1);
  }

  @Test
  void aRangeOutsideIsRefused() {
    CrashMedia media = CrashMedia.zeroed(256);
    assertThatThrownBy(() -> media.lend(250, 7, segment -> null)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
