package dev.dormouse.recovery;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A pool that is used by one thread, and beside it what it must hold after every epoch. An epoch that was acknowledged is
 * marked on the medium, so that after a crash the state must be that of the last mark, or of the commit that was under way.
 */
final class ModelledPool {
  static final BootIdentity BOOT = new BootIdentity(0xB007, 1);

  /** 58 pages of arena, four lanes with a log of 63 lines each. */
  static final Geometry TINY = Geometry.of(256 << 10, 4, 4096, 2);

  static final long CART = Owner.FIRST_BIRTH + 1;
  static final long STOCK = Owner.FIRST_BIRTH + 2;

  static final Quarantine NOBODY =
      (birth, recordOffset, reason) -> {
        throw new AssertionError("component " + birth + " was quarantined: " + reason);
      };

  private final CrashMedia media;
  private final Pool pool;
  private final Lanes lanes;
  private final List<PoolState> states;

  private ModelledPool(CrashMedia media, Pool pool, List<PoolState> states) {
    this.media = media;
    this.pool = pool;
    this.lanes = new Lanes(pool, 3);
    this.states = states;
    states.add(PoolState.of(pool));
  }

  /** The bytes of a pool that was made, begun, used as {@code first} says, and left as by a killed process. */
  static PoolReader image(Geometry geometry, Consumer<ModelledPool> first) {
    CrashMedia media = CrashMedia.zeroed(geometry.sizeBytes());
    Pool pool = create(media, geometry);
    pool.begin(opening -> opening);
    first.accept(new ModelledPool(media, pool, new ArrayList<>()));
    return new Bytes(media);
  }

  static Pool create(Media media, Geometry geometry) {
    return Pool.create(
        media,
        geometry,
        BOOT,
        unborn -> {
          Lanes.format(unborn);
          return PoolHeader.Roots.NONE;
        });
  }

  /** Goes on with a pool that needs no recovery, without a new opening: the header's many pieces stay out of the scenario. */
  static ModelledPool goOn(CrashMedia media, List<PoolState> states) {
    states.clear();
    return new ModelledPool(media, Pool.open(media, BOOT), states);
  }

  /** Opens, recovers, begins. */
  static ModelledPool begin(CrashMedia media, List<PoolState> states) {
    states.clear();
    Pool pool = Pool.open(media, BOOT);
    Recovery.run(pool, NOBODY);
    pool.begin(opening -> opening);
    return new ModelledPool(media, pool, states);
  }

  /** Opens and recovers. */
  static void recover(Media media) {
    Recovery.run(Pool.open(media, BOOT), NOBODY);
  }

  /**
   * I1 to I4: the state is that of the last mark or the one after it, nothing is left to be done, and the rest is free. The
   * last is looked at in every fourth state only, the first included, because it costs more than all else together.
   */
  static CrashExplorer.Invariant lastMarkedOrUnderWay(List<PoolState> states) {
    int[] checked = new int[1];
    return (recovered, marks) -> {
      Pool pool = Pool.open(recovered, BOOT);
      if (!Recovery.run(pool, NOBODY).isClean()) {
        throw new AssertionError("the recovery left something to do");
      }
      PoolState found = PoolState.of(pool);
      int last = marks.isEmpty() ? 0 : (int) marks.getLast();
      int next = Math.min(last + 1, states.size() - 1);
      if (!found.equals(states.get(last)) && !found.equals(states.get(next))) {
        throw new AssertionError(
            "neither at epoch " + last + " " + found.differencesFrom(states.get(last)) + " nor at epoch " + next + " "
                + found.differencesFrom(states.get(next)));
      }
      if (checked[0]++ % 4 == 0) {
        PoolState.requireFreeSpaceIsWhole(pool);
      }
    };
  }

  Pool pool() {
    return pool;
  }

  Lanes lanes() {
    return lanes;
  }

  PoolState state() {
    return states.getLast();
  }

