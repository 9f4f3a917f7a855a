package dev.dormouse.emulation;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
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
  void aMarkSeesThemBeforeItPromisesAnything() {
    assertThat(
            left(
                0,
                media ->
                    media.lend(
                        8,
                        8,
                        segment -> {
                          segment.set(JAVA_LONG, 0, 1);
                          media.mark("later");
                          media.fence();
                          return null;
                        })))
        .containsExactly("0 0 0", "1 0 0");
  }

  /** One look at several segments is one call: nobody saw which of them was stored to first. */
  @Test
  void segmentsThatAreLentAtTheSameTimeHaveNoOrderAmongThem() {
    assertThat(
            left(
                0,
                media ->
                    media.lend(
                        8,
                        8,
                        outer ->
                            media.lend(
                                16,
                                8,
                                inner -> {
                                  inner.set(JAVA_LONG, 0, 2);
                                  outer.set(JAVA_LONG, 0, 1);
                                  media.fence();
                                  return null;
                                }))))
        .containsExactly("0 0 0", "0 2 0", "1 0 0", "1 2 0");
  }

  @Test
  void withinASectorTheySurviveOneByOneToo() {
    Set<String> left = new TreeSet<>();
    CrashExplorer.explore(
            CrashMedia.zeros(512),
            media ->
                media.lend(
                    0,
                    16,
                    segment -> {
                      segment.set(JAVA_LONG, 0, 1);
                      segment.set(JAVA_LONG, 8, 1);
                      media.sync();
                      return null;
                    }),
            media -> {},
            (media, marks) -> left.add(media.getLong(0) + " " + media.getLong(8)),
            CrashOptions.of(PersistencyModel.SECTORS))
        .requireClean();
    assertThat(left).containsExactly("0 0", "0 1", "1 0", "1 1");
  }

  /** Any call of the medium looks at all segments, and a store beside bytes that were not seen yet keeps them. */
  @Test
  void anotherThreadSeesThemAndLeavesThem() {
    CrashMedia media = CrashMedia.zeroed(256);
    media.lend(
        0,
        4,
        segment -> {
          segment.set(ValueLayout.JAVA_INT, 0, 7);
          try {
            PersistencyModelTest.elsewhere(
                () -> {
                  media.putInt(4, 9);
                  assertThat(media.getInt(0)).isEqualTo(7);
                });
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return null;
        });
    assertThat(media.getLong(0)).isEqualTo(9L << 32 | 7);
    assertThat(media.marks()).isEmpty();
  }

  @Test
  void theFlushOfAnotherThreadCoversThem() {
    assertThat(
            left(
                1,
                media ->
                    media.lend(
                        8,
                        8,
                        segment -> {
                          segment.set(JAVA_LONG, 0, 1);
                          try {
                            PersistencyModelTest.elsewhere(() -> media.persist(8, 8));
                          } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                          }
                          media.mark("persisted");
                          return null;
                        })))
        .containsExactly("1 0 0");
  }

  @Test
  void aKillInsideOfTheCallLeavesThem() {
    CrashMedia media = CrashMedia.zeroed(256);
    CrashImage killed =
        media.lend(
            8,
            8,
            segment -> {
              segment.set(JAVA_LONG, 0, 1);
              return media.processKilled();
            });
    byte[] bytes = new byte[1];
    killed.read(8, bytes, 0, 1);
    assertThat(bytes[0]).isEqualTo((byte) 1);
  }

  @Test
  void aFaultPlanMayRefuseOrLoseThem() {
    FaultPlan first =
        new FaultPlan() {
          private boolean asked;

          @Override
          public boolean keepStore(long offset, long lengthBytes) {
            boolean keep = asked;
            asked = true;
            return keep;
          }
        };
    CrashMedia refused = new CrashMedia(CrashMedia.zeros(64), first);
    refused.lend(
        0,
        8,
        segment -> {
          segment.set(JAVA_LONG, 0, 1);
          refused.fence();
          return null;
        });
    assertThat(refused.getLong(0)).isZero();
    FaultPlan losesTheSecondWord =
        new FaultPlan() {
          @Override
          public boolean keepStoreOnMedia(long offset, long lengthBytes) {
            return offset != 8;
          }
        };
    CrashMedia lost = new CrashMedia(CrashMedia.zeros(64), losesTheSecondWord);
    lost.lend(
        0,
        16,
        segment -> {
          segment.set(JAVA_LONG, 0, 1);
          segment.set(JAVA_LONG, 8, 1);
          return null;
        });
    assertThat(lost.getLong(8)).isEqualTo(1);
    byte[] bytes = new byte[16];
    lost.processKilled().read(0, bytes, 0, 16);
    assertThat(bytes[0]).isEqualTo((byte) 1);
    assertThat(bytes[8]).isZero();
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
