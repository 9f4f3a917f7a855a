package dev.dormouse.component.mutants;

import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Place;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.Provenance;
import dev.dormouse.heap.Reservation;
import dev.dormouse.recovery.Epoch;
import java.lang.reflect.Method;

/** What mutants call in place of the right thing. A copy of this class belongs to each mutant. */
public final class Replacements {
  private static Media media;
  private static Media kept;
  private static byte[] before = new byte[0];

  private Replacements() {}

  /** Tells the mutants which medium is used; a suite does that when its scenario begins. */
  public static void use(Media used) {
    media = used;
  }

  /** Keeps what the medium holds now, for {@link #visitIfChanged}. */
  static void keep(Media used) {
    byte[] bytes = new byte[(int) used.sizeBytes()];
    used.read(0, bytes, 0, bytes.length);
    before = bytes;
    kept = used;
  }

  /** R6: hands over only the lines whose bytes are not what they were. */
  public static void visitIfChanged(Object visitor, long offset, long length) throws ReflectiveOperationException {
    Method visit = visitor.getClass().getInterfaces()[0].getDeclaredMethod("visit", long.class, long.class);
    visit.setAccessible(true);
    byte[] line = new byte[Media.LINE_BYTES];
    for (long at = offset & -Media.LINE_BYTES; at < offset + length; at += Media.LINE_BYTES) {
      if (kept != null) {
        kept.read(at, line, 0, line.length);
      }
      boolean same = at + line.length <= before.length;
      for (int i = 0; i < line.length && same; i++) {
        same = before[(int) at + i] == line[i];
      }
      if (!same) {
        visit.invoke(visitor, at, (long) line.length);
      }
    }
  }

  /** A word that is not handed over. */
  public static void onlyPut(Media used, long offset, long value) {
    used.putLongRelease(offset, value);
  }

  /** A persist without its fence. */
  public static void onlyFlush(Media used, long offset, long length) {
    used.flush(offset, length);
  }

  /** A persist without its flush. */
  public static void onlyFence(Media used, long offset, long length) {
    used.fence();
  }

  /** Zeros that are not handed over. */
  public static void onlyZero(Media used, long offset, long length) {
    used.fill(offset, length, (byte) 0);
  }

  /** A fence before what it should order. */
  public static void fenceAndFlush(Media used, long offset, long length) {
    used.fence();
    used.flush(offset, length);
  }

  /** (a) without its fence. */
  public static void onlyLog(Epoch epoch, long owner, long ownerRecord, long offset, long length) {
    epoch.log(owner, ownerRecord, offset, length);
  }

  /** R3: a shared word changes at once. */
  public static void putNow(Epoch epoch, long offset, long value) {
    media.putLong(offset, value);
    media.persist(offset, Long.BYTES);
  }

  /** An extent for the log that somebody else may be given, too. */
  public static Reservation reserveAndGiveBack(Heap heap, long sizeBytes) {
    Reservation extent = heap.reserveForLog(sizeBytes);
    heap.cancel(extent);
    return extent;
  }

  /** A slot that is free in memory as soon as its owner is gone. */
  public static void freeAtOnce(Object slab, int slot) throws ReflectiveOperationException {
    method(slab, "isOwnedNoLonger", int.class).invoke(slab, slot);
    method(slab, "reclaim", int.class).invoke(slab, slot);
  }

  /** The log's records from its other end. */
  public static long positionFromTheOtherEnd(Object log, int index) throws ReflectiveOperationException {
    int count = (int) method(log, "count").invoke(log);
    return (long) method(log, "position", int.class).invoke(log, count - 1 - index);
  }

  /** Recovery that takes a lane for finished whose last epoch was committed with intents. */
  public static void undoUnlessCommittedWithIntents(Object recovery, int lane, long header, long number)
      throws ReflectiveOperationException {
    if ((media.getLong(header) >>> 46 & 3) != 2) {
      method(recovery, "undo", int.class, long.class, long.class).invoke(recovery, lane, header, number);
    }
  }

  /** An old copy that counts as if it were none. */
  public static long openingsOfItsOwn(Provenance provenance) {
    return provenance.knownOpenings() - provenance.missingOpenings();
  }

  /** A header that does not say where its pool is. */
  public static PoolHeader nowhere(PoolHeader header, Place place) {
    return header;
  }

  private static Method method(Object object, String name, Class<?>... parameters) throws ReflectiveOperationException {
    Method method = object.getClass().getDeclaredMethod(name, parameters);
    method.setAccessible(true);
    return method;
  }
}
