package dev.dormouse.heap;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The chunks of the arena, and the finding of pages in them. Threads of different stripes prefer chunks of their own, so that
 * they do not wait for each other; runs that no chunk holds are put together from neighbours.
 *
 * <p>Threads: any. No lock is held but a chunk's, and for runs over several chunks one of their own.
 */
final class Chunks {
  private static final int SEGMENT_SHIFT = 10;
  private static final int SEGMENT_CHUNKS = 1 << SEGMENT_SHIFT;
  private static final int MOST_PAGES_AT_HOME = 64;

  private final Media media;
  private final PageTable table;
  private final ChunkTable words;
  private final SizeClasses classes;
  private final Chunk.SlabFinder finder;
  private final long mostPages;
  // Made as they are needed, so that a pool that may grow far costs little until it does.
  private final AtomicReferenceArray<AtomicReferenceArray<Chunk>> segments;
  private final AtomicReferenceArray<AtomicIntegerArray> rooms;
  private final AtomicReferenceArray<Chunk> homes;
  private final ReentrantLock spanning = new ReentrantLock();
  private volatile long pageCount;

  Chunks(Media media, Geometry geometry, PageTable table, ChunkTable words, SizeClasses classes, int stripes, Chunk.SlabFinder finder) {
    this.media = media;
    this.table = table;
    this.words = words;
    this.classes = classes;
    this.finder = finder;
    this.pageCount = geometry.pageCount();
    this.mostPages = geometry.mostPages();
    int most = (chunkCountOf(mostPages) + SEGMENT_CHUNKS - 1) >>> SEGMENT_SHIFT;
    this.segments = new AtomicReferenceArray<>(most);
    this.rooms = new AtomicReferenceArray<>(most);
    this.homes = new AtomicReferenceArray<>(stripes);
  }

  static int chunkCountOf(long pages) {
    return Math.toIntExact((pages + ChunkTable.PAGES - 1) >>> ChunkTable.PAGE_SHIFT);
  }

  /** How many chunks there are now. */
  int count() {
    return chunkCountOf(pageCount);
  }

  /** How many pages there are now. */
  long pageCount() {
    return pageCount;
  }

  /** The chunk that a page lies in. */
  Chunk at(long page) {
    return get((int) (page >>> ChunkTable.PAGE_SHIFT));
  }

  Chunk get(int index) {
    Chunk chunk = getOrNull(index);
    return chunk == null ? make(index) : chunk;
  }

  /** The chunk, unless nobody asked for it yet. */
  private Chunk getOrNull(int index) {
    AtomicReferenceArray<Chunk> segment = segments.get(index >>> SEGMENT_SHIFT);
    return segment == null ? null : segment.get(index & (SEGMENT_CHUNKS - 1));
  }

  private Chunk make(int index) {
    int segmentIndex = index >>> SEGMENT_SHIFT;
    int length = Math.min(SEGMENT_CHUNKS, chunkCountOf(mostPages) - (segmentIndex << SEGMENT_SHIFT));
    segments.compareAndSet(segmentIndex, null, new AtomicReferenceArray<>(length));
    Chunk made = new Chunk(media, table, words, classes, index, pagesOf(index, pageCount), finder);
    AtomicReferenceArray<Chunk> segment = segments.get(segmentIndex);
    return segment.compareAndSet(index & (SEGMENT_CHUNKS - 1), null, made) ? made : segment.get(index & (SEGMENT_CHUNKS - 1));
  }

  static int pagesOf(int index, long pageCount) {
    return (int) Math.min(ChunkTable.PAGES, pageCount - ((long) index << ChunkTable.PAGE_SHIFT));
  }

