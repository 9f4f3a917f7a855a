package dev.dormouse.bench;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.region.Holder;
import dev.dormouse.region.Region;
import dev.dormouse.region.RegionRights;
import dev.dormouse.region.tree.RegionTree;

/** A tree in a region of a pool, without a store around it: each call leases a lane, opens the tree, and commits. */
final class EpochMap implements BenchMap {
  private static final int ENTRIES_PER_EPOCH = 256;
  private static final BootIdentity BOOT = new BootIdentity(0xB007, 1);
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

  private final Scratch scratch = new Scratch();
  private final Pool pool;
  private final Lanes lanes;
  private final Extent extent;

  EpochMap(int entries) {
    try {
      long sizeBytes = poolBytes(entries);
      pool = create(MappedMedia.create(scratch.file("tree.pool"), sizeBytes), sizeBytes);
      lanes = new Lanes(pool, 1);
      extent = format(pool, lanes, regionBytes(entries));
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
    }
  }

  /** A region in which as many entries of the benchmark's lengths have room, and as many again, in half-filled pages. */
  static long regionBytes(int entries) {
    return (1L << 20) + 512L * entries;
  }

  static long poolBytes(int entries) {
    return (64L << 20) + regionBytes(entries) / 4096 * 4096 * 5 / 4 / 4096 * 4096;
  }

  static Pool create(Media media, long sizeBytes) {
    Pool pool =
        Pool.create(
            media,
            Geometry.forNewPool(sizeBytes),
            BOOT,
            unborn -> {
              Lanes.format(unborn);
              return PoolHeader.Roots.NONE;
            });
    pool.begin();
    return pool;
  }

  static Extent format(Pool pool, Lanes lanes, long regionBytes) {
    Epoch epoch = lanes.lease();
    Extent extent = epoch.allocate(regionBytes, HOLDER.birth());
    Region region = region(pool, epoch, extent);
    RegionTree.format(region, KEY_BYTES, VALUE_BYTES);
    end(lanes, epoch, region);
    return extent;
  }

  static Region region(Pool pool, Epoch epoch, Extent extent) {
    return new Region(pool.media(), epoch, HOLDER, extent.offset(), extent.lengthBytes(), RegionRights.READ_WRITE);
  }

  static void end(Lanes lanes, Epoch epoch, Region region) {
    region.close();
    epoch.commit();
    lanes.giveBack(epoch);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    Epoch epoch = lanes.lease();
    Region region = region(pool, epoch, extent);
    RegionTree.open(region).put(key, value);
    end(lanes, epoch, region);
  }

  @Override
  public void remove(byte[] key) {
    Epoch epoch = lanes.lease();
    Region region = region(pool, epoch, extent);
    RegionTree.open(region).remove(key);
    end(lanes, epoch, region);
  }

  @Override
  public boolean get(byte[] key, byte[] value) {
    Epoch epoch = lanes.lease();
    Region region = region(pool, epoch, extent);
    int length = RegionTree.open(region).get(key, value);
    end(lanes, epoch, region);
    return length != RegionTree.ABSENT;
  }

  @Override
  public void fill(BenchKeys keys, int count) {
    byte[] key = new byte[KEY_BYTES];
    byte[] value = new byte[VALUE_BYTES];
    for (int i = 0; i < count; ) {
      Epoch epoch = lanes.lease();
      Region region = region(pool, epoch, extent);
      RegionTree tree = RegionTree.open(region);
      for (int end = Math.min(count, i + ENTRIES_PER_EPOCH); i < end; i++) {
        keys.getForFill(i, count, key);
        tree.put(key, value);
      }
      end(lanes, epoch, region);
    }
  }

  /** How much of the region was ever used: the file's length was chosen by the benchmark. */
  @Override
  public long fileBytes() {
    Epoch epoch = lanes.lease();
    Region region = region(pool, epoch, extent);
    long bytes = RegionTree.open(region).extentBytes();
    end(lanes, epoch, region);
    return bytes;
  }

  @Override
  public void close() {
    pool.close();
    scratch.close();
  }
}
