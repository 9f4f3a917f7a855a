package dev.dormouse.region.tree;

import static dev.dormouse.region.tree.TreeModel.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.Region;
import dev.dormouse.region.tree.RegionTreeException.Reason;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegionTreeTest {
  private static final int SMALL_PAGE = 128;

  private final TreeStage stage = TreeStage.create(8, 4, SMALL_PAGE);

  private static byte[] key(int number) {
    return bytes(String.format(Locale.ROOT, "%08d", number));
  }

  private static void fill(RegionTree tree, int from, int to) {
    for (int i = from; i < to; i++) {
      tree.put(key(i), bytes("v" + i % 100));
    }
  }

  private static String get(RegionTree tree, String key) {
    byte[] value = new byte[tree.mostValueBytes()];
    int length = tree.get(bytes(key), value);
    return length == RegionTree.ABSENT ? null : new String(value, 0, length, ISO_8859_1);
  }

  @Test
  void whatWasPutIsFoundInTheNextTurn() {
    stage.turn(tree -> assertThat(tree.put(bytes("a"), bytes("one"))).isTrue());

    stage.turn(
        tree -> {
          assertThat(get(tree, "a")).isEqualTo("one");
          assertThat(get(tree, "b")).isNull();
          assertThat(tree.contains(bytes("a"))).isTrue();
          assertThat(tree.size()).isOne();
        });
  }

  @Test
  void aPutOfAKnownKeyReplacesItsValue() {
    stage.turn(
        tree -> {
          tree.put(bytes("a"), bytes("one"));
          assertThat(tree.put(bytes("a"), bytes("more"))).isFalse();
          assertThat(get(tree, "a")).isEqualTo("more");
          assertThat(tree.put(bytes("a"), bytes("xfourx"), 1, 4)).isFalse();
          assertThat(get(tree, "a")).isEqualTo("four");
          assertThat(tree.put(bytes("a"), new byte[0])).isFalse();
          assertThat(get(tree, "a")).isEmpty();
          assertThat(tree.size()).isOne();
        });
  }

  @Test
  void whatWasRemovedIsNotThereAndCannotBeRemovedAgain() {
    stage.turn(
        tree -> {
          tree.put(bytes("a"), bytes("one"));
          assertThat(tree.remove(bytes("a"))).isTrue();
          assertThat(tree.remove(bytes("a"))).isFalse();
          assertThat(get(tree, "a")).isNull();
          assertThat(tree.size()).isZero();
          tree.check();
        });
  }

  @Test
  void keysAreInTheOrderOfTheirBytesWithoutSign() {
    stage.turn(
        tree -> {
          for (String key : List.of("\u00ff", "b", "", "a\0", "abcdefgh", "abcdefg", "\u0080", "a")) {
            tree.put(bytes(key), bytes(""));
          }
          assertThat(TreeModel.entries(tree))
              .containsExactly("=", "a=", "a\0=", "abcdefg=", "abcdefgh=", "b=", "\u0080=", "\u00ff=");
        });
  }

  @Test
  void aScanBeginsWithItsFirstBoundAndEndsBeforeItsSecond() {
    stage.turn(
        tree -> {
          fill(tree, 0, 50);
          assertThat(TreeModel.entries(tree, key(17), key(20))).containsExactly("00000017=v17", "00000018=v18", "00000019=v19");
          assertThat(TreeModel.entries(tree, key(48), null)).containsExactly("00000048=v48", "00000049=v49");
          assertThat(TreeModel.entries(tree, null, key(1))).containsExactly("00000000=v0");
          assertThat(TreeModel.entries(tree, key(20), key(20))).isEmpty();
          assertThat(TreeModel.entries(tree, key(21), key(20))).isEmpty();
          assertThat(TreeModel.entries(tree, bytes("1"), null)).isEmpty();
        });
  }

  @Test
  void aScanAnswersLengthsAndAnEntryOnlyWhereThereIsOne() {
    stage.turn(
        tree -> {
          tree.put(bytes("ab"), bytes("xyz"));
          RegionTreeCursor cursor = tree.scan(null, null);
          assertThatThrownBy(cursor::keyLength).isInstanceOf(IllegalStateException.class).hasMessageContaining("next must have answered true");
          assertThat(cursor.next()).isTrue();
          assertThat(cursor.keyLength()).isEqualTo(2);
          assertThat(cursor.valueLength()).isEqualTo(3);
          assertThat(cursor.next()).isFalse();
          assertThat(cursor.next()).isFalse();
          assertThatThrownBy(() -> cursor.value(new byte[4])).isInstanceOf(IllegalStateException.class);
        });
  }

  @Test
  void aScanOutlivesANewValueAndNotANewEntry() {
    stage.turn(
        tree -> {
          fill(tree, 0, 3);
          RegionTreeCursor cursor = tree.scan(null, null);
          assertThat(cursor.next()).isTrue();
          tree.put(key(1), bytes("new"));
          assertThat(cursor.next()).isTrue();
          tree.put(key(7), bytes("new"));
          assertThatThrownBy(cursor::next).isInstanceOf(ConcurrentModificationException.class);
        });
  }

  @Test
  void aFullTreeSaysSoAndIsAsItWas() {
    stage.resize(8 * SMALL_PAGE);
    stage.turn(
        tree -> {
          RegionTreeException full = catchThrowableOfType(RegionTreeException.class, () -> fill(tree, 0, 1000));
          assertThat(full.reason()).isEqualTo(Reason.FULL);
          assertThat(full)
              .hasMessage(
                  "tree in a region of 1024 bytes: 3 more pages of 128 bytes are needed, and 1 of 7 are free; nothing is stored."
                      + " Resize the region and open the tree again, it takes up the new space");
          assertThat(tree.availablePages()).isOne();
          tree.check();
          List<String> entries = TreeModel.entries(tree);
          assertThat(tree.size()).isEqualTo(entries.size());
          // A value for a key that is there needs no page.
          assertThat(tree.put(key(0), bytes("more"))).isFalse();
        });
  }

  @Test
  void aTreeTakesUpWhatItsRegionHasGrownBy() {
    stage.resize(8 * SMALL_PAGE);
    stage.turn(tree -> assertThatThrownBy(() -> fill(tree, 0, 1000)).isInstanceOf(RegionTreeException.class));
    long before = stage.ask(RegionTree::size);

    stage.resize(128 * SMALL_PAGE);
    stage.turn(
        tree -> {
          assertThat(tree.availablePages()).isEqualTo(121);
          fill(tree, 0, 200);
          tree.check();
        });

    assertThat(before).isLessThan(100);
    assertThat(stage.ask(RegionTree::size)).isEqualTo(200);
  }

  @Test
  void aRegionThatWasCutOffIsRefused() {
    stage.turn(tree -> fill(tree, 0, 100));
    long needed = stage.ask(RegionTree::extentBytes);

    stage.resize(needed);
    assertThat(stage.ask(RegionTree::size)).isEqualTo(100);
    stage.resize(needed - 1);
    assertThatThrownBy(() -> stage.ask(RegionTree::size))
        .isInstanceOfSatisfying(RegionTreeException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REGION_TOO_SHORT))
        .hasMessageContaining("resize the region to " + needed + " bytes at least");
  }

  @Test
  void pagesThatWereEmptiedAreUsedAgain() {
    stage.turn(tree -> fill(tree, 0, 300));
    long used = stage.ask(RegionTree::extentBytes);
    for (int round = 0; round < 5; round++) {
      stage.turn(
          tree -> {
            for (int i = 0; i < 300; i++) {
              assertThat(tree.remove(key(i))).isTrue();
            }
            tree.check();
            assertThat(tree.size()).isZero();
            fill(tree, 0, 300);
          });
    }
    assertThat(stage.ask(RegionTree::extentBytes)).isEqualTo(used);
  }

  @Test
  void keysThatComeInTheirOrderLeaveFullLeavesBehind() {
    stage.turn(tree -> fill(tree, 0, 700));
    // 4 + 8 + 4 bytes and a slot of 8: 4 in a leaf of 112.
    long leaves = 700 / 4;
    assertThat(stage.ask(RegionTree::extentBytes)).isLessThan(leaves * SMALL_PAGE * 3 / 2);
  }

  @Test
  void randomKeysFillHalfOfTheLeavesAtLeast() {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      numbers.add(i);
    }
    Collections.shuffle(numbers, new Random(7));
    stage.turn(tree -> numbers.forEach(number -> tree.put(key(number), bytes("v"))));
    stage.turn(RegionTree::check);
    assertThat(stage.ask(RegionTree::extentBytes)).isLessThan(2 * 700 / 4 * SMALL_PAGE * 3 / 2);
  }

  @Test
  void aKeyOrValueThatIsTooLongIsRefused() {
    stage.turn(
        tree -> {
          assertThatThrownBy(() -> tree.put(new byte[9], new byte[0]))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("a key of 9 bytes: at most 8 expected; nothing is stored");
          assertThatThrownBy(() -> tree.put(new byte[8], new byte[5]))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("a value of 5 bytes: at most 4 expected; nothing is stored");
          assertThatThrownBy(() -> tree.get(new byte[9], new byte[4])).isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> tree.remove(new byte[9])).isInstanceOf(IllegalArgumentException.class);
          tree.put(bytes("a"), bytes("four"));
          assertThatThrownBy(() -> tree.get(bytes("a"), new byte[3])).isInstanceOf(IndexOutOfBoundsException.class);
          assertThat(tree.size()).isOne();
        });
  }

  @Test
  void onlyATreeThatThisBuildKnowsIsOpened() {
    stage.inRegion(
        region -> {
          region.putShort(TreeLayout.MAJOR, (short) 2);
          assertReason(region, Reason.UNSUPPORTED_FORMAT);
          region.putShort(TreeLayout.MAJOR, (short) 1);
          region.putInt(TreeLayout.PAGE_BYTES, 100);
          assertReason(region, Reason.DAMAGED);
          region.putLong(TreeLayout.MAGIC, 0);
          assertReason(region, Reason.NOT_A_TREE);
          return null;
        });
  }

  private static void assertReason(Region region, Reason reason) {
    assertThatThrownBy(() -> RegionTree.open(region))
        .isInstanceOfSatisfying(RegionTreeException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void aTreeIsFormattedOnlyWhereItHasRoom() {
    stage.inRegion(
        region -> {
          assertThatThrownBy(() -> RegionTree.format(region, 100, 100, 256)).isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> RegionTree.format(region, 8, 4, 100)).isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> RegionTree.format(region, 0, 4, 128)).isInstanceOf(IllegalArgumentException.class);
          return null;
        });
    stage.resize(SMALL_PAGE);
    assertThatThrownBy(() -> stage.formatTree(8, 4, SMALL_PAGE))
        .isInstanceOfSatisfying(RegionTreeException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FULL));
  }

  /** The lines of an entry of 120 bytes, of its page's slots, of its page's head and of the tree's: far less than its page. */
  @Test
  void aPutLogsAFewLinesAndNotAPage() {
    TreeStage large = TreeStage.create(16, 100, RegionTree.DEFAULT_PAGE_BYTES);
    byte[] value = new byte[100];
    large.turn(
        tree -> {
          for (int i = 0; i < 20; i++) {
            tree.put(bytes(String.format(Locale.ROOT, "%016d", 2 * i)), value);
          }
        });
    assertThat(loggedBytes(large, tree -> tree.put(bytes("0000000000000021"), value))).isLessThanOrEqualTo(1024);
    assertThat(loggedBytes(large, tree -> tree.put(bytes("0000000000000020"), value))).isLessThanOrEqualTo(384);
    assertThat(loggedBytes(large, tree -> tree.get(bytes("0000000000000020"), value))).isZero();
  }

  private static long loggedBytes(TreeStage stage, Consumer<RegionTree> turn) {
    Epoch epoch = stage.begin();
    Region region = stage.region(epoch);
    RegionTree tree = RegionTree.open(region);
    turn.accept(tree);
    region.close();
    long bytes = epoch.isClean() ? 0 : epoch.logBytes();
    stage.abort(epoch);
    return bytes;
  }

  /** Whatever was thrown where, a program that catches it and commits has a whole tree. */
  @ParameterizedTest
  @CsvSource({"4, 128", "12, 256"})
  void aChangeThatThePoolHasNoRoomToLogChangesNothing(int mostValueBytes, int pageBytes) {
    TreeStage full = TreeStage.createInFullPool(8, mostValueBytes, pageBytes);
    int refused = 0;
    // Full leaves, of which some are emptied beside others: those are evened out.
    for (int i = 0; i < 40; i++) {
      byte[] key = key(i);
      full.turn(tree -> tree.put(key, bytes("v")));
    }
    for (int i = 10; i < 26; i++) {
      byte[] key = key(i);
      refused += endTheLogEverywhere(full, tree -> tree.remove(key));
      full.turn(tree -> tree.remove(key));
    }
    Random random = new Random(5);
    for (int step = 0; step < 300; step++) {
      byte[] key = key(random.nextInt(200));
      boolean adds = random.nextInt(5) < (step < 150 ? 4 : 1);
      Consumer<RegionTree> change = adds ? tree -> tree.put(key, bytes("v")) : tree -> tree.remove(key);
      refused += endTheLogEverywhere(full, change);
      full.turn(change);
    }
    assertThat(refused).isGreaterThan(500);
  }

  /** Tries a change with more and more room in the log, until it fits; answers how often it did not. */
  private static int endTheLogEverywhere(TreeStage full, Consumer<RegionTree> change) {
    List<String> before = full.entries();
    for (int lines = 56; lines > 0; lines--) {
      Epoch epoch = full.begin();
      Region region = full.region(epoch);
      RegionTree tree = RegionTree.open(region);
      region.prepareWrite(32 << 10, 64L * lines);
      boolean fits = true;
      try {
        change.accept(tree);
      } catch (PoolFull e) {
        fits = false;
      }
      tree.check();
      List<String> after = TreeModel.entries(tree);
      region.close();
      full.abort(epoch);
      if (fits) {
        return 56 - lines;
      }
      assertThat(after).isEqualTo(before);
    }
    throw new AssertionError("a change that needs more than the lane has");
  }

  @Test
  void aGetAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    stage.turn(
        tree -> {
          fill(tree, 0, 100);
          byte[] key = key(50);
          byte[] value = new byte[4];
          long found = 0;
          for (int i = 0; i < 2000; i++) {
            found += tree.get(key, value);
          }
          long before = threads.getCurrentThreadAllocatedBytes();
          for (int i = 0; i < 10_000; i++) {
            found += tree.get(key, value);
          }
          long allocated = threads.getCurrentThreadAllocatedBytes() - before;
          assertThat(found).isEqualTo(12_000L * 3);
          assertThat(allocated).isLessThan(10_000);
        });
  }
}
