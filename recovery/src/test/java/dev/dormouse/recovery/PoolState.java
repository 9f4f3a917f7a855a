package dev.dormouse.recovery;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.Reservation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a pool holds, or must hold: every owned extent with its owner and all of its bytes, slack included. Immutable. */
final class PoolState {
  static final PoolState EMPTY = new PoolState(new TreeMap<>());

  private static final class Owned {
    private final long owner;
    private final byte[] bytes;

    Owned(long owner, byte[] bytes) {
      this.owner = owner;
      this.bytes = bytes;
    }

    boolean isSameAs(Owned other) {
      return other != null && owner == other.owner && Arrays.equals(bytes, other.bytes);
    }
  }

  private final Map<Long, Owned> extents;

  private PoolState(Map<Long, Owned> extents) {
    this.extents = extents;
  }

  /** What the page table and the arena of a pool say. */
  static PoolState of(Pool pool) {
    Map<Long, Owned> found = new TreeMap<>();
    pool.heap()
        .walk(
            new Heap.Visitor() {
              @Override
              public void extent(Extent extent, long owner, boolean record) {
                byte[] bytes = new byte[(int) extent.lengthBytes()];
                pool.media().read(extent.offset(), bytes, 0, bytes.length);
                found.put(extent.offset(), new Owned(owner, bytes));
              }

              @Override
              public void damage(String message) {
                throw new AssertionError(message);
              }
            });
    return new PoolState(found);
  }

  /** This state and an extent of zeros more. */
  PoolState withExtent(Extent extent, long owner) {
    return with(extent.offset(), new Owned(owner, new byte[(int) extent.lengthBytes()]));
  }

  PoolState withoutExtent(Extent extent) {
    Map<Long, Owned> next = new TreeMap<>(extents);
    next.remove(extent.offset());
    return new PoolState(next);
  }

  PoolState withBytes(Extent extent, int at, byte[] bytes) {
    Owned old = extents.get(extent.offset());
    byte[] changed = old.bytes.clone();
    System.arraycopy(bytes, 0, changed, at, bytes.length);
    return with(extent.offset(), new Owned(old.owner, changed));
  }

  private PoolState with(long offset, Owned owned) {
    Map<Long, Owned> next = new TreeMap<>(extents);
    next.put(offset, owned);
    return new PoolState(next);
  }

  /** Every extent and its owner. */
  Map<Extent, Long> owners() {
    Map<Extent, Long> owners = new TreeMap<>(Comparator.comparingLong(Extent::offset));
    extents.forEach((offset, owned) -> owners.put(new Extent(offset, owned.bytes.length), owned.owner));
    return owners;
  }

  byte[] bytes(Extent extent) {
    return extents.get(extent.offset()).bytes.clone();
  }

  /** Says what is different, one phrase each; empty if nothing is. */
  List<String> differencesFrom(PoolState wanted) {
    List<String> differences = new ArrayList<>();
    Set<Long> offsets = new HashSet<>(extents.keySet());
    offsets.addAll(wanted.extents.keySet());
    for (long offset : offsets) {
      Owned mine = extents.get(offset);
      Owned its = wanted.extents.get(offset);
      if (mine == null || its == null) {
        differences.add("extent " + offset + (mine == null ? " is missing" : " is one too many"));
      } else if (mine.owner != its.owner || mine.bytes.length != its.bytes.length) {
        differences.add("extent " + offset + " belongs to " + Owner.describe(mine.owner) + ", expected " + Owner.describe(its.owner));
      } else if (!mine.isSameAs(its)) {
        int at = Arrays.mismatch(mine.bytes, its.bytes);
        differences.add("extent " + offset + " has " + mine.bytes[at] + " at byte " + at + ", expected " + its.bytes[at]);
      }
    }
    return differences;
  }

  /**
   * I3, I4: what is free can be reserved to the last page and reads as zeros, and nothing that is owned is given out.
   * Leaves the reservations behind.
   */
  static void requireFreeSpaceIsWhole(Pool pool) {
    Geometry geometry = pool.header().geometry();
    PoolState owned = of(pool);
    Set<Long> usedPages = new HashSet<>();
    for (Map.Entry<Long, Owned> entry : owned.extents.entrySet()) {
      long first = (entry.getKey() - geometry.arenaOffset()) / Geometry.PAGE_BYTES;
      if (entry.getValue().bytes.length < Geometry.PAGE_BYTES) {
        // A slot: all of its slab is used.
        long head = headOfSlab(pool, entry.getKey());
        for (long page = head; page < head + geometry.slabPages(); page++) {
          usedPages.add(page);
        }
      } else {
        for (long page = first; page < first + entry.getValue().bytes.length / Geometry.PAGE_BYTES; page++) {
          usedPages.add(page);
        }
      }
    }
    long free = 0;
    byte[] bytes = new byte[Geometry.PAGE_BYTES];
    byte[] zeros = new byte[Geometry.PAGE_BYTES];
    while (true) {
      Reservation reservation;
      try {
        reservation = pool.heap().reserve(Geometry.PAGE_BYTES);
      } catch (PoolFull full) {
        break;
      }
      long page = (reservation.offset() - geometry.arenaOffset()) / Geometry.PAGE_BYTES;
      require(usedPages.add(page), "page " + page + " was given out, and is in use");
      pool.media().read(reservation.offset(), bytes, 0, bytes.length);
      require(Arrays.equals(bytes, zeros), "page " + page + " was given out with former bytes");
      free++;
    }
    require(usedPages.size() == geometry.pageCount(), usedPages.size() + " pages of " + geometry.pageCount() + " are used or free, " + free + " of them free");
  }

  /** The slab's first page: the nearest before the slot at which the page table has a head. */
  private static long headOfSlab(Pool pool, long offset) {
    Geometry geometry = pool.header().geometry();
    long page = (offset - geometry.arenaOffset()) / Geometry.PAGE_BYTES;
    Media media = pool.media();
    while (((media.getLong(geometry.pageTableOffset() + page * 16) >>> 44) & 0xf) != 2) {
      page--;
    }
    return page;
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PoolState state && state.differencesFrom(this).isEmpty();
  }

  @Override
  public int hashCode() {
    return extents.keySet().hashCode();
  }
}
