package dev.dormouse.guide;

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

// region structure
/** Two accounts in one region of a pool; a transfer is one epoch, so both change or neither. */
final class Bank implements AutoCloseable {
  static final long POOL_BYTES = 128 << 10;
  private static final long REGION_BYTES = 256;
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

  private final Pool pool;
  private final Lanes lanes;

  private Bank(Pool pool) {
    this.pool = pool;
    this.lanes = new Lanes(pool, 1);
  }

  /** Makes a pool with one region, in which account 0 has 100. */
  static void format(Media media) {
    Pool.create(
        media,
        Geometry.of(POOL_BYTES, 3, 4096, 2),
        MACHINE,
        unborn -> {
          Lanes.format(unborn);
          Reservation room = unborn.heap().reserve(REGION_BYTES);
          unborn.media().putLong(room.offset(), 100);
          unborn.media().persist(room.offset(), REGION_BYTES);
          unborn.heap().publish(room.offset(), room.lengthBytes(), room.place(), HOLDER.birth());
          unborn.media().fence();
          return new PoolHeader.Roots(room.offset(), 0, 0, 0);
        });
  }

  /** Finishes what a crash left in the lanes, then begins a new life. */
  static Bank open(Media media) {
    Pool pool = Pool.open(media, MACHINE);
    Recovery.run(
        pool,
        (_, _, reason) -> {
          throw new IllegalStateException("the bank's pool: " + reason);
        });
    pool.begin(opening -> opening);
    return new Bank(pool);
  }

  void transfer(long amount) {
    Epoch epoch = lanes.lease();
    move(epoch, amount);
    epoch.commit();
    lanes.giveBack(epoch);
  }

  private void move(Epoch epoch, long amount) {
    Region accounts = accounts(epoch);
    accounts.putLong(0, accounts.getLong(0) - amount);
    accounts.putLong(128, accounts.getLong(128) + amount);
    accounts.close();
  }

  List<Long> balances() {
    Epoch epoch = lanes.lease();
    Region accounts = accounts(epoch);
    List<Long> balances = List.of(accounts.getLong(0), accounts.getLong(128));
    accounts.close();
    lanes.giveBack(epoch);
    return balances;
  }

  private Region accounts(Epoch epoch) {
    long offset = pool.header().roots().root0();
    return new Region(pool.media(), epoch, HOLDER, offset, REGION_BYTES, RegionRights.READ_WRITE);
  }

  @Override
  public void close() {
    pool.close();
  }
}
// endregion