  /**
   * Sets pages aside.
   *
   * @param forSlab whether they are to begin at a multiple of a slab's length in their chunk
   * @return null if there is no such run
   */
  Taken take(long count, boolean forSlab, int stripe) {
    Taken taken = new Taken();
    if (count <= ChunkTable.PAGES) {
      Chunk home = homes.get(stripe);
      if (home != null && take(home, (int) count, forSlab, taken)) {
        return taken;
      }
      if (takeElsewhere((int) count, forSlab, stripe, false, taken) || takeElsewhere((int) count, forSlab, stripe, true, taken)) {
        return taken;
      }
    }
    return !forSlab && count > 1 && count <= pageCount ? takeSpanning(count) : null;
  }

  private boolean take(Chunk chunk, int count, boolean forSlab, Taken taken) {
    boolean found = chunk.take(count, forSlab, taken);
    noteRoom(chunk);
    return found;
  }

  /** Looks through all chunks from the first on, so that the pool's end stays free as long as it can. */
  private boolean takeElsewhere(int count, boolean forSlab, int stripe, boolean alsoAtHomes, Taken taken) {
    int chunks = count();
    for (int index = 0; index < chunks; index++) {
      if (roomOf(index) >= count) {
        Chunk chunk = get(index);
        if ((alsoAtHomes || !isSomebodysHome(chunk)) && take(chunk, count, forSlab, taken)) {
          if (count <= MOST_PAGES_AT_HOME) {
            homes.set(stripe, chunk);
          }
          return true;
        }
      }
    }
    return false;
  }

  private boolean isSomebodysHome(Chunk chunk) {
    for (int i = 0; i < homes.length(); i++) {
      if (homes.get(i) == chunk) {
        return true;
      }
    }
    return false;
  }

  /** What is known of the longest run of a chunk without asking it. May be wrong for a moment while somebody takes or gives. */
  private int roomOf(int index) {
    AtomicIntegerArray segment = rooms.get(index >>> SEGMENT_SHIFT);
    int known = segment == null ? 0 : segment.get(index & (SEGMENT_CHUNKS - 1));
    // Kept plus one; of a chunk that nobody asked only its word is known.
    return known > 0 ? known - 1 : Math.min(pagesOf(index, pageCount), ChunkTable.mostPages(words.read(index)));
  }

  /** Remembers the longest run of a chunk. */
  int noteRoom(Chunk chunk) {
    int segmentIndex = chunk.index() >>> SEGMENT_SHIFT;
    AtomicIntegerArray segment = rooms.get(segmentIndex);
    if (segment == null) {
      rooms.compareAndSet(segmentIndex, null, new AtomicIntegerArray(SEGMENT_CHUNKS));
      segment = rooms.get(segmentIndex);
    }
    synchronized (chunk) {
      // Under the monitor, so that the last word is that of the last change.
      int longest = chunk.longestAvailable();
      segment.set(chunk.index() & (SEGMENT_CHUNKS - 1), longest + 1);
      return longest;
    }
  }

  /**
   * Pages of a chunk became free. If they lie before the home of the thread that freed them, it looks for a home from the first
   * chunk on again: otherwise a pool that is a third full could be spread so thin that no long run is left.
   */
  void hasMoreRoom(Chunk chunk) {
    noteRoom(chunk);
    int stripe = stripe();
    Chunk home = homes.get(stripe);
    if (home != null && chunk.index() < home.index()) {
      homes.compareAndSet(stripe, home, null);
    }
  }

  /** The stripe of the calling thread. Ids of threads that start together are neighbours, so they have different ones. */
  int stripe() {
    return (int) Thread.currentThread().threadId() & (homes.length() - 1);
  }

  /** Pages of several chunks, which follow each other. */
  private Taken takeSpanning(long count) {
    spanning.lock();
    try {
      long start = -1;
      for (int index = 0; index < count(); index++) {
        int pages = pagesOf(index, pageCount);
        int prefix = start < 0 ? 0 : get(index).availablePrefix();
        if (start >= 0 && ((long) index << ChunkTable.PAGE_SHIFT) + prefix - start >= count) {
          Taken taken = takeParts(start, count);
          if (taken != null) {
            return taken;
          }
          // Somebody was faster; what is behind is looked at as if nothing had been before.
          start = -1;
        }
        if (start < 0 || prefix < pages) {
          int suffix = mayBegin(index, count) ? get(index).availableSuffix() : 0;
          start = suffix == 0 ? -1 : ((long) index << ChunkTable.PAGE_SHIFT) + pages - suffix;
        }
      }
      return null;
    } finally {
      spanning.unlock();
    }
  }

