package dev.dormouse.region.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.Region;
import dev.dormouse.region.tree.RegionTreeException.Reason;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Garbage in the region: whoever reads it is told, and is not led out of the region, nor in a circle. */
class RegionTreeDamageTest {
  private static final int PAGE_BYTES = 128;
  private static final int ENTRIES = 120;

  /** A tree of several levels with free pages. */
  private static TreeStage stage() {
    TreeStage stage = TreeStage.create(8, 4, PAGE_BYTES);
    stage.turn(
        tree -> {
          for (int i = 0; i < ENTRIES; i++) {
            tree.put(key(i * 7 % ENTRIES), new byte[i % 5]);
          }
          for (int i = 30; i < 60; i++) {
            tree.remove(key(i));
          }
          tree.check();
        });
    return stage;
  }

  private static byte[] key(int number) {
    return TreeModel.bytes(String.format(Locale.ROOT, "k%03d", number));
  }

  private static void inATurnThatIsUndone(TreeStage stage, Consumer<Region> turn) {
    Epoch epoch = stage.begin();
    Region region = stage.region(epoch);
    turn.accept(region);
    region.close();
    stage.abort(epoch);
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.SECONDS)
  void everyByteOfHeadsSlotsAndTheHeaderThatIsChangedIsFound() {
    TreeStage stage = stage();
    long used = stage.ask(RegionTree::extentBytes);
    inATurnThatIsUndone(
        stage,
        region -> {
          for (long offset = TreeLayout.HEIGHT; offset < TreeLayout.BYTES; offset++) {
            assertIsFound(region, offset);
          }
          for (long page = PAGE_BYTES; page < used; page += PAGE_BYTES) {
            boolean isFree = region.getByte(page) == PageShape.FREE;
            int count = region.getShort(page + TreePageLayout.COUNT);
            long end = isFree ? TreePageLayout.RESERVED : TreePageLayout.BYTES + (long) count * PageShape.SLOT_BYTES;
            for (long offset = page; offset < page + end; offset++) {
              assertIsFound(region, offset);
            }
          }
        });
  }

  @Test
  void aScanIsNotLedThroughAnEmptyLeaf() {
    TreeStage stage = stage();
    inATurnThatIsUndone(
        stage,
        region -> {
          RegionTree tree = RegionTree.open(region);
          int leaf = firstLeaf(region);
          int next = region.getInt((long) leaf * PAGE_BYTES + TreePageLayout.LINK);
          region.putShort((long) next * PAGE_BYTES + TreePageLayout.COUNT, (short) 0);
          assertThatThrownBy(() -> TreeModel.entries(tree))
              .isInstanceOf(RegionTreeException.class)
              .hasMessageContaining("leaf " + next + " is empty");
        });
  }

  private static int firstLeaf(Region region) {
    int page = region.getInt(TreeLayout.ROOT_PAGE);
    while (region.getByte((long) page * PAGE_BYTES) == PageShape.INNER) {
      page = region.getInt((long) page * PAGE_BYTES + TreePageLayout.LINK);
    }
    return page;
  }

  private static void assertIsFound(Region region, long offset) {
    byte value = region.getByte(offset);
    for (int bit = 0; bit < Byte.SIZE; bit++) {
      region.putByte(offset, (byte) (value ^ 1 << bit));
      assertThatThrownBy(() -> RegionTree.open(region).check())
          .as("bit %d of byte %d", bit, offset)
          .isInstanceOfSatisfying(
              RegionTreeException.class, e -> assertThat(e.reason()).isIn(Reason.DAMAGED, Reason.REGION_TOO_SHORT));
    }
    region.putByte(offset, value);
  }

  @Property(tries = 400, seed = "771")
  void whateverIsInTheRegionEveryCallEndsAndAnswersOrSaysThatItIsDamaged(@ForAll long seed) {
    Random random = new Random(seed);
    TreeStage stage = stage();
    long used = stage.ask(RegionTree::extentBytes);
    inATurnThatIsUndone(
        stage,
        region -> {
          for (int i = 1 + random.nextInt(12); i > 0; i--) {
            spoil(random, region, used);
          }
          Consumer<Consumer<RegionTree>> call = use -> {
            byte[] before = bytes(region);
            try {
              use.accept(RegionTree.open(region));
            } catch (RegionTreeException expected) {
              assertThat(expected.reason()).isNotEqualTo(Reason.NOT_A_TREE);
              assertThat(bytes(region)).isEqualTo(before);
            }
          };
          call.accept(RegionTree::check);
          for (int i = 0; i < 20; i++) {
            call.accept(tree -> use(random, tree));
          }
          call.accept(RegionTree::check);
        });
  }

  private static byte[] bytes(Region region) {
    byte[] bytes = new byte[(int) region.lengthBytes()];
    region.get(0, bytes, 0, bytes.length);
    return bytes;
  }

  private static void use(Random random, RegionTree tree) {
    byte[] key = key(random.nextInt(ENTRIES + 20));
    byte[] value = new byte[tree.mostValueBytes()];
    if (key.length > tree.mostKeyBytes()) {
      return;
    }
    switch (random.nextInt(4)) {
      case 0 -> tree.get(key, value);
      case 1 -> tree.put(key, value);
      case 2 -> tree.remove(key);
      default -> {
        RegionTreeCursor cursor = tree.scan(key, null);
        for (int entries = 0; cursor.next(); entries++) {
          cursor.value(value);
          // More than there can be is a circle.
          assertThat(entries).isLessThan((int) (TreeStage.REGION_BYTES / PageShape.SLOT_BYTES));
        }
      }
    }
  }

  /** A bit, a byte, a number that could be one of a page, or another page's bytes. Not the magic, or there would be nothing to read. */
  private static void spoil(Random random, Region region, long used) {
    long offset = TreeLayout.MAJOR + (long) random.nextInt((int) used - 16);
    long page = random.nextInt((int) (used / PAGE_BYTES)) * (long) PAGE_BYTES;
    switch (random.nextInt(5)) {
      case 0 -> region.putByte(offset, (byte) (region.getByte(offset) ^ 1 << random.nextInt(Byte.SIZE)));
      case 1 -> region.putByte(offset, (byte) random.nextInt());
      case 2 -> region.putInt(offset & -4, random.nextInt((int) (used / PAGE_BYTES) + 2));
      case 3 -> region.putShort(page + TreePageLayout.COUNT + (page == 0 ? TreeLayout.HEIGHT : 0), (short) random.nextInt(10));
      default -> {
        long from = random.nextInt((int) (used / PAGE_BYTES)) * (long) PAGE_BYTES;
        if (page > 0 && from > 0) {
          // The same page in two places, but for its number.
          region.copy(from, page, TreePageLayout.PAGE);
          region.copy(from + TreePageLayout.LINK, page + TreePageLayout.LINK, PAGE_BYTES - TreePageLayout.LINK);
        }
      }
    }
  }
}
