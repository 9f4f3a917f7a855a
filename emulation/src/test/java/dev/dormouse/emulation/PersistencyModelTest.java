package dev.dormouse.emulation;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolReader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pins, by counting, what each model allows. */
class PersistencyModelTest {
  private static final long SIZE = 4096;

  /** The litmus tests are data, and name the models by these names. */
  @Test
  void thereAreFourModels() {
    assertThat(PersistencyModel.values()).extracting(Enum::name).containsExactly("PX86", "EADR", "PAGE_CACHE", "SECTORS");
  }

  @Test
  void looseLinesWithOneStoreEachGiveTwoToTheirNumberImages() {
    for (int lines = 1; lines <= 8; lines++) {
      int count = lines;
      CrashReport report = explore(PX86, media -> {
        for (int line = 0; line < count; line++) {
          media.putLong(line * 64L, 1);
        }
        media.fence();
      });
      assertThat(report.distinctStates()).isEqualTo(1L << lines);
      assertThat(report.exhaustive()).isTrue();
    }
  }

  @Test
  void storesToOneLineGiveOneImageMoreThanTheirNumber() {
    for (int stores = 1; stores <= 8; stores++) {
      int count = stores;
      CrashReport report = explore(PX86, media -> {
        for (int store = 0; store < count; store++) {
          media.putLong((7 - store) * 8L, 1);
        }
        media.fence();
      });
      assertThat(report.distinctStates()).isEqualTo(stores + 1);
    }
  }

  @Test
  void orderedStoresGiveOneImageMoreThanTheirNumberWhateverTheirLines() {
    for (int stores = 1; stores <= 12; stores++) {
      int count = stores;
      CrashReport report = explore(EADR, media -> {
        for (int store = 0; store < count; store++) {
          media.putLong(store * 24L, 1);
        }
        media.fence();
      });
      assertThat(report.distinctStates()).isEqualTo(stores + 1);
      assertThat(report.points()).isEqualTo(stores + 1);
    }
  }

  @Test
  void orderedStoresAreLeftAsAPrefix() {
    assertThat(left(EADR, 0, media -> {
      media.putLong(0, 1);
      media.putLong(64, 2);
      media.putLong(8, 3);
      media.fence();
    }, 0, 64, 8)).containsExactly("0 0 0", "1 0 0", "1 2 0", "1 2 3");
  }

  @Test
  void aFlushWithoutAFenceLoses() {
    assertThat(left(PX86, 1, media -> {
      media.fence();
      media.putLong(0, 1);
      media.flush(0, 8);
      media.mark("flushed");
    }, 0)).containsExactly("0", "1");
  }

  @Test
  void aFenceWithoutAFlushLoses() {
    assertThat(left(PX86, 1, media -> {
      media.putLong(0, 1);
      media.fence();
      media.mark("fenced");
    }, 0)).containsExactly("0", "1");
  }

  @Test
  void aFlushAfterTheFenceLoses() {
    assertThat(left(PX86, 1, media -> {
      media.putLong(0, 1);
      media.fence();
      media.flush(0, 8);
      media.mark("done");
    }, 0)).containsExactly("0", "1");
  }

  @Test
  void aFlushAndAFenceKeep() {
    assertThat(left(PX86, 1, media -> {
      media.putLong(0, 1);
      media.persist(0, 8);
      media.mark("persisted");
      media.putLong(64, 2);
    }, 0, 64)).containsExactly("1 0", "1 2");
  }

  @Test
  void aFlushKeepsItsWholeLineAndNoOther() {
    assertThat(left(PX86, 1, media -> {
      media.putLong(0, 1);
      media.putLong(120, 2);
      media.putLong(128, 3);
      media.persist(60, 5);
      media.mark("persisted");
    }, 0, 120, 128)).containsExactly("1 2 0", "1 2 3");
  }

  @Test
  void aStoreAfterTheFlushIsNotKeptByTheFence() {
    assertThat(left(PX86, 1, media -> {
      media.putLong(0, 1);
      media.flush(0, 8);
      media.putLong(8, 2);
      media.putLong(0, 3);
      media.fence();
      media.mark("fenced");
    }, 0, 8)).containsExactly("1 0", "1 2", "3 2");
  }

  @Test
  void aFenceOfOneThreadDoesNotOrderTheFlushOfAnother() {
    assertThat(left(PX86, 1, media -> {
      media.putLong(0, 1);
      media.flush(0, 8);
      elsewhere(media::fence);
      media.mark("fenced elsewhere");
    }, 0)).containsExactly("0", "1");
  }

  @Test
  void aFlushOfOneThreadHandsOverWhatAnotherStored() {
    assertThat(left(PX86, 1, media -> {
      elsewhere(() -> media.putLong(0, 1));
      media.persist(0, 8);
      media.mark("persisted");
    }, 0)).containsExactly("1");
  }

  @Test
  void aStoreThatStraddlesTwoWordsTears() {
    assertThat(left(PX86, 0, media -> {
      media.putLong(4, 0x2222222211111111L);
      media.fence();
    }, 0, 8)).containsExactly("0 0", "1229782937960972288 0", "1229782937960972288 572662306");
  }

  @Test
  void aStoreThatStraddlesTwoLinesTearsEitherWay() {
    assertThat(left(PX86, 0, media -> {
      media.putInt(62, 0x00020001);
      media.fence();
    }, 56, 64)).containsExactly("0 0", "0 2", "281474976710656 0", "281474976710656 2");
  }

  @Test
  void anAlignedStoreOfEightBytesDoesNotTear() {
    assertThat(left(PX86, 0, media -> {
      media.putLong(8, -1);
      media.fence();
    }, 8)).containsExactly("-1", "0");
  }

