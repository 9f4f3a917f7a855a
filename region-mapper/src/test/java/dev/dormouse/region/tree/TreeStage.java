package dev.dormouse.region.tree;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.Reservation;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.recovery.Recovery;
import dev.dormouse.region.Holder;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionRights;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** A tiny pool with one region, in which there is a tree. A turn is an epoch. */
final class TreeStage implements AutoCloseable {
  static final long POOL_BYTES = 2 << 20;

  /** For crashes, which look at all of it. */
  static final long SMALL_POOL_BYTES = 512 << 10;

  /** So small that a log has no more room than its lane. */
  static final long FULL_POOL_BYTES = 256 << 10;

  static final long REGION_BYTES = 64 << 10;
  private static final BootIdentity MACHINE = new BootIdentity(1, 1);

  private static final Holder HOLDER =
      new Holder() {
        @Override
        public long birth() {
          return Owner.FIRST_BIRTH;
        }

        @Override
        public long recordOffset() {
          return Media.LINE_BYTES;
        }
      };

  final Pool pool;
  private final Lanes lanes;
  private long regionBytes = REGION_BYTES;

  private TreeStage(Pool pool) {
    this.pool = pool;
    this.lanes = new Lanes(pool, 1);
  }

  /** A pool with a region of zeros. */
  static TreeStage create(long poolBytes) {
    Media media = CrashMedia.zeroed(poolBytes);
    make(media);
    return open(media);
  }

  /** The same with an empty tree. */
  static TreeStage create(int mostKeyBytes, int mostValueBytes, int pageBytes) {
    TreeStage stage = create(POOL_BYTES);
    stage.formatTree(mostKeyBytes, mostValueBytes, pageBytes);
    return stage;
  }

  static TreeStage createInFullPool(int mostKeyBytes, int mostValueBytes, int pageBytes) {
    TreeStage stage = create(FULL_POOL_BYTES);
    stage.formatTree(mostKeyBytes, mostValueBytes, pageBytes);
    return stage;
  }

  static void make(Media media) {
    Pool.create(
        media,
        Geometry.of(media.sizeBytes(), 3, 4096, 2),
        MACHINE,
        unborn -> {
          Lanes.format(unborn);
          Reservation room = unborn.heap().reserve(REGION_BYTES);
          unborn.heap().publish(room.offset(), room.lengthBytes(), room.place(), HOLDER.birth());
          unborn.media().fence();
          return new PoolHeader.Roots(room.offset(), 0, 0, 0);
        });
  }

  /** Finishes what a crash left in the lanes, then begins a new life. */
  static TreeStage open(Media media) {
    Pool pool = Pool.open(media, MACHINE);
    Recovery.run(
        pool,
        (_, _, reason) -> {
          throw new IllegalStateException(reason);
        });
    pool.begin(opening -> opening);
    return new TreeStage(pool);
  }

  void formatTree(int mostKeyBytes, int mostValueBytes, int pageBytes) {
    inRegion(region -> RegionTree.format(region, mostKeyBytes, mostValueBytes, pageBytes));
  }

  long regionBytes() {
    return regionBytes;
  }

  /** From now on the region is as long. */
  void resize(long newRegionBytes) {
    regionBytes = newRegionBytes;
  }

  /** A turn that commits, also when it throws: what a program does that catches what it should not. */
  <R> R inRegion(Function<Region, R> turn) {
    Epoch epoch = begin();
    Region region = region(epoch);
    try {
      return turn.apply(region);
    } finally {
      region.close();
      commit(epoch);
    }
  }

  <R> R ask(Function<RegionTree, R> turn) {
    return inRegion(region -> turn.apply(RegionTree.open(region)));
  }

  void turn(Consumer<RegionTree> turn) {
    inRegion(
        region -> {
          turn.accept(RegionTree.open(region));
          return null;
        });
  }

  /** The entries of a tree that was checked. */
  List<String> entries() {
    return ask(
        tree -> {
          tree.check();
          return TreeModel.entries(tree);
        });
  }

  Epoch begin() {
    return lanes.lease();
  }

  Region region(Epoch epoch) {
    return new Region(pool.media(), epoch, HOLDER, pool.header().roots().root0(), regionBytes, RegionRights.READ_WRITE);
  }

  void commit(Epoch epoch) {
    epoch.commit();
    lanes.giveBack(epoch);
  }

  /** Gives the lane back without a commit: all is undone. */
  void abort(Epoch epoch) {
    lanes.giveBack(epoch);
  }

  /** A turn that changes much and is undone. */
  void changeAndAbort() {
    Epoch epoch = begin();
    Region region = region(epoch);
    RegionTree tree = RegionTree.open(region);
    for (char c = 'a'; c < 'i'; c++) {
      tree.put(new byte[] {(byte) c}, new byte[] {1});
    }
    RegionTreeCursor cursor = tree.scan(null, null);
    cursor.next();
    byte[] first = new byte[cursor.keyLength()];
    cursor.key(first);
    tree.remove(first);
    region.close();
    abort(epoch);
  }

  @Override
  public void close() {
    pool.close();
  }
}
