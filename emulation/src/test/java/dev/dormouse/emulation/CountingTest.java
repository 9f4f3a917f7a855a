package dev.dormouse.emulation;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PAGE_CACHE;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static dev.dormouse.emulation.PersistencyModel.SECTORS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pins the models by the number of images that they leave, where it can be worked out on paper. Images are counted by what
 * an invariant reads of them, so that a pruned exploration has to lead to the same numbers.
 */
class CountingTest {
  private static final long LINE = 64;
  private static final long SECTOR = 512;
  private static final int LINES_PER_SECTOR = (int) (SECTOR / LINE);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 10})
  void looseLinesLeaveTwoToTheirNumber(int lines) {
    assertThat(count(PX86, lines, media -> {
      for (int line = 0; line < lines; line++) {
        media.putLong(line * LINE, 1);
      }
      media.fence();
    })).isEqualTo(1L << lines);
  }

  /** Handed over, but not fenced: as loose as before. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8})
  void linesThatWereFlushedAndNotFencedLeaveTwoToTheirNumber(int lines) {
    assertThat(count(PX86, lines, media -> {
      media.fence();
      for (int line = 0; line < lines; line++) {
        media.putLong(line * LINE, 1);
        media.flush(line * LINE, 8);
      }
    })).isEqualTo(1L << lines);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void storesToOneLineLeaveOneMoreThanTheirNumber(int stores) {
    assertThat(count(PX86, 1, media -> {
      for (int store = 0; store < stores; store++) {
        media.putLong(store * 5 % 8 * 8L, store + 1);
      }
      media.fence();
    })).isEqualTo(stores + 1);
  }

  /** Lines are independent, so their numbers multiply. */
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 2, 3", "3, 3, 3", "8, 1, 4"})
  void linesWithSeveralStoresLeaveTheProduct(int first, int second, int third) {
    int[] stores = {first, second, third};
    assertThat(count(PX86, 3, media -> {
      for (int line = 0; line < 3; line++) {
        for (int store = 0; store < stores[line]; store++) {
          media.putLong(line * LINE + store * 8L, 1);
        }
      }
      media.fence();
    })).isEqualTo((first + 1L) * (second + 1) * (third + 1));
  }

  /**
   * Before the fence of the first lines any of theirs, 2<sup>k</sup>; after it all of theirs and any of the others,
   * 2<sup>m</sup>. All of the first and none of the others is in both.
   */
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "5, 6"})
  void aFenceTurnsAProductIntoASum(int before, int after) {
    assertThat(count(PX86, before + after, media -> {
      for (int line = 0; line < before; line++) {
        media.putLong(line * LINE, 1);
      }
      media.persist(0, before * LINE);
      for (int line = before; line < before + after; line++) {
        media.putLong(line * LINE, 1);
      }
    })).isEqualTo((1L << before) + (1L << after) - 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 20})
  void orderedStoresLeaveOneMoreThanTheirNumber(int stores) {
    assertThat(count(EADR, stores, media -> {
      for (int store = 0; store < stores; store++) {
        media.putLong(store * 7 % stores * LINE, store + 1);
      }
      media.fence();
    })).isEqualTo(stores + 1);
  }

  /** One call, several words: each of them is a store of its own, in ascending order. */
  @ParameterizedTest
  @CsvSource({"0, 8, 2", "0, 64, 9", "4, 8, 3", "60, 8, 3", "1, 63, 9"})
  void aBulkStoreLeavesOneMoreThanTheWordsThatItTouches(long offset, int length, int images) {
    assertThat(count(EADR, 2, media -> {
      byte[] ones = new byte[length];
      Arrays.fill(ones, (byte) 1);
      media.write(offset, ones, 0, length);
      media.fence();
    })).isEqualTo(images);
  }

  /** Whatever lines they lie in: the compiler knows of none. */
  @ParameterizedTest
  @CsvSource({"1, 64", "4, 64", "4, 8", "8, 8", "10, 64"})
  void plainStoresToSeveralWordsLeaveTwoToTheirNumber(int words, int distance) {
    assertThat(count(PAGE_CACHE, words, media -> {
      for (int word = 0; word < words; word++) {
        media.putLong((long) word * distance, 1);
      }
      media.fence();
    })).isEqualTo(1L << words);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void plainStoresToOneWordLeaveOneMoreThanTheirNumber(int stores) {
    assertThat(count(PAGE_CACHE, 1, media -> {
      for (int store = 1; store <= stores; store++) {
        media.putLong(8, store);
      }
      media.fence();
    })).isEqualTo(stores + 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void releaseStoresLeaveOneMoreThanTheirNumber(int stores) {
    assertThat(count(PAGE_CACHE, stores, media -> {
      for (int store = 0; store < stores; store++) {
        media.putLongRelease(store * LINE, 1);
      }
      media.fence();
    })).isEqualTo(stores + 1);
  }

  /** Any of the plain ones without the release store, or all of them with it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 6})
  void aReleaseStoreAddsOneToTheStoresBeforeIt(int plain) {
    assertThat(count(PAGE_CACHE, plain + 1, media -> {
      for (int store = 0; store < plain; store++) {
        media.putLong(store * LINE, 1);
      }
      media.putLongRelease(plain * LINE, 1);
      media.fence();
    })).isEqualTo((1L << plain) + 1);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "5, 6"})
  void aFenceAloneTurnsAProductIntoASumInThePageCache(int before, int after) {
    assertThat(count(PAGE_CACHE, before + after, media -> {
      for (int store = 0; store < before + after; store++) {
        if (store == before) {
          media.fence();
        }
        media.putLong(store * LINE, 1);
      }
      media.fence();
    })).isEqualTo((1L << before) + (1L << after) - 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 8})
  void sectorsLeaveTwoToTheirNumberWhateverIsFlushedAndFenced(int sectors) {
    assertThat(count(SECTORS, sectors * LINES_PER_SECTOR, media -> {
      for (int sector = 0; sector < sectors; sector++) {
        media.putLong(sector * SECTOR, 1);
        media.persist(sector * SECTOR, 8);
      }
    })).isEqualTo(1L << sectors);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void storesToOneSectorLeaveOneMoreThanTheirNumber(int stores) {
    assertThat(count(SECTORS, LINES_PER_SECTOR, media -> {
      for (int store = 0; store < stores; store++) {
        media.putLong(store * 5 % 8 * LINE, 1);
      }
      media.fence();
    })).isEqualTo(stores + 1);
  }

  /** One call is one content of each sector that it touches, however long it is. */
  @ParameterizedTest
  @CsvSource({"0, 512, 2", "8, 500, 2", "508, 8, 4", "100, 1000, 8", "512, 1024, 4"})
  void aBulkStoreLeavesTwoToTheSectorsThatItTouches(long offset, int length, int images) {
    assertThat(count(SECTORS, 3 * LINES_PER_SECTOR, media -> {
      media.fill(offset, length, (byte) 1);
      media.fence();
    })).isEqualTo(images);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "4, 5"})
  void aSyncTurnsAProductIntoASum(int before, int after) {
    assertThat(count(SECTORS, (before + after) * LINES_PER_SECTOR, media -> {
      for (int sector = 0; sector < before + after; sector++) {
        if (sector == before) {
          media.fence();
          media.sync();
        }
        media.putLong(sector * SECTOR, 1);
      }
      media.fence();
    })).isEqualTo((1L << before) + (1L << after) - 1);
  }

  /** What was settled is behind; the rest goes on being as loose as it was. */
  @ParameterizedTest
  @CsvSource({"1, 0, 1", "1, 1, 1", "2, 1, 1", "3, 2, 2"})
  void aSettledRangeLeavesTheOthersLoose(int settled, int loose, int after) {
    assertThat(count(SECTORS, (settled + loose + after) * LINES_PER_SECTOR, media -> {
      for (int sector = 0; sector < settled + loose + after; sector++) {
        if (sector == settled + loose) {
          media.settle(0, settled * SECTOR);
        }
        media.putLong(sector * SECTOR, 1);
      }
    })).isEqualTo((1L << (settled + loose)) + (1L << (loose + after)) - (1L << loose));
  }

  /** Where files are not lost by sectors, a settled range is neither a moment nor an order, and adds no content. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SECTORS")
  void aSettledRangeCountsForNothingUnderOtherModels(PersistencyModel model) {
    List<CrashReport> reports = new ArrayList<>();
    for (boolean settles : new boolean[] {false, true}) {
      reports.add(
          CrashExplorer.explore(
              CrashMedia.zeros(4 * SECTOR),
              media -> {
                for (int i = 0; i < 6; i++) {
                  media.putLong(i % 4 * SECTOR, i + 1);
                  media.flush(i % 2 * SECTOR, Long.BYTES);
                  if (settles) {
                    media.settle(i % 4 * SECTOR, SECTOR);
                  }
                  if (i == 3) {
                    media.fence();
                    media.mark("half");
                  }
                }
              },
              media -> {
                media.putLong(8, media.getLong(0));
                if (settles) {
                  media.settle(0, SECTOR);
                }
                media.persist(8, Long.BYTES);
              },
              (media, marks) -> assertThat(media.getLong(8)).isEqualTo(media.getLong(0)),
              CrashOptions.of(model)));
    }
    assertThat(figures(reports.get(1))).isEqualTo(figures(reports.get(0)));
  }

  private static List<Long> figures(CrashReport report) {
    report.requireClean();
    return List.of(
        (long) report.points(), report.images(), report.imagesCovered(), report.distinctStates(), report.recoveryStates());
  }

  /** How many different contents are left over all crashes. The explorer's own count has to be the same. */
  private static long count(PersistencyModel model, int lines, CrashExplorer.Scenario scenario) {
    Set<String> seen = new HashSet<>();
    CrashReport report =
        CrashExplorer.explore(
            CrashMedia.zeros(lines * LINE),
            scenario,
            media -> {},
            (media, marks) -> {
              StringBuilder words = new StringBuilder();
              for (long offset = 0; offset < lines * LINE; offset += 8) {
                words.append(media.getLong(offset)).append(' ');
              }
              seen.add(words.toString());
            },
            CrashOptions.of(model).withRecoveryDepth(0));
    report.requireClean();
    assertThat(report.exhaustive()).isTrue();
    assertThat(report.distinctStates()).isEqualTo(seen.size());
    return seen.size();
  }
}