  @Test
  void aBulkWriteTearsAtEveryEightBytes() {
    CrashExplorer.Scenario scenario = media -> {
      media.fill(0, 128, (byte) 7);
      media.fence();
    };
    CrashOptions options = CrashOptions.of(PX86).withRecoveryDepth(0).withImages(1 << 16, 1);
    CrashReport report = explore(options, scenario);
    assertThat(explore(options.withBulkAscending(), scenario).distinctStates()).isEqualTo(9 * 9);
    assertThat(report.distinctStates()).isEqualTo(256 * 256);
  }

  /** However long a bulk store is, it is one: no word and no sector of it is stored in two steps. */
  @ParameterizedTest
  @EnumSource
  void aLongBulkStoreTearsWhereAShortOneDoes(PersistencyModel model) {
    long middle = 1 << 16;
    byte[] ones = new byte[(1 << 16) + 512];
    Arrays.fill(ones, (byte) 1);
    List<CrashExplorer.Scenario> scenarios =
        List.of(
            media -> media.write(3, ones, 0, ones.length),
            media -> media.write(3, MemorySegment.ofArray(ones)),
            media -> media.copy(1 << 17, 3, ones.length));
    Set<String> first = new TreeSet<>();
    for (CrashExplorer.Scenario scenario : scenarios) {
      Set<String> left = new TreeSet<>();
      CrashExplorer.explore(
              filled(1 << 18, 1 << 17),
              media -> {
                scenario.run(media);
                media.fence();
                media.sync();
              },
              media -> {},
              (media, marks) -> left.add(words(media, middle - 8, middle)),
              CrashOptions.of(model).withRecoveryDepth(0))
          .requireClean();
      first.addAll(first.isEmpty() ? left : Set.of());
      assertThat(left).isEqualTo(first);
    }
    assertThat(first).allMatch(seen -> seen.matches("(0|72340172838076673) (0|72340172838076673)"));
  }

  /** Zeros, with ones from an offset on. */
  private static PoolReader filled(int sizeBytes, int from) {
    CrashMedia media = CrashMedia.zeroed(sizeBytes);
    media.fill(from, sizeBytes - from, (byte) 1);
    return media.processKilled();
  }

  @ParameterizedTest
  @EnumSource
  void beforeEverythingIsAMomentEvenIfAMarkComesFirst(PersistencyModel model) {
    assertThat(left(model, 0, media -> {
      media.mark("promised nothing");
      media.putLong(0, 1);
      media.sync();
    }, 0)).contains("0");
  }

  @Test
  void aLineWhoseValueCameBackMayStillHaveBeenEvictedInBetween() {
    assertThat(left(PX86, 1, media -> {
      media.putLong(0, 1);
      media.persist(0, 8);
      media.putLong(0, 2);
      media.putLong(0, 1);
      media.fence();
      media.mark("back");
    }, 0)).containsExactly("1", "2");
  }

  @Test
  void aStateIsCountedOnceWhereverItIsMet() {
    CrashReport report = explore(PX86, media -> {
      for (int i = 0; i < 5; i++) {
        media.putLong(0, 1);
        media.persist(0, 8);
        media.putLong(0, 0);
        media.persist(0, 8);
      }
    });
    assertThat(report.distinctStates()).isEqualTo(2);
    assertThat(report.points()).isEqualTo(11);
    assertThat(report.images()).isGreaterThan(2);
  }

  @Test
  void theBoundIsKeptAndReported() {
    CrashReport report =
        CrashExplorer.explore(
            CrashMedia.zeros(SIZE),
            media -> {
              for (int line = 0; line < 40; line++) {
                media.putLong(line * 64L, 1);
              }
              media.fence();
            },
            media -> {},
            (media, marks) -> readAll(media),
            CrashOptions.of(PX86).withImages(200, 1));
    // Nothing is new between the fence that orders nothing and the end.
    assertThat(report.points()).isEqualTo(2);
    assertThat(report.pointsCutOff()).isEqualTo(1);
    assertThat(report.images()).isEqualTo(400);
    assertThat(report.distinctStates()).isBetween(200L, 400L);
    assertThat(report.exhaustive()).isFalse();
  }

  static void elsewhere(Runnable action) throws InterruptedException {
    Thread thread = new Thread(action);
    thread.start();
    thread.join();
  }

  private static CrashReport explore(PersistencyModel model, CrashExplorer.Scenario scenario) {
    return explore(CrashOptions.of(model), scenario);
  }

  private static CrashReport explore(CrashOptions options, CrashExplorer.Scenario scenario) {
    CrashReport report =
        CrashExplorer.explore(CrashMedia.zeros(SIZE), scenario, media -> {}, (media, marks) -> readAll(media), options);
    report.requireClean();
    return report;
  }

  private static void readAll(Media media) {
    media.read(0, new byte[(int) SIZE], 0, (int) SIZE);
  }

  /** The words at {@code offsets} in every image that is possible after {@code marks} marks. */
  private static Set<String> left(
      PersistencyModel model, int marks, CrashExplorer.Scenario scenario, long... offsets) {
    Set<String> left = new TreeSet<>();
    CrashExplorer.explore(
            CrashMedia.zeros(SIZE),
            media -> {
              scenario.run(media);
              media.fence();
            },
            media -> {},
            (media, marked) -> {
              if (marked.size() == marks) {
                left.add(words(media, offsets));
              }
            },
            CrashOptions.of(model))
        .requireClean();
    return left;
  }

  private static String words(Media media, long... offsets) {
    List<String> words = new ArrayList<>();
    for (long offset : offsets) {
      words.add(Long.toString(media.getLong(offset)));
    }
    return String.join(" ", words);
  }
}
