package dev.dormouse.recovery;

import static dev.dormouse.recovery.ModelledPool.CART;
import static dev.dormouse.recovery.ModelledPool.STOCK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.ModelledPool.Turn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random epochs against a model, through crashes that leave any legal content, one after another on the same pool (I1 to I4).
 * Every life opens the pool as the store does: recover, begin.
 */
class EpochPropertiesTest {
  private static final Geometry GEOMETRY = Geometry.of(384 << 10, 3, 4096, 2);
  private static final PoolReader EMPTY = ModelledPool.image(GEOMETRY, pool -> {});
  private static final int LIVES = 6;

  @Property(tries = 80, seed = "1987")
  void afterAnyCrashAPoolIsAtItsLastMarkOrTheOneUnderWay(@ForAll long seed) {
    Random random = new Random(seed);
    PoolReader image = EMPTY;
    for (int life = 0; life < LIVES; life++) {
      CrashMedia media = new CrashMedia(image);
      List<PoolState> states = new ArrayList<>();
      ModelledPool pool = ModelledPool.begin(media, states);
      Map<Extent, Long> extents = new LinkedHashMap<>(pool.state().owners());
      for (int epochs = random.nextInt(8); epochs > 0; epochs--) {
        extents = run(random, pool, extents);
      }
      Turn lost = pool.turn();
      mutate(random, lost, new LinkedHashMap<>(extents));
      boolean killed = random.nextInt(3) == 0;
      // Everything marked is at least durable at the end, so the last mark is the floor; nothing later was committed.
      image = killed ? media.processKilled() : media.powerLost(PersistencyModel.PX86, random.nextLong());
      CrashMedia left = new CrashMedia(image);
      ModelledPool.recover(left);
      Pool recovered = Pool.open(left, ModelledPool.BOOT);
      assertThat(PoolState.of(recovered).differencesFrom(states.getLast())).isEmpty();
      PoolState.requireFreeSpaceIsWhole(recovered);
    }
  }

  private static Map<Extent, Long> run(Random random, ModelledPool pool, Map<Extent, Long> before) {
    Map<Extent, Long> extents = new LinkedHashMap<>(before);
    Turn turn = pool.turn();
    mutate(random, turn, extents);
    int end = random.nextInt(4);
    if (end == 0) {
      turn.abort();
    } else if (end == 1) {
      pool.lanes().giveBack(turn.epoch());
    } else {
      turn.commit();
    }
    assertThat(PoolState.of(pool.pool()).differencesFrom(pool.state())).isEmpty();
    return end < 2 ? before : extents;
  }

  private static void mutate(Random random, Turn turn, Map<Extent, Long> extents) {
    for (int step = random.nextInt(9); step > 0; step--) {
      List<Extent> live = new ArrayList<>(extents.keySet());
      Extent one = live.isEmpty() ? null : live.get(random.nextInt(live.size()));
      int kind = random.nextInt(10);
      if (one == null || kind < 3) {
        long owner = random.nextBoolean() ? CART : STOCK;
        try {
          int size = 1 + random.nextInt(random.nextInt(4) == 0 ? 30_000 : 700);
          extents.put(random.nextInt(5) == 0 ? turn.allocateRecord(owner) : turn.allocate(size, owner), owner);
        } catch (PoolFull full) {
          // As it should be: the turn goes on without.
        }
      } else if (kind < 5) {
        turn.free(one, extents.remove(one));
      } else if (kind < 6 && extents.get(one) == CART) {
        try {
          Extent moved = turn.resize(one, 1 + random.nextInt(2000), CART);
          extents.remove(one);
          extents.put(moved, CART);
        } catch (PoolFull full) {
          // The same.
        }
      } else {
        int at = random.nextInt((int) one.lengthBytes());
        int length = 1 + random.nextInt((int) Math.min(one.lengthBytes() - at, 1200));
        try {
          turn.write(extents.get(one), one, at, length, 1 + random.nextInt(255));
        } catch (PoolFull full) {
          // The log found no room: nothing was stored.
        }
      }
    }
  }
}
