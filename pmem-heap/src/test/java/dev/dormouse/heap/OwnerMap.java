package dev.dormouse.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Knows of every line of a pool's arena whose it is, and of every owner which bytes it left there: what the heap does is held
 * against it. Makes up what a lane would: intents that are under way when a life ends are carried out by the next one.
 */
final class OwnerMap {
  /** Nobody's: may be given out. */
  static final long FREE = 0;

  /** Set aside, and somebody's only for as long as the life lasts. */
  static final long RESERVED = -1;

  /** Loses its owner in a commit that is not done. */
  static final long RELEASING = -2;

  /** An extent that is owned, and where the heap keeps that. */
  record Owned(Reservation reservation, long owner) {
    byte pattern() {
      return (byte) (1 + owner % 127);
    }
  }

  private final Geometry geometry;
  private final SizeClasses classes;
  private final long[] lines;
  private final Map<Long, Owned> owned = new TreeMap<>();
  private List<Owned> publishing = List.of();
  private List<Owned> releasing = List.of();
  private long lastOwner = Owner.FIRST_BIRTH;

  OwnerMap(Geometry geometry) {
    this.geometry = geometry;
    this.classes = new SizeClasses(geometry.slabPages());
    this.lines = new long[Math.toIntExact(geometry.mostPages() * (Geometry.PAGE_BYTES / Media.LINE_BYTES))];
  }

  List<Owned> owned() {
    return new ArrayList<>(owned.values());
  }

  long newOwner() {
    return ++lastOwner;
  }

  /** A reservation was made: it is made of free lines, and reads as zeros behind what its caller overwrites. */
  void reserved(Media media, Reservation one, long fromByte) {
    for (int line = lineOf(one.offset()); line < lineOf(one.offset() + one.lengthBytes()); line++) {
      assertThat(lines[line]).as("%s was given out, line %d", one, line).isEqualTo(FREE);
      lines[line] = RESERVED;
    }
    requireBytes(media, one.offset() + fromByte, one.lengthBytes() - fromByte, (byte) 0, "what was just reserved");
  }

  void cancelled(Reservation one) {
    set(one, FREE);
  }

  /** A commit is durable: from now on a crash does not take it back. */
  void commits(List<Owned> toPublish, List<Owned> toRelease) {
    publishing = toPublish;
    releasing = toRelease;
    toPublish.forEach(
        one -> {
          owned.put(one.reservation().offset(), one);
          set(one.reservation(), one.owner());
        });
    toRelease.forEach(
        one -> {
          owned.remove(one.reservation().offset());
          set(one.reservation(), RELEASING);
        });
  }

  /** (d), as a lane does it, and as the next life repeats it. */
  void carryOut(Media media, Heap heap) {
    publishing.forEach(one -> heap.publish(one.reservation().offset(), one.reservation().lengthBytes(), one.reservation().place(), one.owner()));
    releasing.forEach(one -> heap.release(one.reservation().extent(), one.owner()));
    media.fence();
  }

  /** The commit is done: nothing will be repeated. */
  void done(Heap heap) {
    List<Owned> published = publishing;
    List<Owned> released = releasing;
    publishing = List.of();
    releasing = List.of();
    released.forEach(one -> set(one.reservation(), FREE));
    published.forEach(one -> heap.published(one.reservation().offset(), one.reservation().lengthBytes(), one.reservation().place()));
    released.forEach(one -> heap.reclaim(one.reservation().extent()));
  }

  /** The life has ended: what was set aside is free again. */
  void lifeEnded() {
    for (int i = 0; i < lines.length; i++) {
      lines[i] = lines[i] == RESERVED ? FREE : lines[i];
    }
  }

  private void set(Reservation one, long state) {
    Arrays.fill(lines, lineOf(one.offset()), lineOf(one.offset() + one.lengthBytes()), state);
  }

  private int lineOf(long offset) {
    return Math.toIntExact((offset - geometry.arenaOffset()) / Media.LINE_BYTES);
  }

  /** I3: owned is what the model says, byte by byte, each with the bytes of its owner; and nothing is damaged. */
  void requireOwned(Pool pool) {
    Map<Long, Long> found = new HashMap<>();
    pool.heap().walk(
        new Heap.Visitor() {
          @Override
          public void extent(Extent extent, long owner, boolean record) {
            Owned mine = owned.get(extent.offset());
            assertThat(mine).as("%s of %s", extent, Owner.describe(owner)).isNotNull();
            assertThat(extent).isEqualTo(mine.reservation().extent());
            found.put(extent.offset(), owner);
          }

          @Override
          public void damage(String message) {
            throw new AssertionError(message);
          }
        });
    assertThat(found).hasSameSizeAs(owned);
    owned.forEach(
        (offset, one) -> {
          assertThat(found.get(offset)).isEqualTo(one.owner());
          assertThat(pool.heap().ownerOf(offset + one.reservation().lengthBytes() - 1)).isEqualTo(one.owner());
          requireBytes(pool.media(), offset, one.reservation().lengthBytes(), one.pattern(), "what " + one.owner() + " owns");
        });
  }

