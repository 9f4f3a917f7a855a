package dev.dormouse.region.agrona;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.recovery.Recovery;
import dev.dormouse.region.Holder;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionRights;
import java.util.function.Consumer;
import java.util.function.Function;

/** A tiny pool whose one component has one region, in which turns are run. */
final class AgronaStage implements AutoCloseable {
  static final int POOL_BYTES = 256 << 10;
  private static final BootIdentity BOOT = new BootIdentity(0xA6, 1);

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

  private final Pool pool;
  private final Lanes lanes;
  private final long extentOffset;
  private final long lengthBytes;

  private AgronaStage(Pool pool, long extentOffset, long lengthBytes) {
    this.pool = pool;
    this.lanes = new Lanes(pool, 1);
    this.extentOffset = extentOffset;
    this.lengthBytes = lengthBytes;
  }

  /** Makes a pool with a region of zeros; where that lies. */
  static long format(Media media, long lengthBytes) {
    Pool pool =
        Pool.create(
            media,
            Geometry.of(media.sizeBytes(), 3, 8192, 2),
            BOOT,
            unborn -> {
              Lanes.format(unborn);
              return PoolHeader.Roots.NONE;
            });
    pool.begin(opening -> opening);
    Lanes lanes = new Lanes(pool, 1);
    Epoch epoch = lanes.lease();
    long offset = epoch.allocate(lengthBytes, HOLDER.birth()).offset();
    epoch.commit();
    lanes.giveBack(epoch);
    return offset;
  }

  /** Finishes what a crash left, then begins a new life. */
  static AgronaStage open(Media media, long extentOffset, long lengthBytes) {
    Pool pool = Pool.open(media, BOOT);
    Recovery.run(
        pool,
        (_, _, reason) -> {
          throw new AssertionError(reason);
        });
    pool.begin(opening -> opening);
    return new AgronaStage(pool, extentOffset, lengthBytes);
  }

  static AgronaStage create(long lengthBytes) {
    return create(CrashMedia.zeroed(POOL_BYTES), lengthBytes);
  }

  static AgronaStage create(Media media, long lengthBytes) {
    return open(media, format(media, lengthBytes), lengthBytes);
  }

  /** What a committed turn answers. */
  <T> T turn(Function<Region, T> work) {
    return turn(work, Epoch::commit);
  }

  void run(Consumer<Region> work) {
    turn(
        region -> {
          work.accept(region);
          return null;
        });
  }

  /** Does something and has all of it undone. */
  void undone(Consumer<Region> work) {
    turn(
        region -> {
          work.accept(region);
          return null;
        },
        Epoch::abort);
  }

  private <T> T turn(Function<Region, T> work, Consumer<Epoch> end) {
    Epoch epoch = lanes.lease();
    Region region = view(epoch, RegionRights.READ_WRITE);
    T result = work.apply(region);
    region.close();
    end.accept(epoch);
    lanes.giveBack(epoch);
    return result;
  }

  Epoch lease() {
    return lanes.lease();
  }

  void abort(Epoch epoch) {
    epoch.abort();
    lanes.giveBack(epoch);
  }

  Region view(Epoch epoch, RegionRights rights) {
    return new Region(pool.media(), epoch, HOLDER, extentOffset, lengthBytes, rights);
  }

  /** The region's bytes as they are in the pool. */
  byte[] bytes() {
    byte[] bytes = new byte[(int) lengthBytes];
    pool.media().read(extentOffset, bytes, 0, bytes.length);
    return bytes;
  }

  @Override
  public void close() {
    pool.close();
  }
}
