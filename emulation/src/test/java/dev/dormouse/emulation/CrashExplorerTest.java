package dev.dormouse.emulation;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.TinyStructures.PointedTo;
import dev.dormouse.emulation.TinyStructures.TwoCopies;
import dev.dormouse.emulation.TinyStructures.UndoLogged;
import dev.dormouse.heap.Media;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CrashExplorerTest {
  private static final int FENCES_OF_PUBLISH = 6;
  private static final int FENCES_OF_TRANSFER = 6;

  @ParameterizedTest
  @EnumSource
  void raisesNoAlarmAboutTwoCopiesWithACheck(PersistencyModel model) {
    CrashReport report = copies(TwoCopies::isAtTheLastMarkOrTheNext, CrashOptions.of(model));
    report.requireClean();
    assertThat(report.exhaustive()).isTrue();
    assertThat(report.distinctStates()).isGreaterThan(9);
  }

  @ParameterizedTest
  @EnumSource
  void raisesNoAlarmAboutDataThatIsDurableBeforeItsPointer(PersistencyModel model) {
    publish(PointedTo::publish, CrashOptions.of(model)).requireClean();
  }

  @ParameterizedTest
  @EnumSource
  void raisesNoAlarmAboutAnUndoLogCrashedThreeTimesInItsRecovery(PersistencyModel model) {
    CrashReport report = transfer(UndoLogged::restore, CrashOptions.of(model).withRecoveryDepth(3));
    report.requireClean();
    assertThat(report.exhaustive()).isTrue();
  }

  @Test
  void findsACheckThatIsNotMade() {
    assertFound(copies(TwoCopies::ignoringTheCheckIsAtTheLastMarkOrTheNext, CrashOptions.of(PX86)));
  }

  @ParameterizedTest
  @EnumSource
  void findsAPointerThatIsSetBeforeItsData(PersistencyModel model) {
    assertFound(publish(PointedTo::publishPointerFirst, CrashOptions.of(model)));
  }

  @ParameterizedTest
  @ValueSource(longs = {64, 128, 192, PointedTo.HEAD})
  void findsEveryMissingFlush(long line) {
    FaultPlan plan =
        new FaultPlan() {
          @Override
          public boolean keepFlush(long offset, long lengthBytes) {
            return offset != line;
          }
        };
    assertFound(publish(PointedTo::publish, CrashOptions.of(PX86).withFaults(plan)));
    publish(PointedTo::publish, CrashOptions.of(EADR).withFaults(plan)).requireClean();
  }

  @Test
  void findsEveryMissingFence() {
    for (long fence = 0; fence < FENCES_OF_PUBLISH; fence++) {
      assertFound(publish(PointedTo::publish, CrashOptions.of(PX86).withFaults(withoutFence(fence))));
    }
  }

  @Test
  void findsEveryMissingFenceOfAnUndoLog() {
    for (long fence = 0; fence < FENCES_OF_TRANSFER; fence++) {
      assertFound(transfer(UndoLogged::restore, CrashOptions.of(PX86).withFaults(withoutFence(fence))));
    }
  }

  @Test
  void findsStoresThatDoNotHappenAndLinesThatAreLost() {
    assertFound(publish(PointedTo::publish, CrashOptions.of(PX86).withFaults(
        new FaultPlan() {
          @Override
          public boolean keepStore(long offset, long lengthBytes) {
            return offset != 128;
          }
        })));
    assertFound(publish(PointedTo::publish, CrashOptions.of(PX86).withFaults(
        new FaultPlan() {
          @Override
          public boolean keepStoreOnMedia(long offset, long lengthBytes) {
            return offset != 128;
          }
        })));
  }

  @Test
  void findsAnAcknowledgementBeforeTheFence() {
    assertFound(
        CrashExplorer.explore(
            CrashMedia.zeros(TinyStructures.SIZE),
            media -> {
              media.putLong(0, 1);
              media.flush(0, 8);
              media.mark("one");
              media.fence();
            },
            TinyStructures.NO_RECOVERY,
            (media, marks) -> assertThat(media.getLong(0)).isIn((long) marks.size(), 1L),
            CrashOptions.of(PX86)));
  }

  @Test
  void findsARecoveryWithoutOrderOnlyByCrashingInsideIt() {
    transfer(UndoLogged::restoreWithoutOrder, CrashOptions.of(PX86).withRecoveryDepth(0)).requireClean();
    CrashReport report = transfer(UndoLogged::restoreWithoutOrder, CrashOptions.of(PX86).withRecoveryDepth(1));
    assertFound(report);
    assertThat(report.violations().getFirst().message()).contains("of the recovery from the crash at point");
  }

  @ParameterizedTest
  @EnumSource
  void findsARecoveryThatIsNotIdempotentOnlyByCrashingInsideIt(PersistencyModel model) {
    transfer(UndoLogged::restoreBorrowingTheLog, CrashOptions.of(model).withRecoveryDepth(0)).requireClean();
    assertFound(transfer(UndoLogged::restoreBorrowingTheLog, CrashOptions.of(model).withRecoveryDepth(1)));
  }

  /** Each crashed recovery counts one further; only the third crash in a row makes it three. */
  @Test
  void goesAsDeepAsItIsAskedTo() {
    for (int depth = 0; depth <= 3; depth++) {
      CrashReport report =
          CrashExplorer.explore(
              CrashMedia.zeros(TinyStructures.SIZE),
              media -> {
                media.putLong(0, 1);
                media.persist(0, 8);
              },
              media -> {
                media.putLong(64, media.getLong(64) + 1);
                media.persist(64, 8);
              },
              (media, marks) -> assertThat(media.getLong(64)).isLessThan(4),
              CrashOptions.of(PX86).withRecoveryDepth(depth));
      assertThat(report.violations().isEmpty()).as("depth %d", depth).isEqualTo(depth < 3);
      assertThat(report.recoveryStates() > 0).as("depth %d", depth).isEqualTo(depth > 0);
    }
  }

  /** The recovery overwrites a word of a line whose other words it does not read; only its second run is looked at closely. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatARecoveryDidNotReadIsStillUndecidedAfterACrashInsideIt(boolean pruned) {
    Set<String> seen = new TreeSet<>();
    CrashOptions options = CrashOptions.of(PX86);
    CrashExplorer.explore(
            CrashMedia.zeros(TinyStructures.SIZE),
            media -> {
              media.putLong(64, 1);
              media.fence();
            },
            media -> {
              media.putLong(0, media.getLong(0) + 1);
              media.persist(0, 8);
              media.putLong(72, 7);
              media.persist(72, 8);
            },
            (media, marks) -> {
              if (media.getLong(0) == 2) {
                seen.add(media.getLong(64) + " " + media.getLong(72));
              }
            },
            pruned ? options : options.withoutPruning())
        .requireClean();
    assertThat(seen).containsExactly("0 7", "1 7");
  }

  @Test
  void refusesARecoveryThatDoesNotDoTheSameWhenItReadsTheSame() {
    int[] runs = new int[1];
    assertThatThrownBy(
            () ->
                CrashExplorer.explore(
                    CrashMedia.zeros(TinyStructures.SIZE),
                    media -> {
                      media.putLong(0, 1);
                      media.putLong(64, 1);
                      media.fence();
                    },
                    media -> media.getLong(runs[0]++ % 2 == 0 ? 64 : 0),
                    (media, marks) -> media.getLong(128),
                    CrashOptions.of(PX86).withRecoveryDepth(0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must not depend on time");
  }

  @Test
  void refusesAnotherThread() {
    CrashReport report =
        publish(
            PointedTo::publish,
            media -> {
              Throwable[] thrown = new Throwable[1];
              Thread other = new Thread(() -> media.getLong(0));
              other.setUncaughtExceptionHandler((thread, e) -> thrown[0] = e);
              other.start();
              other.join();
              throw new IllegalStateException(thrown[0]);
            },
            CrashOptions.of(PX86).stoppingAtFirstViolation());
    assertThat(report.violations().getFirst().cause()).hasMessageContaining("only the thread that explores may");
  }

  @Test
  void refusesAnInvariantThatReadsNothing() {
    assertThatThrownBy(
            () ->
                CrashExplorer.explore(
                    CrashMedia.zeros(TinyStructures.SIZE),
                    PointedTo::publish,
                    media -> media.getLong(0),
                    (media, marks) -> {},
                    CrashOptions.of(PX86)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("read nothing");
  }

  /** Where a thread's stores to two places are one line apart, tearing is only worth trying if somebody reads both. */
  @Test
  void statesThatNobodyTellsApartAreTriedOnce() {
    CrashReport report =
        CrashExplorer.explore(
            CrashMedia.zeros(64 * 64),
            media -> {
              for (int line = 0; line < 64; line++) {
                media.putLong(line * 64L, 1);
              }
              media.fence();
            },
            TinyStructures.NO_RECOVERY,
            (media, marks) -> media.getLong(5 * 64),
            CrashOptions.of(PX86).withRecoveryDepth(0));
    assertThat(report.exhaustive()).isTrue();
    assertThat(report.imagesCovered()).isEqualTo(Long.MAX_VALUE);
    assertThat(report.images()).isLessThan(200);
  }

  @Test
  void theReportNamesThePointsThatWereNotCrashed() {
    CrashReport report = publish(PointedTo::publishPointerFirst, CrashOptions.of(PX86).stoppingAtFirstViolation());
    assertThat(report.pointsNotCrashed()).isEqualTo(report.points() - 1);
    assertThat(report.exhaustive()).isFalse();
  }

  @Test
  void takesAnExceptionOfTheRecoveryForAViolationAndKeepsIt() {
    IllegalStateException thrown = new IllegalStateException("no header");
    CrashReport report =
        publish(PointedTo::publish, media -> { throw thrown; }, CrashOptions.of(PX86).stoppingAtFirstViolation());
    assertThat(report.violations()).hasSize(1);
    assertThat(report.violations().getFirst().cause()).isSameAs(thrown);
    assertThatThrownBy(report::requireClean).isInstanceOf(AssertionError.class).hasCause(thrown)
        .hasMessageContaining("the recovery failed").hasMessageContaining("no header");
  }

  @Test
  void checksAMediumThatTheRecoveryClosed() {
    publish(PointedTo::publish, Media::close, CrashOptions.of(PX86)).requireClean();
  }

  @Test
  void findsFaultsByItsChosenImagesWhereThereAreTooManyForAll() {
    int lines = 60;
    List<CrashExplorer.Invariant> promises = new ArrayList<>();
    promises.add((media, marks) -> assertThat(kept(media, lines)).isNotZero());
    promises.add((media, marks) -> assertThat(kept(media, lines)).isNotEqualTo(lines));
    promises.add((media, marks) -> assertThat(kept(media, lines) == 1 && media.getLong(37 * 64) == 1).isFalse());
    promises.add((media, marks) -> assertThat(kept(media, lines) == lines - 1 && media.getLong(11 * 64) == 0).isFalse());
    promises.add((media, marks) -> assertThat(kept(media, lines)).matches(kept -> kept < 20 || kept > 40));
    for (CrashExplorer.Invariant promise : promises) {
      assertFound(
          CrashExplorer.explore(
              CrashMedia.zeros(64L * lines),
              media -> {
                for (int line = 0; line < lines; line++) {
                  media.putLong(line * 64L, 1);
                }
                media.fence();
              },
              TinyStructures.NO_RECOVERY,
              promise,
              CrashOptions.of(PX86).withImages(200, 1).withRecoveryDepth(0)));
    }
  }

  @Test
  void refusesAScenarioThatStoresNothingOrFencesNothing() {
    assertThatThrownBy(() -> publish(CrashMedia::fence, CrashOptions.of(PX86)))
        .isInstanceOf(IllegalStateException.class).hasMessageContaining("no store");
    assertThatThrownBy(() -> publish(media -> media.putLong(0, 1), CrashOptions.of(PX86)))
        .isInstanceOf(IllegalStateException.class).hasMessageContaining("no fence");
  }

  @Test
  void refusesABudgetOfNothing() {
    CrashOptions options = CrashOptions.of(PX86);
    assertThatThrownBy(() -> options.withImages(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withImages(1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withRecoveryDepth(4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withRecoveryDepth(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysThatTheScenarioItselfFailed() {
    IllegalArgumentException thrown = new IllegalArgumentException("mistyped");
    assertThatThrownBy(() -> publish(media -> { throw thrown; }, CrashOptions.of(PX86)))
        .isInstanceOf(IllegalStateException.class).hasCause(thrown);
  }

  private static FaultPlan withoutFence(long dropped) {
    return new FaultPlan() {
      @Override
      public boolean keepFence(long ordinal) {
        return ordinal != dropped;
      }
    };
  }

  private static long kept(Media media, int lines) {
    long kept = 0;
    for (int line = 0; line < lines; line++) {
      kept += media.getLong(line * 64L);
    }
    return kept;
  }

  private static void assertFound(CrashReport report) {
    assertThat(report.violations()).isNotEmpty();
  }

  private static CrashReport copies(CrashExplorer.Invariant invariant, CrashOptions options) {
    return CrashExplorer.explore(
        CrashMedia.zeros(TinyStructures.SIZE), TwoCopies::update, TinyStructures.NO_RECOVERY, invariant, options);
  }

  private static CrashReport publish(CrashExplorer.Scenario scenario, CrashOptions options) {
    return publish(scenario, TinyStructures.NO_RECOVERY, options);
  }

  private static CrashReport publish(
      CrashExplorer.Scenario scenario, CrashExplorer.Recovery recovery, CrashOptions options) {
    return CrashExplorer.explore(
        CrashMedia.zeros(TinyStructures.SIZE), scenario, recovery, PointedTo::isWholeAndAtTheLastMarkOrTheNext, options);
  }

  private static CrashReport transfer(CrashExplorer.Recovery recovery, CrashOptions options) {
    return CrashExplorer.explore(
        CrashMedia.zeros(TinyStructures.SIZE), UndoLogged::transfer, recovery, UndoLogged::sumsToZero, options);
  }
}
