package dev.dormouse.region.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.fuzz.Changes;
import dev.dormouse.emulation.fuzz.Corpus;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.Region;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assertions;

/**
 * A tree of any bytes: every call ends, with an answer or with an error that has a type, and does not leave the region.
 * {@code docs/damage.md}.
 */
final class FuzzTreeTest {
  private static final int ENTRIES = 60;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  // Its medium remembers every store.
  private static final int MOST_TRIES_ON_A_STAGE = 2000;
  private static TreeStage stage = makeStage();
  private static int triesOnStage;
  private static final int USED = (int) (long) stage.ask(RegionTree::extentBytes);

  /** A tree of several levels with free pages. */
  private static TreeStage makeStage() {
    TreeStage stage = TreeStage.create(8, 4, 128);
    stage.turn(
        tree -> {
          for (int i = 0; i < ENTRIES; i++) {
            tree.put(key(i * 7 % ENTRIES), new byte[i % 5]);
          }
          for (int i = 20; i < 40; i++) {
            tree.remove(key(i));
          }
        });
    return stage;
  }

  private static byte[] key(int number) {
    return TreeModel.bytes(String.format(Locale.ROOT, "k%03d", number));
  }

  /** The whole of it, so that any byte of any page is as near as any other. Half of them in the header. */
  @Provide
  Arbitrary<Changes> changes() {
    return Arbitraries.randomValue(
        random -> Changes.random(random, random.nextInt(4) == 0 ? TreeLayout.BYTES : USED, random.nextInt(4) == 0 ? USED / 128 : USED));
  }

  @Property
  void everyCallEndsAndStaysInTheRegion(@ForAll("changes") Changes changes) {
    judge(changes);
  }

  @Example
  void theTreesThatOnceFoundSomething() {
    Corpus.of(FuzzTreeTest.class, "tree").forEach(line -> judge(Changes.parse(line)));
  }

  private static void judge(Changes changes) {
    if (++triesOnStage > MOST_TRIES_ON_A_STAGE) {
      stage = makeStage();
      triesOnStage = 0;
    }
    Assertions.assertTimeoutPreemptively(
        LIMIT,
        () -> {
          Epoch epoch = stage.begin();
          Region region = stage.region(epoch);
          try {
            byte[] whole = new byte[USED];
            region.get(0, whole, 0, USED);
            // Nothing of a tree is under a checksum: its component's bytes are its own.
            region.put(0, changes.of(whole, 0, USED, bytes -> bytes), 0, USED);
            use(region);
          } finally {
            region.close();
            stage.abort(epoch);
          }
        });
  }

  private static void use(Region region) {
    call(region, RegionTree::check);
    call(region, tree -> tree.get(key(3), new byte[4]));
    call(region, FuzzTreeTest::scan);
    call(region, tree -> tree.put(key(30), new byte[2]));
    call(region, tree -> tree.put(key(61), new byte[4]));
    call(region, tree -> tree.remove(key(5)));
    call(region, tree -> tree.remove(key(59)));
    call(region, RegionTree::check);
  }

  private static void call(Region region, Consumer<RegionTree> use) {
    try {
      use.accept(RegionTree.open(region));
    } catch (RegionTreeException refused) {
      assertThat(refused.reason()).isNotNull();
    } catch (IllegalArgumentException tooLong) {
      // What the tree now says of its keys and values can be too little for these.
      assertThat(tooLong.getMessage()).contains("bytes");
    }
  }

  private static void scan(RegionTree tree) {
    byte[] value = new byte[1 << 16];
    RegionTreeCursor cursor = tree.scan(null, null);
    for (int entries = 0; cursor.next(); entries++) {
      cursor.value(value);
      assertThat(entries).as("more than there can be is a circle").isLessThan((int) (TreeStage.REGION_BYTES / PageShape.SLOT_BYTES));
    }
  }
}
