package dev.dormouse.component.mutants;

import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.Reservation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/** What a pool holds: every owned extent with its owner and its bytes, slack included. Immutable. */
record Contents(Map<Long, Owned> extents) {
  private static final int PAGE_ENTRY_BYTES = 16;
  private static final int SLAB = 2;

  /** The bytes as characters, so that equal means equal. */
  record Owned(long owner, String bytes) {}

  static Contents of(Pool pool) {
    Map<Long, Owned> found = new TreeMap<>();
    pool.heap()
        .walk(
            new Heap.Visitor() {
              @Override
              public void extent(Extent extent, long owner, boolean record) {
                byte[] bytes = new byte[(int) extent.lengthBytes()];
                pool.media().read(extent.offset(), bytes, 0, bytes.length);
                found.put(extent.offset(), new Owned(owner, text(bytes)));
              }

              @Override
              public void damage(String message) {
                throw new AssertionError(message);
              }
            });
    return new Contents(found);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** An extent of zeros more. */
  Contents with(Extent extent, long owner) {
    return put(extent.offset(), new Owned(owner, text(new byte[(int) extent.lengthBytes()])));
  }

  Contents without(Extent extent) {
    Map<Long, Owned> next = new TreeMap<>(extents);
    next.remove(extent.offset());
    return new Contents(next);
  }

  Contents withBytes(Extent extent, int at, byte[] bytes) {
    Owned old = extents.get(extent.offset());
    return put(extent.offset(), new Owned(old.owner, old.bytes.substring(0, at) + text(bytes) + old.bytes.substring(at + bytes.length)));
  }

  private Contents put(long offset, Owned owned) {
    Map<Long, Owned> next = new TreeMap<>(extents);
    next.put(offset, owned);
    return new Contents(next);
  }

  /** The first thing that differs. */
  String differenceFrom(Contents wanted) {
    Map<Long, Owned> all = new TreeMap<>(wanted.extents);
    all.putAll(extents);
    for (long offset : all.keySet()) {
      Owned mine = extents.get(offset);
      Owned its = wanted.extents.get(offset);
      if (mine == null || its == null) {
        return "extent " + offset + (mine == null ? " is missing" : " is one too many");
      }
      if (!mine.equals(its)) {
        return "extent " + offset + " of " + Owner.describe(mine.owner) + " differs from that of " + Owner.describe(its.owner);
      }
    }
    return "nothing differs";
  }

  /** I3, I4: every page that is not used can be reserved, and reads as zeros. Leaves the reservations behind. */
  void requireTheRestIsFree(Pool pool) {
    Geometry geometry = pool.header().geometry();
    BitSet used = new BitSet();
    extents.forEach((offset, owned) -> used.or(pagesOf(pool, offset, owned.bytes.length())));
    byte[] bytes = new byte[Geometry.PAGE_BYTES];
    byte[] zeros = new byte[Geometry.PAGE_BYTES];
    while (true) {
      Reservation page;
      try {
        page = pool.heap().reserve(Geometry.PAGE_BYTES);
      } catch (PoolFull full) {
        break;
      }
      int index = (int) ((page.offset() - geometry.arenaOffset()) / Geometry.PAGE_BYTES);
      pool.media().read(page.offset(), bytes, 0, bytes.length);
      if (used.get(index) || !Arrays.equals(bytes, zeros)) {
        throw new AssertionError("page " + index + " was given out, and " + (used.get(index) ? "is in use" : "holds former bytes"));
      }
      used.set(index);
    }
    if (used.cardinality() != geometry.pageCount()) {
      throw new AssertionError(used.cardinality() + " pages of " + geometry.pageCount() + " are used or free");
    }
  }

  private static BitSet pagesOf(Pool pool, long offset, int lengthBytes) {
    Geometry geometry = pool.header().geometry();
    int first = (int) ((offset - geometry.arenaOffset()) / Geometry.PAGE_BYTES);
    int count = lengthBytes / Geometry.PAGE_BYTES;
    if (count == 0) {
      // A slot: all of its slab is used.
      while ((pool.media().getLong(geometry.pageTableOffset() + (long) first * PAGE_ENTRY_BYTES) >>> 44 & 0xf) != SLAB) {
        first--;
      }
      count = geometry.slabPages();
    }
    BitSet pages = new BitSet();
    pages.set(first, first + count);
    return pages;
  }
}
