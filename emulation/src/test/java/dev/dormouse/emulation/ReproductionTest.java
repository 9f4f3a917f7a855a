package dev.dormouse.emulation;

import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.TinyStructures.PointedTo;
import dev.dormouse.emulation.TinyStructures.UndoLogged;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReproductionTest {
  private static final String[] PROPERTIES = {"crash.seed", "crash.point", "crash.choices"};

  @AfterEach
  void clear() {
    for (String property : PROPERTIES) {
      System.clearProperty(property);
    }
  }

  @Test
  void theLineOfEveryViolationTriesThatCrashOnlyAndFailsTheSameWay() {
    CrashOptions options = CrashOptions.of(PX86);
    assertReproduces(() -> publishPointerFirst(options));
  }

  @Test
  void theLineReproducesACrashInsideARecovery() {
    CrashOptions options = CrashOptions.of(PX86).withRecoveryDepth(2);
    assertReproduces(
        () ->
            CrashExplorer.explore(
                CrashMedia.zeros(TinyStructures.SIZE),
                UndoLogged::transfer,
                UndoLogged::restoreWithoutOrder,
                UndoLogged::sumsToZero,
                options));
  }

  /** Where nothing had to be chosen, and where the smallest violation asks less than the first that was found. */
  @Test
  void theLineReproducesWhateverWasAsked() {
    assertReproducesTheFirst(
        () ->
            CrashExplorer.explore(
                CrashMedia.zeros(128),
                media -> {
                  media.putLong(0, 1);
                  media.putLong(8, 1);
                  media.fence();
                },
                TinyStructures.NO_RECOVERY,
                (media, marks) -> assertThat(media.getLong(0) == 1 && media.getLong(8) == 0).isFalse(),
                CrashOptions.of(PersistencyModel.EADR)));
    assertReproducesTheFirst(
        () ->
            CrashExplorer.explore(
                CrashMedia.zeros(256),
                media -> {
                  media.putLong(0, 1);
                  media.putLong(64, 1);
                  media.putLong(128, 1);
                  media.fence();
                },
                TinyStructures.NO_RECOVERY,
                (media, marks) -> {
                  if (media.getLong(64) == 0) {
                    assertThat(media.getLong(0) == 0 && media.getLong(128) == 1).isTrue();
                  }
                },
                CrashOptions.of(PX86)));
  }

  private static void assertReproducesTheFirst(Exploration exploration) {
    CrashViolation violation = exploration.run().violations().getFirst();
    set(violation.reproduction());
    CrashReport again = exploration.run();
    assertThat(again.violations()).hasSize(1);
    assertThat(again.violations().getFirst().reproduction()).isEqualTo(violation.reproduction());
    for (String property : PROPERTIES) {
      System.clearProperty(property);
    }
  }

  @Test
  void theLineReproducesARandomImageUnderAnotherDefaultSeed() {
    CrashReport report = sampled(CrashOptions.of(PX86).withSeed(99));
    CrashViolation violation = report.violations().getLast();
    assertThat(violation.reproduction()).startsWith("-Dcrash.seed=0x63 -Dcrash.point=");
    set(violation.reproduction());
    CrashReport again = sampled(CrashOptions.of(PX86).withSeed(1));
    assertThat(again.images()).isEqualTo(1);
    assertThat(again.violations().getFirst().message()).isEqualTo(violation.message());
  }

  @Test
  void thePointAloneTriesAllOfItsImages() {
    System.setProperty("crash.point", "1");
    CrashReport report = publishPointerFirst(CrashOptions.of(PX86).withRecoveryDepth(0));
    assertThat(report.points() - report.pointsNotCrashed()).isEqualTo(1);
    assertThat(report.images()).isEqualTo(2);
  }

  @Test
  void theMessageShowsTheCrashInItsPlace() {
    assertThat(publishPointerFirst(CrashOptions.of(PX86)).violations().getFirst().message())
        .contains("crash at point 0 under PX86: nothing is lost; the check failed: ")
        .contains("\n  reproduce with -Dcrash.seed=0x5eed -Dcrash.point=0 -Dcrash.choices=")
        .contains("\n  marks before the crash: []")
        .containsPattern(
            """
            #0 thread \\d+: store \\[0x0, \\+8\\) = 0x1  at TinyStructures\\$PointedTo.publishPointerFirst\\(TinyStructures.java:\\d+\\)
                #1 thread \\d+: flush \\[0x0, \\+8\\)  at .*
                ---- crash: nothing is lost
                #2 thread \\d+: fence 0  at .*
            """);
  }

  @Test
  void aCrashThatDoesNotComeUpIsAnErrorAndNotAPass() {
    System.setProperty("crash.point", "1");
    System.setProperty("crash.choices", "zz");
    assertThatThrownBy(() -> publishPointerFirst(CrashOptions.of(PX86))).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("crash.point=1 crash.choices=zz");
  }

  @Test
  void aPropertyThatIsNotANumberIsRefusedByName() {
    System.setProperty("crash.point", "1/x");
    assertThatThrownBy(() -> publishPointerFirst(CrashOptions.of(PX86))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("crash.point");
    System.setProperty("crash.point", "1");
    System.setProperty("crash.choices", "(-1)");
    assertThatThrownBy(() -> publishPointerFirst(CrashOptions.of(PX86))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("crash.choices");
    System.setProperty("crash.choices", "1/2");
    assertThatThrownBy(() -> publishPointerFirst(CrashOptions.of(PX86))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("crash.choices");
  }

  private interface Exploration {
    CrashReport run();
  }

  private void assertReproduces(Exploration exploration) {
    CrashReport report = exploration.run();
    assertThat(report.violations()).isNotEmpty();
    for (CrashViolation violation : report.violations()) {
      set(violation.reproduction());
      CrashReport again = exploration.run();
      assertThat(again.points() - again.pointsNotCrashed()).isEqualTo(1);
      assertThat(again.images()).isEqualTo(1);
      assertThat(again.violations()).hasSize(1);
      assertThat(again.violations().getFirst().message()).isEqualTo(violation.message());
      clear();
    }
  }

  /** Does what the shell and {@code java} do with the line. */
  private static void set(String line) {
    for (String option : line.split(" ", -1)) {
      String[] parts = option.substring(2).split("=", -1);
      System.setProperty(parts[0], parts[1]);
    }
  }

  private static CrashReport publishPointerFirst(CrashOptions options) {
    return CrashExplorer.explore(
        CrashMedia.zeros(TinyStructures.SIZE),
        PointedTo::publishPointerFirst,
        TinyStructures.NO_RECOVERY,
        PointedTo::isWholeAndAtTheLastMarkOrTheNext,
        options);
  }

  /** 40 loose lines, of which a random image is nearly sure to keep line 3 and lose line 5. */
  private static CrashReport sampled(CrashOptions options) {
    return CrashExplorer.explore(
        CrashMedia.zeros(64 * 40),
        media -> {
          for (int line = 0; line < 40; line++) {
            media.putLong(line * 64L, 1);
          }
          media.fence();
        },
        TinyStructures.NO_RECOVERY,
        (media, marks) ->
            assertThat(media.getLong(3 * 64) == 1 && media.getLong(5 * 64) == 0 && media.getLong(7 * 64) == 1).isFalse(),
        options.withImages(150, 1));
  }
}
