package dev.dormouse.recovery;

import static dev.dormouse.recovery.ModelledPool.BOOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.PoolHeader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lanes are leased once at a time, whoever comes; what epochs in different threads did is all there at the next open. */
@Timeout(60)
class LanesTest {
  private static final int WORKERS = 24;
  private static final int EPOCHS = 300;

  @TempDir Path folder;

  private Pool create(Geometry geometry) {
    Pool pool =
        Pool.create(
            folder.resolve("a.pool"),
            geometry,
            BOOT,
            unborn -> {
              Lanes.format(unborn);
              return PoolHeader.Roots.NONE;
            });
    pool.begin();
    return pool;
  }

  /** Each worker counts in an extent of its own, in two lines that must agree, and moves it now and then. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyEpochOfManyThreadsIsThereAfterAKill(boolean virtual) throws Exception {
    Geometry geometry = Geometry.of(4 << 20, 5, 4096, 2);
    Pool pool = create(geometry);
    Lanes lanes = new Lanes(pool, 4);
    AtomicIntegerArray inUse = new AtomicIntegerArray(lanes.count());
    List<Future<Extent>> results = new ArrayList<>();
    try (ExecutorService threads = virtual ? Executors.newVirtualThreadPerTaskExecutor() : Executors.newFixedThreadPool(WORKERS)) {
      for (int worker = 0; worker < WORKERS; worker++) {
        long birth = Owner.FIRST_BIRTH + worker;
        results.add(threads.submit(() -> work(pool, lanes, inUse, birth)));
      }
    }
    List<Extent> extents = new ArrayList<>();
    for (Future<Extent> result : results) {
      extents.add(result.get());
    }
    assertThat(lanes.freeCount()).isEqualTo(lanes.count());
    pool.abandon();

    try (Pool reopened = Pool.open(folder.resolve("a.pool"), BOOT)) {
      assertThat(Recovery.run(reopened, ModelledPool.NOBODY).isClean()).isTrue();
      for (int worker = 0; worker < WORKERS; worker++) {
        Extent extent = extents.get(worker);
        assertThat(reopened.heap().ownerOf(extent.offset())).isEqualTo(Owner.FIRST_BIRTH + worker);
        assertThat(reopened.media().getLong(extent.offset())).isEqualTo(committedEpochs());
        assertThat(reopened.media().getLong(extent.offset() + 64)).isEqualTo(committedEpochs());
      }
      assertThat(PoolState.of(reopened).owners()).hasSize(WORKERS);
      PoolState.requireFreeSpaceIsWhole(reopened);
    }
  }

  private static long committedEpochs() {
    long committed = 0;
    for (int i = 0; i < EPOCHS; i++) {
      committed += i % 7 == 3 ? 0 : 1;
    }
    return committed;
  }

  private static Extent work(Pool pool, Lanes lanes, AtomicIntegerArray inUse, long birth) {
    Extent extent = null;
    for (int i = 0; i < EPOCHS; i++) {
      Epoch epoch = lanes.lease();
      assertThat(inUse.incrementAndGet(epoch.lane())).as("leases of lane %d", epoch.lane()).isEqualTo(1);
      Extent before = extent;
      if (extent == null) {
        extent = epoch.allocate(128, birth);
      }
      if (i % 10 == 9) {
        Extent moved = epoch.allocate(128 + i % 3 * 2000L, birth);
        pool.media().copy(extent.offset(), moved.offset(), 128);
        epoch.free(extent, birth);
        extent = moved;
      }
      for (long at = extent.offset(); at < extent.offset() + 128; at += 64) {
        epoch.prepare(birth, 0, at, 8);
        pool.media().putLong(at, pool.media().getLong(at) + 1);
      }
      if (i % 7 == 3) {
        epoch.abort();
        extent = before;
      } else {
        epoch.commit();
      }
      inUse.decrementAndGet(epoch.lane());
      lanes.giveBack(epoch);
    }
    return extent;
  }

  @Test
  void asManyLanesAreLeasedAsThereAreAndTheNextWaits() throws Exception {
    Pool pool = create(Geometry.of(1 << 20, 4, 4096, 2));
    Lanes lanes = new Lanes(pool, 64);
    assertThat(lanes.count()).isEqualTo(3);
    Set<Integer> leased = new HashSet<>();
    Epoch last = null;
    for (int i = 0; i < lanes.count(); i++) {
      last = lanes.lease();
      leased.add(last.lane());
    }
    assertThat(leased).hasSize(3);
    assertThat(lanes.freeCount()).isZero();
    try (ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Epoch> next = waiting.submit(lanes::lease);
      assertThat(catchTimeout(next)).isTrue();
      lanes.giveBack(last);
      assertThat(next.get(10, TimeUnit.SECONDS)).isSameAs(last);
    }
    pool.close();
  }

  private static boolean catchTimeout(Future<?> future) throws Exception {
    try {
      future.get(50, TimeUnit.MILLISECONDS);
      return false;
    } catch (java.util.concurrent.TimeoutException e) {
      return true;
    }
  }

  @Test
  void theHousekeepingLaneIsNeverLeased() {
    Pool pool = create(Geometry.of(1 << 20, 4, 4096, 2));
    Lanes lanes = new Lanes(pool, 64);
    for (int i = 0; i < lanes.count(); i++) {
      assertThat(lanes.lease().lane()).isLessThan(3);
    }
    Epoch housekeeping = lanes.housekeeping();
    assertThat(housekeeping.lane()).isEqualTo(3);
    housekeeping.allocate(64, Owner.SYMBOLS);
    housekeeping.commit();
    assertThat(PoolState.of(pool).owners()).hasSize(1);
    pool.close();
  }

  @Test
  void anEpochThatIsOverCannotBeEndedAgain() {
    CrashMedia media = new CrashMedia(CrashedEpochTest.STAGE.image);
    ModelledPool pool = ModelledPool.goOn(media, new ArrayList<>());
    Epoch epoch = pool.turn().epoch();
    epoch.commit();
    assertThatThrownBy(epoch::commit).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(epoch::abort).isInstanceOf(IllegalStateException.class);
  }

  /** (d) cannot refuse, so what it could not do is refused when it is asked for. */
  @Test
  void intentsThatCouldNotBeCarriedOutAreRefusedAtOnce() {
    CrashMedia media = new CrashMedia(CrashedEpochTest.STAGE.image);
    ModelledPool pool = ModelledPool.goOn(media, new ArrayList<>());
    Epoch epoch = pool.turn().epoch();
    Extent cart = CrashedEpochTest.STAGE.cart;
    for (Extent wrong : List.of(new Extent(cart.offset() + 64, 64), new Extent(cart.offset(), 64), new Extent(cart.offset(), 256))) {
      assertThatThrownBy(() -> epoch.free(wrong, ModelledPool.CART)).isInstanceOf(IllegalArgumentException.class);
    }
    long size = media.sizeBytes();
    for (long offset : new long[] {cart.offset() + 4, 0, ModelledPool.TINY.pageTableOffset(), size, size - 4, -8, Long.MAX_VALUE - 7, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> epoch.putShared(offset, 1)).as("offset %d", offset).isInstanceOf(Damaged.class);
    }
    assertThat(epoch.isClean()).isTrue();
  }

