package dev.dormouse.region;

import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.recovery.Recovery;
import java.util.ArrayList;
import java.util.List;

/** A tiny pool with one component that keeps its region table in an extent under undo: count, then entries. */
final class RegionStage {
  static final BootIdentity BOOT = new BootIdentity(0xB007, 1);
  static final long BIRTH = Owner.FIRST_BIRTH + 7;
  static final long QUOTA = 1 << 20;
  static final int MOST_ENTRIES = 12;

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
  static RegionStage create(Media media) {
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

  /** Texts and their numbers, the same for every pool. */
  static final RegionNames NAMES =
      new RegionNames() {
        private final List<String> texts = new ArrayList<>(List.of(""));

        @Override
        public int find(String name) {
          return Math.max(0, texts.indexOf(name));
        }

        @Override
        public int intern(String name) {
          if (find(name) == 0) {
            texts.add(name);
          }
          return find(name);
        }

        @Override
        public String text(int symbol) {
          return texts.get(symbol);
        }
      };

  /** One dataspace, "book", over an extent that a test made; counts who has it attached. */
  static final class Book implements SharedDataspaces {
    Extent bytes;
    int attachments;
    boolean damaged;

    @Override
    public Extent find(String dataspace) {
      if (!dataspace.equals("book")) {
        throw new Damaged("stage", "no dataspace " + dataspace);
      }
      return bytes;
    }

    @Override
    public void attached(long offset) {
      attachments++;
    }

    @Override
    public void detached(long offset) {
      attachments--;
    }

    @Override
    public void check(long offset) {
      if (damaged) {
        throw new Damaged("stage", "the head of book at " + offset);
      }
    }
  }

  final Book book = new Book();

  AddressSpace space(Epoch epoch, long quotaBytes) {
    return new AddressSpace(media, epoch, HOLDER, table(epoch, quotaBytes), NAMES, book);
  }

  RegionMap map(Epoch epoch, long quotaBytes) {
    return space(epoch, quotaBytes).root();
  }

  RegionMap map(Epoch epoch) {
    return map(epoch, QUOTA);
  }

  Region view(Epoch epoch, RegionEntry entry) {
    return new Region(media, epoch, HOLDER, entry.extentOffset(), entry.lengthBytes(), entry.rights());
  }

  RegionTable table(Epoch epoch) {
    return table(epoch, QUOTA);
  }

  RegionTable table(Epoch epoch, long quotaBytes) {
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

      @Override
      public int mostEntries() {
        return MOST_ENTRIES;
      }

      @Override
      public long growthBytes() {
        return 0;
      }

      // The table itself is not counted.
      @Override
      public long heldBytes() {
        long held = 0;
        for (int i = 0; i < count(); i++) {
          RegionEntry entry = get(i);
          held += entry.kind() == RegionKind.OWN ? epoch.extentOf(entry.extentOffset()).lengthBytes() : 0;
        }
        return held;
      }

      @Override
      public long quotaBytes() {
        return quotaBytes;
      }

      @Override
      public long extentBytes(long sizeBytes) {
        return pool.heap().extentBytes(sizeBytes);
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
