package dev.dormouse.bench;

import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.MappedMedia;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.recovery.Quarantine;
import dev.dormouse.recovery.Recovery;
import java.util.ArrayList;
import java.util.List;

/** A pool with many extents of 128 bytes, of which every hundredth was released again. Nobody has it open; it can be opened as often as one likes. */
final class FilledPool implements AutoCloseable {
  /** What is allocated after opening. */
  static final int ALLOCATIONS = 1_000;

  private static final int EXTENT_BYTES = 128;
  private static final int RELEASED = 100;
  // With owner words, page table and what slabs leave.
  private static final long ROOM_BYTES = EXTENT_BYTES + 16;
  private static final long SPARE_BYTES = 64L << 20;
  private static final long UNIT_BYTES = 1L << 20;
  private static final int[] SIZES = {64, 4 << 10, EXTENT_BYTES, 64 << 10, 1000, 20_000};
  private static final Quarantine NOBODY =
      (birth, recordOffset, reason) -> {
        throw new IllegalStateException("component " + birth + " was quarantined: " + reason);
      };

  private final LanedPool files;
  private final Shape shape;

  /**
   * What a pool is like.
   *
   * @param extents how many there are at the least
   * @param room for how many the pool is large enough
   * @param full whether there are as many as the pool has room for
   * @param killed whether the pool was left as a killed process would; else it was closed
   */
  record Shape(int extents, int room, boolean full, boolean killed) {
    static Shape parse(String text) {
      String[] parts = text.split(",", -1);
      return new Shape(
          Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), parts[2].equals("full"), parts[3].equals("killed"));
    }

    /** As a parameter of a benchmark. */
    @Override
    public String toString() {
      return extents + "," + room + "," + (full ? "full" : "roomy") + "," + (killed ? "killed" : "closed");
    }

    private long poolBytes() {
      return (room * ROOM_BYTES + SPARE_BYTES) / UNIT_BYTES * UNIT_BYTES;
    }
  }

  private FilledPool(LanedPool files, Shape shape) {
    this.files = files;
    this.shape = shape;
  }

  static FilledPool create(Shape shape) {
    LanedPool pool = new LanedPool(shape.poolBytes());
    fill(pool, shape).forEach(pool::disown);
    if (shape.killed) {
      pool.abandonPool();
    } else {
      pool.closePool();
    }
    return new FilledPool(pool, shape);
  }

  /** Answers the extents that are to be released. */
  private static List<Extent> fill(LanedPool pool, Shape shape) {
    List<Extent> released = new ArrayList<>();
    try {
      for (int i = 0; i < shape.extents || shape.full; i++) {
        Extent extent = pool.own(EXTENT_BYTES);
        if (i % RELEASED == 0) {
          released.add(extent);
        }
      }
    } catch (PoolFull full) {
      if (!shape.full) {
        throw full;
      }
    }
    return released;
  }

  /** Opens it and finishes its lanes; its bytes stay as they are. */
  Pool open() {
    return finishLanes(Pool.open(files.path(), BootIdentity.ofThisMachine()));
  }

  private static Pool finishLanes(Pool pool) {
    Recovery.run(pool, NOBODY);
    return pool;
  }

  /** One of the first extents after opening. They take turns in size, unless there is room for small ones only. */
  long reserve(Pool pool, int index) {
    return pool.heap().reserve(shape.full ? EXTENT_BYTES : SIZES[index % SIZES.length]).offset();
  }

  /**
   * How many pages of the pool are read.
   *
   * @param byOpening until all lanes are finished
   * @param byFirst by the first allocation behind it
   * @param byThousand by the first {@value #ALLOCATIONS}
   */
  record Reads(int byOpening, int byFirst, int byThousand) {}

  Reads countReads() {
    try (ReadCount media = new ReadCount(MappedMedia.open(files.path(), shape.poolBytes()))) {
      Pool pool = finishLanes(Pool.open(media, BootIdentity.ofThisMachine()));
      int byOpening = media.takePages();
      pool.begin();
      media.takePages();
      reserve(pool, 0);
      int byFirst = media.takePages();
      for (int i = 1; i < ALLOCATIONS; i++) {
        reserve(pool, i);
      }
      return new Reads(byOpening, byFirst, byFirst + media.takePages());
    }
  }

  @Override
  public void close() {
    files.close();
  }
}