  /** I8: an epoch for which there is no room is as it was before, and can still be committed or aborted. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFullPoolLeavesTheEpochAsItWas(boolean commit) {
    CrashMedia media = new CrashMedia(CrashedEpochTest.STAGE.image);
    List<PoolState> states = new ArrayList<>();
    ModelledPool pool = ModelledPool.goOn(media, states);
    ModelledPool.Turn turn = pool.turn();
    turn.write(ModelledPool.CART, CrashedEpochTest.STAGE.cart, 0, 8, 1);
    int allocated = 0;
    while (allocated < 10_000) {
      try {
        turn.allocate(64, ModelledPool.CART);
        allocated++;
      } catch (PoolFull full) {
        // The tiny pool has no room for a log that goes on.
        break;
      }
    }
    assertThat(allocated).isBetween(10, 100);
    assertThatThrownBy(() -> turn.epoch().prepare(ModelledPool.STOCK, 0, CrashedEpochTest.STAGE.stock.offset(), 128)).isInstanceOf(PoolFull.class);
    turn.abort();
    assertThat(PoolState.of(pool.pool())).isEqualTo(states.getFirst());
    if (commit) {
      pool.commit(next -> next.write(ModelledPool.CART, CrashedEpochTest.STAGE.cart, 0, 8, 1));
    }
    assertThat(PoolState.of(pool.pool())).isEqualTo(states.getLast());
    PoolState.requireFreeSpaceIsWhole(pool.pool());
  }
}
