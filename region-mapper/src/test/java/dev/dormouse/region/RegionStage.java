package dev.dormouse.region;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.recovery.Recovery;

/** A tiny pool with one component that keeps its region table in an extent under undo: count, then entries. */
final class RegionStage {
  static final BootIdentity BOOT = new BootIdentity(0xB007, 1);
  static final long BIRTH = Owner.FIRST_BIRTH + 7;
  static final long QUOTA = 1 << 20;

  static final Holder HOLDER =
      new Holder() {
        @Override
        public long birth() {
          return BIRTH;
        }

        @Override
        public long recordOffset() {
          return 64;
        }
      };

  final Media media;
  final Pool pool;
  final Lanes lanes;
  final Extent table;

  private RegionStage(Media media, Pool pool, Extent table) {
    this.media = media;
    this.pool = pool;
    this.lanes = new Lanes(pool, 2);
    this.table = table;
  }

  /** A new pool in which the component has an empty table. */
  static RegionStage create(CrashMedia media) {
    Pool pool =
        Pool.create(
            media,
            Geometry.of(media.sizeBytes(), 3, 4096, 2),
            BOOT,
            unborn -> {
              Lanes.format(unborn);
              return PoolHeader.Roots.NONE;
            });
    pool.begin(opening -> opening);
    Lanes lanes = new Lanes(pool, 1);
    Epoch epoch = lanes.lease();
    Extent table = epoch.allocate(448, BIRTH);
    epoch.commit();
    lanes.giveBack(epoch);
    return new RegionStage(media, pool, table);
  }

  static RegionStage create() {
    return create(CrashMedia.zeroed(256 << 10));
  }

  /** Opens and recovers. */
  static RegionStage open(Media media, Extent table) {
    Pool pool = Pool.open(media, BOOT);
    Recovery.run(
        pool,
        (birth, recordOffset, reason) -> {
          throw new AssertionError(reason);
        });
    return new RegionStage(media, pool, table);
  }

  RegionMap map(Epoch epoch, long quotaBytes) {
    return new RegionMap(media, epoch, HOLDER, table(epoch), quotaBytes);
  }

  RegionMap map(Epoch epoch) {
    return map(epoch, QUOTA);
  }

  Region view(Epoch epoch, RegionEntry entry) {
    return new Region(media, epoch, HOLDER, entry.extentOffset(), entry.lengthBytes(), entry.rights());
  }

  RegionTable table(Epoch epoch) {
    return new RegionTable() {
      private final byte[] entry = new byte[RegionLayout.BYTES];

      @Override
      public int count() {
        return (int) media.getLong(table.offset());
      }

      @Override
      public RegionEntry get(int index) {
        media.read(at(index), entry, 0, entry.length);
        return RegionEntry.read(entry, 0);
      }

      @Override
      public void set(int index, RegionEntry changed) {
        epoch.prepare(BIRTH, 64, at(index), entry.length);
        changed.write(entry, 0);
        media.write(at(index), entry, 0, entry.length);
      }

      @Override
      public void add(RegionEntry added) {
        int index = count();
        set(index, added);
        count(index + 1);
      }

      @Override
      public void remove(int index) {
        for (int i = index; i + 1 < count(); i++) {
          set(i, get(i + 1));
        }
        count(count() - 1);
      }

      private void count(int count) {
        epoch.prepare(BIRTH, 64, table.offset(), Long.BYTES);
        media.putLong(table.offset(), count);
      }

      private long at(int index) {
        return table.offset() + 64 + (long) index * RegionLayout.BYTES;
      }
    };
  }
}