  /** Whether a run that begins in a chunk could go on in the next one: what cannot be need not be looked for in the page table. */
  private boolean mayBegin(int index, long count) {
    if (index + 1 >= count() || roomOf(index) == 0) {
      return false;
    }
    long least = Math.max(1, Math.min(pagesOf(index + 1, pageCount), count - ChunkTable.PAGES));
    return roomOf(index + 1) >= least;
  }

  private Taken takeParts(long start, long count) {
    Taken taken = new Taken();
    taken.beginsAt(start);
    for (long page = start; page < start + count; ) {
      Chunk chunk = at(page);
      int from = (int) (page - chunk.firstPage());
      int part = (int) Math.min(ChunkTable.PAGES - from, start + count - page);
      if (!chunk.takePart(from, part, taken)) {
        giveBack(start, page - start);
        return null;
      }
      noteRoom(chunk);
      page += part;
    }
    return taken;
  }

  /** What is done with the part of a run that lies in one chunk. */
  interface Part {
    void in(Chunk chunk, int start, int count);
  }

  /** Goes through the chunks of a run. */
  void forEachPart(long start, long count, Part part) {
    for (long page = start; page < start + count; ) {
      Chunk chunk = at(page);
      int from = (int) (page - chunk.firstPage());
      int length = (int) Math.min(ChunkTable.PAGES - from, start + count - page);
      part.in(chunk, from, length);
      page += length;
    }
  }

  /** Pages can be had again. */
  void giveBack(long start, long count) {
    forEachPart(
        start,
        count,
        (chunk, from, length) -> {
          chunk.makeAvailable(from, length);
          hasMoreRoom(chunk);
        });
  }

  /** Pages whose release is done can be had again; does nothing for any others. */
  void reclaim(long start, long count) {
    forEachPart(
        start,
        count,
        (chunk, from, length) -> {
          chunk.reclaim(from, length);
          hasMoreRoom(chunk);
        });
  }

  /**
   * Looks into the next chunk, from {@code from} on, that nobody looked into and whose word promises a slot of that class.
   *
   * @return the index behind it; -1 if there is none
   */
  int examineNext(int sizeClass, int from) {
    for (int index = from; index < count(); index++) {
      Chunk chunk = getOrNull(index);
      long value = chunk == null ? words.read(index) : chunk.isExamined() ? 0 : chunk.value();
      if ((value & ChunkTable.classBit(sizeClass)) != 0) {
        get(index).examine();
        noteRoom(get(index));
        return index + 1;
      }
    }
    return -1;
  }

  /** Looks into every chunk that nobody looked into and whose word tells of slabs with room. */
  void examineAllWithSlabs() {
    for (int index = 0; index < count(); index++) {
      Chunk chunk = getOrNull(index);
      if ((chunk == null || !chunk.isExamined()) && ChunkTable.classes(words.read(index)) != 0) {
        get(index).examine();
        noteRoom(get(index));
      }
    }
  }

  /** Gives out no page from this one on. */
  void withholdFrom(long page) {
    for (int index = (int) (page >>> ChunkTable.PAGE_SHIFT); index < count(); index++) {
      Chunk chunk = get(index);
      chunk.withholdFrom((int) Math.max(0, page - chunk.firstPage()));
      noteRoom(chunk);
    }
  }

  /** The page table was extended: the chunks learn of it. */
  void grow(long newPageCount) {
    long old = pageCount;
    int last = chunkCountOf(old) - 1;
    Chunk partial = get(last);
    partial.grow(pagesOf(last, newPageCount));
    noteRoom(partial);
    // Last: whoever sees that the pool has grown finds the room that it has gained.
    pageCount = newPageCount;
  }
}
