package dev.dormouse.region.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.recovery.Epoch;
import dev.dormouse.region.Region;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random changes, scans, aborts and lost processes against a sorted map, in pages so small that they split and join all the time. */
class RegionTreePropertiesTest {
  // region model
  @Property(tries = 200, seed = "5614")
  void aTreeIsASortedMapThatCanBeTakenBack(@ForAll long seed) {
    Random random = new Random(seed);
    int mostKey = 1 + random.nextInt(8);
    int mostValue = random.nextInt(5);
    TreeStage stage = TreeStage.create(mostKey, mostValue, 128 << random.nextInt(2));
    // Sometimes so short that the tree is full.
    stage.resize(random.nextInt(4) == 0 ? 4096 : TreeStage.REGION_BYTES);
    NavigableMap<byte[], byte[]> committed = TreeModel.empty();
    for (int turn = 0; turn < 12; turn++) {
      Epoch epoch = stage.begin();
      Region region = stage.region(epoch);
      RegionTree tree = RegionTree.open(region);
      NavigableMap<byte[], byte[]> model = TreeModel.empty();
      model.putAll(committed);
      boolean shrinks = random.nextInt(3) == 0;
      for (int step = random.nextInt(120); step > 0; step--) {
        change(random, tree, model, shrinks);
        tree.check();
      }
      assertThat(TreeModel.entries(tree)).isEqualTo(TreeModel.entries(model));
      region.close();
      switch (random.nextInt(4)) {
        case 0 -> stage.abort(epoch);
        // The process is killed: whoever opens the pool next finds the last commit.
        case 1 -> stage = reopen(stage);
        default -> {
          stage.commit(epoch);
          committed = model;
        }
      }
      assertThat(stage.entries()).isEqualTo(TreeModel.entries(committed));
    }
  }
  // endregion

  private static TreeStage reopen(TreeStage killed) {
    TreeStage opened = TreeStage.open(killed.pool.media());
    opened.resize(killed.regionBytes());
    return opened;
  }

  private static void change(Random random, RegionTree tree, NavigableMap<byte[], byte[]> model, boolean shrinks) {
    byte[] key = randomKey(random, tree.mostKeyBytes());
    if (random.nextInt(8) == 0) {
      scan(random, tree, model);
    } else if (random.nextInt(4) < (shrinks ? 3 : 1)) {
      // A key that is there, mostly.
      byte[] near = random.nextInt(4) == 0 ? key : nearest(model, key);
      assertThat(tree.remove(near)).isEqualTo(model.remove(near) != null);
    } else {
      byte[] value = new byte[random.nextInt(tree.mostValueBytes() + 1)];
      random.nextBytes(value);
      put(tree, model, key, value);
    }
    assertThat(tree.size()).isEqualTo(model.size());
    byte[] got = new byte[tree.mostValueBytes()];
    int length = tree.get(key, got);
    byte[] expected = model.get(key);
    assertThat(length < 0 ? null : Arrays.copyOf(got, length)).isEqualTo(expected);
    assertThat(tree.contains(key)).isEqualTo(expected != null);
  }

  private static void put(RegionTree tree, NavigableMap<byte[], byte[]> model, byte[] key, byte[] value) {
    try {
      assertThat(tree.put(key, value)).isEqualTo(!model.containsKey(key));
      model.put(key, value);
    } catch (RegionTreeException full) {
      assertThat(full.reason()).isEqualTo(RegionTreeException.Reason.FULL);
      assertThat(model.containsKey(key)).isFalse();
    }
  }

  private static void scan(Random random, RegionTree tree, NavigableMap<byte[], byte[]> model) {
    byte[] from = random.nextInt(4) == 0 ? null : randomKey(random, tree.mostKeyBytes());
    byte[] to = random.nextInt(4) == 0 ? null : randomKey(random, tree.mostKeyBytes());
    NavigableMap<byte[], byte[]> part = from == null ? model : model.tailMap(from, true);
    if (to != null) {
      boolean isEmpty = from != null && Arrays.compareUnsigned(from, to) >= 0;
      part = isEmpty ? TreeModel.empty() : part.headMap(to, false);
    }
    assertThat(TreeModel.entries(tree, from, to)).isEqualTo(TreeModel.entries(part));
  }

  private static byte[] nearest(NavigableMap<byte[], byte[]> model, byte[] key) {
    byte[] above = model.ceilingKey(key);
    byte[] below = model.floorKey(key);
    return above != null ? above : below != null ? below : key;
  }

  /** From few letters, the highest among them, so that keys begin alike, or are the beginning of one another. */
  private static byte[] randomKey(Random random, int most) {
    byte[] letters = {0, 1, (byte) 0x7f, (byte) 0x80, (byte) 0xff, 'a', 'b', 'c'};
    byte[] key = new byte[random.nextInt(most + 1)];
    boolean same = random.nextBoolean();
    for (int i = 0; i < key.length; i++) {
      key[i] = same && i < key.length - 2 ? 0 : letters[random.nextInt(letters.length)];
    }
    return key;
  }
}