  /** I3, I4: every line that is nobody's, but for what slabs need, can be had, and reads as zeros. Changes the pool it is given. */
  void requireTheRestCanBeHad(Pool pool) {
    long pageCount = pool.header().geometry().pageCount();
    int lineCount = Math.toIntExact(pageCount * (Geometry.PAGE_BYTES / Media.LINE_BYTES));
    boolean[] had = new boolean[lineCount];
    Map<Long, Integer> slabs = new TreeMap<>();
    for (Owned one : owned.values()) {
      if ((one.reservation().place() & 0xff) != SizeClasses.RUN) {
        slabs.put(one.reservation().place() >>> 8, (int) one.reservation().place() & 0xff);
      }
    }
    slabs.forEach((head, sizeClass) -> takeSlots(pool, sizeClass, freeSlots(head, sizeClass), had));
    long least = classes.isSlabClass(classes.classOf(Geometry.PAGE_BYTES)) ? 3 : 1;
    for (long pages = pageCount; pages >= least; pages = pages == least ? 0 : Math.max(least, pages / 2)) {
      takeAll(pool, pages, had);
    }
    requireAllHad(slabs, had, pageCount, least);
  }

  private long freeSlots(long head, int sizeClass) {
    int free = 0;
    for (int slot = 0; slot < classes.slotsOf(sizeClass); slot++) {
      free += lines[lineOf(slotOffset(head, sizeClass, slot))] == FREE ? 1 : 0;
    }
    return free;
  }

  private long slotOffset(long head, int sizeClass, int slot) {
    return geometry.arenaOffset() + head * Geometry.PAGE_BYTES + SizeClasses.firstSlotOf(classes.slotsOf(sizeClass))
        + (long) slot * classes.bytesOf(sizeClass);
  }

  private void takeSlots(Pool pool, int sizeClass, long count, boolean[] had) {
    for (int i = 0; i < count; i++) {
      take(pool, sizeClass == SizeClasses.RECORD ? pool.heap().reserveRecord() : pool.heap().reserve(classes.bytesOf(sizeClass)), had);
    }
  }

  private void takeAll(Pool pool, long pages, boolean[] had) {
    try {
      while (true) {
        take(pool, pool.heap().reserve(pages * Geometry.PAGE_BYTES), had);
      }
    } catch (PoolFull full) {
      // All runs of that length.
    }
  }

  private void take(Pool pool, Reservation one, boolean[] had) {
    for (int line = lineOf(one.offset()); line < lineOf(one.offset() + one.lengthBytes()); line++) {
      assertThat(lines[line] == FREE && !had[line]).as("%s was given out, line %d is %d", one, line, lines[line]).isTrue();
      had[line] = true;
    }
    requireBytes(pool.media(), one.offset(), one.lengthBytes(), (byte) 0, "what can be had");
  }

  private void requireAllHad(Map<Long, Integer> slabs, boolean[] had, long pageCount, long least) {
    slabs.forEach(
        (head, sizeClass) -> {
          long start = geometry.arenaOffset() + head * Geometry.PAGE_BYTES;
          int slots = classes.slotsOf(sizeClass);
          Arrays.fill(had, lineOf(start), lineOf(slotOffset(head, sizeClass, 0)), true);
          Arrays.fill(had, lineOf(slotOffset(head, sizeClass, slots)), lineOf(start + (long) classes.slabPagesOf(sizeClass) * Geometry.PAGE_BYTES), true);
        });
    int linesOfPage = Geometry.PAGE_BYTES / Media.LINE_BYTES;
    int leftOver = 0;
    for (int line = 0; line < pageCount * linesOfPage; line++) {
      leftOver = had[line] || lines[line] != FREE ? 0 : leftOver + 1;
      assertThat((long) leftOver).as("lines up to %d that nobody owns and nobody can have", line).isLessThan(least == 1 ? 1 : least * linesOfPage);
    }
  }

  private static void requireBytes(Media media, long offset, long length, byte wanted, String what) {
    byte[] bytes = new byte[(int) Math.min(length, 1 << 16)];
    for (long at = offset; at < offset + length; at += bytes.length) {
      int part = (int) Math.min(bytes.length, offset + length - at);
      media.read(at, bytes, 0, part);
      for (int i = 0; i < part; i++) {
        if (bytes[i] != wanted) {
          throw new AssertionError(what + " holds " + bytes[i] + " at " + (at + i) + ", " + wanted + " expected");
        }
      }
    }
  }
}