  /** Marks what was committed so far as promised to somebody. */
  void acknowledge() {
    media.sync();
    media.mark(states.size() - 1);
  }

  Turn turn() {
    return new Turn(lanes.lease());
  }

  /** Runs a turn and commits and acknowledges it. */
  void commit(Consumer<Turn> body) {
    Turn turn = turn();
    body.accept(turn);
    turn.commit();
  }

  /** Runs a turn and aborts it. */
  void abort(Consumer<Turn> body) {
    Turn turn = turn();
    body.accept(turn);
    turn.abort();
  }

  /** One running epoch and what it is going to change. */
  final class Turn {
    private final Epoch epoch;
    private final List<UnaryOperator<PoolState>> changes = new ArrayList<>();

    Turn(Epoch epoch) {
      this.epoch = epoch;
    }

    Epoch epoch() {
      return epoch;
    }

    /** Prepares and overwrites a range. */
    void write(long owner, Extent extent, int at, int length, int value) {
      epoch.prepare(owner, recordOf(owner), extent.offset() + at, length);
      store(extent, at, length, value);
    }

    /** Stores to a range that was prepared. */
    void store(Extent extent, int at, int length, int value) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) value);
      media.write(extent.offset() + at, bytes, 0, length);
      changes.add(state -> state.withBytes(extent, at, bytes));
    }

    Extent allocate(long sizeBytes, long owner) {
      Extent extent = epoch.allocate(sizeBytes, owner);
      changes.add(state -> state.withExtent(extent, owner));
      return extent;
    }

    Extent allocateRecord(long birth) {
      Extent extent = epoch.allocateRecord(birth);
      changes.add(state -> state.withExtent(extent, birth));
      return extent;
    }

    void free(Extent extent, long owner) {
      epoch.free(extent, owner);
      changes.add(state -> state.withoutExtent(extent));
    }

    /** Allocates, copies, releases: what a resize does. */
    Extent resize(Extent extent, long sizeBytes, long owner) {
      Extent larger = epoch.allocate(sizeBytes, owner);
      int kept = (int) Math.min(sizeBytes, extent.lengthBytes());
      media.copy(extent.offset(), larger.offset(), kept);
      epoch.free(extent, owner);
      changes.add(
          state ->
              state.withExtent(larger, owner)
                  .withBytes(larger, 0, Arrays.copyOf(state.bytes(extent), kept))
                  .withoutExtent(extent));
      return larger;
    }

    void putShared(Extent extent, int at, long value) {
      epoch.putShared(extent.offset() + at, value);
      byte[] bytes = new byte[Long.BYTES];
      dev.dormouse.heap.Bytes.putLong(bytes, 0, value);
      changes.add(state -> state.withBytes(extent, at, bytes));
    }

    void commit() {
      epoch.commit();
      PoolState next = states.getLast();
      for (UnaryOperator<PoolState> change : changes) {
        next = change.apply(next);
      }
      states.add(next);
      acknowledge();
      lanes.giveBack(epoch);
    }

    void abort() {
      epoch.abort();
      lanes.giveBack(epoch);
    }
  }

  /** Where a component's record would lie; the lanes only pass it on. */
  static long recordOf(long owner) {
    return (owner - Owner.FIRST_BIRTH) << 20;
  }

  /** A pool's bytes in an array. */
  private static final class Bytes implements PoolReader {
    private final byte[] bytes;

    Bytes(Media media) {
      bytes = new byte[(int) media.sizeBytes()];
      media.read(0, bytes, 0, bytes.length);
    }

    @Override
    public String describe() {
      return "pool in an array";
    }

    @Override
    public long sizeBytes() {
      return bytes.length;
    }

    @Override
    public void read(long offset, byte[] destination, int index, int length) {
      System.arraycopy(bytes, (int) offset, destination, index, length);
    }

    @Override
    public void close() {
      // An array needs no closing.
    }
  }
}
