package dev.dormouse.region;

import dev.dormouse.heap.Media;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.util.function.Function;

/**
 * How bytes are lent as a segment, and what becomes of one that is kept: Java has no segment of a mapping that is in place,
 * ends before the mapping, and is to be had without a restricted method.
 */
enum Lending {
  /** The pool's own bytes, on a mapped pool. Nothing stops who keeps them. */
  IN_PLACE {
    @Override
    <R> R lend(Media media, long at, long length, Function<? super MemorySegment, ? extends R> use) {
      return lendsInPlace(media, at)
          ? media.lend(at, length, segment -> use.apply(segment.asReadOnly()))
          : CHECKED.lend(media, at, length, use);
    }

    @Override
    <R> R lendForWrite(Media media, long at, long length, Function<? super MemorySegment, ? extends R> use) {
      return media.lend(at, length, use);
    }
  },

  /** The same with an end of its own: after the call, and for other threads, every use throws. Needs {@code --enable-native-access}. */
  MORTAL {
    @Override
    <R> R lend(Media media, long at, long length, Function<? super MemorySegment, ? extends R> use) {
      return IN_PLACE.lend(media, at, length, segment -> untilReturn(segment, use));
    }

    @Override
    <R> R lendForWrite(Media media, long at, long length, Function<? super MemorySegment, ? extends R> use) {
      return IN_PLACE.lendForWrite(media, at, length, segment -> untilReturn(segment, use));
    }
  },

  /** A copy, which dies with the call on every JVM, and whose range is watched. For tests. */
  CHECKED {
    @Override
    <R> R lend(Media media, long at, long length, Function<? super MemorySegment, ? extends R> use) {
      try (Arena arena = Arena.ofConfined()) {
        return use.apply(copyOf(media, at, length, arena).asReadOnly());
      }
    }

    @Override
    <R> R lendForWrite(Media media, long at, long length, Function<? super MemorySegment, ? extends R> use) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment before = copyOf(media, at, length, arena);
        MemorySegment copy = copyOf(media, at, length, arena);
        try {
          return use.apply(copy);
        } finally {
          // Also if it throws: in place, what it stored would be there.
          giveBack(media, at, before, copy);
        }
      }
    }
  };

  /** The property that turns the checks on, for tests. */
  static final String CHECKS_PROPERTY = "dormouse.region.checks";

  private static final Lending OF_THIS_JVM =
      Boolean.getBoolean(CHECKS_PROPERTY) ? CHECKED : Lending.class.getModule().isNativeAccessEnabled() ? MORTAL : IN_PLACE;

  static Lending ofThisJvm() {
    return OF_THIS_JVM;
  }

  abstract <R> R lend(Media media, long at, long length, Function<? super MemorySegment, ? extends R> use);

  abstract <R> R lendForWrite(Media media, long at, long length, Function<? super MemorySegment, ? extends R> use);

  /** A medium that lends copies writes them back; who only reads must not store. */
  private static boolean lendsInPlace(Media media, long at) {
    return media.<Boolean>lend(at, 0, MemorySegment::isNative);
  }

  /** The turn, and so this call, ends before the pool may be closed: the segment that is made here would not notice. */
  @SuppressWarnings("restricted")
  private static <R> R untilReturn(MemorySegment segment, Function<? super MemorySegment, ? extends R> use) {
    if (!segment.isNative()) {
      return use.apply(segment);
    }
    try (Arena arena = Arena.ofConfined()) {
      return use.apply(segment.reinterpret(arena, null));
    }
  }

  /** Aligned like the bytes that it stands for. */
  private static MemorySegment copyOf(Media media, long at, long length, Arena arena) {
    long skew = at % Media.LINE_BYTES;
    MemorySegment copy = arena.allocate(skew + length, Media.LINE_BYTES).asSlice(skew, length);
    media.read(at, copy);
    return copy;
  }

  private static void giveBack(Media media, long at, MemorySegment before, MemorySegment copy) {
    long changed = Mismatch.between(media, at, before);
    if (changed >= 0) {
      throw new RegionException(
          RegionException.Reason.LENT,
          "byte " + changed + " of the lent range was stored to by another way while it was lent; what was stored through the segment is dropped");
    }
    media.write(at, copy);
  }

  /** Refuses a result through which the bytes could be reached after the call. */
  static void requireNotKept(Object result) {
    if (result instanceof MemorySegment || (result instanceof Buffer buffer && buffer.isDirect())) {
      throw new RegionException(
          RegionException.Reason.KEPT_SEGMENT, "what was called with a lent segment returned a segment or a direct buffer; return a copy of its bytes");
    }
  }
}
