package dev.dormouse.region.tree;

import static dev.dormouse.emulation.PersistencyModel.EADR;
import static dev.dormouse.emulation.PersistencyModel.PAGE_CACHE;
import static dev.dormouse.emulation.PersistencyModel.PX86;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.junit.CrashScenario;
import dev.dormouse.emulation.junit.CrashSteps;
import dev.dormouse.emulation.junit.CrashTest;
import dev.dormouse.heap.Media;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Crashes splits, joins and everything between at every persist point: the tree holds what one commit left in it, and all that
 * {@link RegionTree#check} proves.
 */
class RegionTreeCrashTest {
  private static final int PAGE_BYTES = 128;
  // Four entries in a leaf and four keys in an inner page: with these the next one makes a level.
  private static final int FULL_TO_THE_ROOT = fullToTheRoot();

  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @CrashTest(
      sizeBytes = TreeStage.SMALL_POOL_BYTES,
      models = {PX86, EADR, PAGE_CACHE},
      images = 64,
      recoveryImages = 4)
  @interface OnEveryModel {}

  private static byte[] key(int number) {
    return TreeModel.bytes(String.format(Locale.ROOT, "%08d", number));
  }

  private static void put(RegionTree tree, int number) {
    tree.put(key(number), TreeModel.bytes("v" + number % 100));
  }

  /** Keys that come downwards split every page in the middle. */
  private static void fill(RegionTree tree, int count) {
    for (int i = count; i > 0; i--) {
      put(tree, 10 * i);
    }
  }

  private static int height(TreeStage stage) {
    return stage.inRegion(region -> region.getInt(TreeLayout.HEIGHT));
  }

  private static int fullToTheRoot() {
    for (int count = 1; count < 1000; count++) {
      try (TreeStage stage = TreeStage.create(8, 4, PAGE_BYTES)) {
        int entries = count;
        stage.turn(tree -> fill(tree, entries));
        if (height(stage) == 4) {
          return count - 1;
        }
      }
    }
    throw new AssertionError("no tree of four levels");
  }

  private static void make(Media media, int count) {
    TreeStage.make(media);
    TreeStage stage = TreeStage.open(media);
    stage.formatTree(8, 4, PAGE_BYTES);
    // Turn by turn, so that no log needs more room than the lane has.
    for (int i = count; i > 0; i--) {
      int number = 10 * i;
      stage.turn(tree -> put(tree, number));
    }
  }

  private static CrashSteps<TreeStage> tree(CrashScenario crash, int entries) {
    return crash.prepare(media -> make(media, entries)).open(TreeStage::open);
  }

  // region crash
  @OnEveryModel
  void aPutThatSplitsEveryLevelIsThereWholeOrNotAtAll(CrashScenario crash) {
    CrashReport report =
        tree(crash, FULL_TO_THE_ROOT)
            .step("put below all others", stage -> stage.turn(tree -> put(tree, 5)))
            .step("put beside it", stage -> stage.turn(tree -> put(tree, 6)))
            .allOrNothing(TreeStage::entries);
    assertThat(report.distinctStates()).isGreaterThan(20);
  }
  // endregion

  @OnEveryModel
  void removesThatJoinAndEvenOutAreThereWholeOrNotAtAll(CrashScenario crash) {
    CrashSteps<TreeStage> steps = tree(crash, 14);
    for (int i = 14; i > 8; i--) {
      byte[] key = key(10 * i);
      steps.step("remove " + i, stage -> stage.turn(tree -> tree.remove(key)));
    }
    steps.allOrNothing(TreeStage::entries);
  }

  @OnEveryModel
  void aTurnThatEmptiesTheTreeIsThereWholeOrNotAtAll(CrashScenario crash) {
    tree(crash, 30)
        .step(
            "remove all",
            stage ->
                stage.turn(
                    tree -> {
                      for (int i = 1; i <= 30; i++) {
                        tree.remove(key(10 * i));
                      }
                    }))
        .step("put in what was emptied", stage -> stage.turn(tree -> fill(tree, 6)))
        .allOrNothing(TreeStage::entries);
  }

  @OnEveryModel
  void drawnChangesAreThereWholeOrNotAtAll(CrashScenario crash) {
    SplittableRandom random = new SplittableRandom(crash.seed());
    CrashSteps<TreeStage> steps = tree(crash, 12);
    for (int i = 0; i < 8; i++) {
      int number = random.nextInt(1, 150);
      int other = random.nextInt(1, 12) * 10;
      steps.step(
          "put " + number + ", remove " + other,
          stage ->
              stage.turn(
                  tree -> {
                    put(tree, number);
                    tree.remove(key(other));
                  }));
    }
    steps.allOrNothing(TreeStage::entries);
  }

  @OnEveryModel
  void aTurnThatWasUndoneLeavesNothing(CrashScenario crash) {
    tree(crash, FULL_TO_THE_ROOT)
        .step("put", stage -> stage.turn(tree -> put(tree, 5)))
        .step("put and remove, undone", TreeStage::changeAndAbort)
        .allOrNothing(TreeStage::entries);
  }

  /** The scenarios above do what they say. */
  @Test
  void theScenariosSplitToTheRootAndJoin() {
    try (TreeStage stage = TreeStage.create(8, 4, PAGE_BYTES)) {
      stage.turn(tree -> fill(tree, FULL_TO_THE_ROOT));
      assertThat(height(stage)).isEqualTo(3);
      stage.turn(tree -> put(tree, 5));
      assertThat(height(stage)).isEqualTo(4);
      List<String> entries = stage.entries();
      stage.changeAndAbort();
      assertThat(stage.entries()).isEqualTo(entries);
    }
    try (TreeStage stage = TreeStage.create(8, 4, PAGE_BYTES)) {
      stage.turn(tree -> fill(tree, 14));
      long free = stage.ask(RegionTree::availablePages);
      for (int i = 14; i > 8; i--) {
        int number = 10 * i;
        stage.turn(tree -> tree.remove(key(number)));
      }
      assertThat(stage.ask(RegionTree::availablePages)).isGreaterThan(free);
    }
  }
}
