package dev.dormouse.heap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** Two threads at one heap, for jcstress: each try has a heap of its own. What is wrong is the result; {@link HeapRacesTest} runs them. */
public final class HeapRaces {
  static final String FINE = "fine";
  private static final long OWNER = Owner.FIRST_BIRTH + 3;
  private static final Geometry GEOMETRY = Geometry.of(128 << 10, 256 << 10, 2, 4096, 2);
  private static final long PAGE = Geometry.PAGE_BYTES;

  private HeapRaces() {}

  /** A pool and what two threads had of it. */
  public abstract static class Stage {
    final ArrayMedia media;
    final Heap heap;
    Reservation one;
    Reservation other;

    Stage(ArrayMedia image) {
      media = image.copy();
      heap = new Heap(media, GEOMETRY);
    }

    final Reservation reserveOrNull(long sizeBytes) {
      try {
        return heap.reserve(sizeBytes);
      } catch (PoolFull full) {
        return null;
      }
    }

    final void release(Reservation had) {
      heap.release(had.extent(), OWNER);
      heap.reclaim(had.extent());
    }

    final String verdict(Pool pool) {
      if (one == null || other == null) {
        return "one of them found no room";
      }
      if (overlap(one, other)) {
        return one + " and " + other + " overlap";
      }
      String[] damage = {FINE};
      pool.heap().walk(
          new Heap.Visitor() {
            @Override
            public void extent(Extent extent, long owner, boolean record) {
              if (extent.contains(one.offset(), 1) || extent.contains(other.offset(), 1)) {
                damage[0] = extent + " is owned, and was given out";
              }
            }

            @Override
            public void damage(String message) {
              damage[0] = message;
            }
          });
      return damage[0];
    }
  }

  static boolean overlap(Reservation a, Reservation b) {
    return a.extent().contains(b.offset(), 1) || b.extent().contains(a.offset(), 1);
  }

  private static Reservation own(Heap heap, long sizeBytes) {
    Reservation one = heap.reserve(sizeBytes);
    heap.publish(one.offset(), one.lengthBytes(), one.place(), OWNER);
    heap.published(one.offset(), one.lengthBytes(), one.place());
    return one;
  }

  private static ArrayMedia empty() {
    ArrayMedia media = new ArrayMedia(GEOMETRY.maxBytes());
    Pool.create(media, GEOMETRY, TestPools.BOOT, TestPools.nothing());
    return media;
  }

  /** A pool without room, but for what its tests let go. */
  private static final class Full {
    static final ArrayMedia IMAGE = empty();
    static final Reservation RUN;
    static final Reservation SLOT;
    static final Reservation NEXT_SLOT;

    static {
      Heap heap = new Heap(IMAGE, GEOMETRY);
      RUN = own(heap, 3 * PAGE);
      SLOT = own(heap, 700);
      NEXT_SLOT = own(heap, 700);
      try {
        while (true) {
          own(heap, 700);
        }
      } catch (PoolFull full) {
        // The last page, where one is left over.
      }
    }
  }

  /** Both want a slot of a class, let go of one and want another. */
  @JCStressTest
  @Outcome(id = FINE, expect = Expect.ACCEPTABLE, desc = "two slots")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the same slot, or none")
  @State
  public static class TwoReserve extends Stage {
    private static final ArrayMedia IMAGE = empty();

    public TwoReserve() {
      super(IMAGE);
    }

    @Actor
    public void first() {
      heap.cancel(heap.reserve(700));
      one = heap.reserve(700);
    }

    @Actor
    public void second() {
      heap.cancel(heap.reserve(700));
      other = heap.reserve(700);
    }

    @Arbiter
    public void check(L_Result result) {
      result.r1 = verdict(Pool.open(media, TestPools.BOOT));
    }
  }

  /** Two slots are left, of a slab that is nobody's yet: there is one for each. */
  @JCStressTest
  @Outcome(id = FINE, expect = Expect.ACCEPTABLE, desc = "a slot for each")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the same slot, or none")
  @State
  public static class TwoReserveTheLast extends Stage {
    public TwoReserveTheLast() {
      super(Full.IMAGE);
      release(Full.SLOT);
      release(Full.NEXT_SLOT);
    }

    @Actor
    public void first() {
      one = reserveOrNull(700);
    }

    @Actor
    public void second() {
      other = reserveOrNull(700);
    }

    @Arbiter
    public void check(L_Result result) {
      result.r1 = verdict(Pool.open(media, TestPools.BOOT));
    }
  }

  /** All that is left is a slab that nobody uses: its pages are for both. */
  @JCStressTest
  @Outcome(id = FINE, expect = Expect.ACCEPTABLE, desc = "a page for each")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the same page, or none")
  @State
  public static class TwoWantAnEmptySlab extends Stage {
    private static final ArrayMedia IMAGE = empty();
    private static final Reservation SLOT;

    static {
      Heap before = new Heap(IMAGE, GEOMETRY);
      SLOT = own(before, 700);
      own(before, (GEOMETRY.pageCount() - 2) * PAGE);
    }

    public TwoWantAnEmptySlab() {
      super(IMAGE);
      Reservation seated = heap.reserve(700);
      release(SLOT);
      heap.cancel(seated);
    }

    @Actor
    public void first() {
      one = reserveOrNull(PAGE);
    }

    @Actor
    public void second() {
      other = reserveOrNull(PAGE);
    }

    @Arbiter
    public void check(L_Result result) {
      result.r1 = verdict(Pool.open(media, TestPools.BOOT));
    }
  }

  /** One wants what the other lets go; whoever has it then, nobody else gets it. */
  @JCStressTest
  @Outcome(id = FINE, expect = Expect.ACCEPTABLE, desc = "had once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or had twice")
  @State
  public static class ReserveWhileReleased extends Stage {
    public ReserveWhileReleased() {
      super(Full.IMAGE);
    }

    @Actor
    public void lets() {
      release(Full.SLOT);
      release(Full.RUN);
    }

    @Actor
    public void wants() {
      one = reserveOrNull(700);
      other = reserveOrNull(3 * PAGE);
    }

    @Arbiter
    public void check(L_Result result) {
      one = one == null ? reserveOrNull(700) : one;
      other = other == null ? reserveOrNull(3 * PAGE) : other;
      // Where the pages became a slab, the slot that was let go is the other room there is.
      result.r1 = other == null && one != null && overlap(one, Full.RUN) ? FINE : verdict(Pool.open(media, TestPools.BOOT));
    }
  }

  /** One looks into a chunk while the other lets go what is in it: before reclaim it is nobody's to have. */
  @JCStressTest
  @Outcome(id = FINE, expect = Expect.ACCEPTABLE, desc = "not before it was reclaimed")
  @Outcome(expect = Expect.FORBIDDEN, desc = "given out too early, or never")
  @State
  public static class ExamineWhileReleased extends Stage {
    private boolean early;

    public ExamineWhileReleased() {
      super(Full.IMAGE);
    }

    @Actor
    public void lets() {
      heap.release(Full.RUN.extent(), OWNER);
      heap.release(Full.SLOT.extent(), OWNER);
    }

    @Actor
    public void looks() {
      early = reserveOrNull(3 * PAGE) != null || reserveOrNull(700) != null;
    }

    @Arbiter
    public void check(L_Result result) {
      early |= reserveOrNull(3 * PAGE) != null || reserveOrNull(700) != null;
      heap.reclaim(Full.RUN.extent());
      heap.reclaim(Full.SLOT.extent());
      one = reserveOrNull(3 * PAGE);
      other = reserveOrNull(700);
      result.r1 = early ? "given out before it was reclaimed" : verdict(Pool.open(media, TestPools.BOOT));
    }
  }

  /** Both need a pool that is larger; or one does, while an epoch of the other ends. */
  @JCStressTest
  @Outcome(id = FINE, expect = Expect.ACCEPTABLE, desc = "room for both")
  @Outcome(expect = Expect.FORBIDDEN, desc = "no room, the same room, or a word that denies it")
  @State
  public static class TwoGrow extends Stage {
    private final Pool pool;
    private final Reservation ending;

    public TwoGrow() {
      super(Full.IMAGE);
      pool = Pool.open(media, TestPools.BOOT);
      pool.begin();
      release(Full.RUN);
      ending = pool.heap().reserve(3 * PAGE);
      pool.heap().publish(ending.offset(), ending.lengthBytes(), ending.place(), OWNER);
    }

    @Actor
    public void first() {
      one = pool.heap().reserve(4 * PAGE);
    }

    @Actor
    public void second() {
      pool.heap().published(ending.offset(), ending.lengthBytes(), ending.place());
      other = pool.heap().reserve(5 * PAGE);
    }

    @Arbiter
    public void check(L_Result result) {
      result.r1 = verdict(Pool.open(media, TestPools.BOOT));
    }
  }

  /** A slab of records becomes a run of pages while somebody asks whether a record is there. */
  @JCStressTest
  @Outcome(id = FINE, expect = Expect.ACCEPTABLE, desc = "no record any more")
  @Outcome(expect = Expect.FORBIDDEN, desc = "bytes of a run pass for a record")
  @State
  public static class RecordWhileRetired extends Stage {
    private static final ArrayMedia IMAGE = empty();
    private final Reservation[] records = new Reservation[40];

    public RecordWhileRetired() {
      super(IMAGE);
      for (int i = 0; i < records.length; i++) {
        records[i] = heap.reserveRecord();
        heap.publish(records[i].offset(), records[i].lengthBytes(), records[i].place(), OWNER);
      }
    }

    @Actor
    public void retires() {
      for (Reservation record : records) {
        release(record);
      }
      one = heap.reserve(GEOMETRY.pageCount() * PAGE);
    }

    @Actor
    public void asks() {
      for (Reservation record : records) {
        heap.isRecordSlot(record.offset());
      }
    }

    @Arbiter
    public void check(L_Result result) {
      result.r1 = FINE;
      for (Reservation record : records) {
        if (heap.isRecordSlot(record.offset())) {
          result.r1 = record + " is remembered as a record";
        }
      }
    }
  }
}
