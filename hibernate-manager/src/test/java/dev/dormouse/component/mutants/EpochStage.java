package dev.dormouse.component.mutants;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashOptions;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.BootIdentity;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Owner;
import dev.dormouse.heap.Pool;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.recovery.Quarantine;
import dev.dormouse.recovery.Recovery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A small pool with the extents of two components, and beside it what it must hold after every epoch: what is known here does
 * not come from the code under test, which may be a mutant.
 */
final class EpochStage {
  static final BootIdentity BOOT = new BootIdentity(0xB007, 1);

  /** 58 pages of arena, four lanes with a log of 63 lines each. */
  static final Geometry SMALL = Geometry.of(256 << 10, 4, 4096, 2);

  /** Room for a log that goes on in an extent. */
  static final Geometry LARGE = Geometry.of(1 << 20, 2, 4096, 2);

  static final long CART = Owner.FIRST_BIRTH + 1;
  static final long STOCK = Owner.FIRST_BIRTH + 2;

  static final Quarantine NOBODY =
      (birth, recordOffset, reason) -> {
        throw new AssertionError("component " + birth + " was quarantined: " + reason);
      };

  final Geometry geometry;
  final List<Contents> states = new ArrayList<>();
  Extent cart;
  Extent stock;
  Extent run;
  Extent shared;
  private final PoolReader image;
  private final UnaryOperator<Media> shown;
  private int checks;

  EpochStage(Geometry geometry) {
    this(geometry, 0, UnaryOperator.identity());
  }

  /**
   * A pool that is seen by way of another medium.
   *
   * @param besideBytes how many zeros lie behind the pool, on what is crashed
   * @param shown makes the medium that shows the pool on what is crashed; it is closed after each use
   */
  EpochStage(Geometry geometry, long besideBytes, UnaryOperator<Media> shown) {
    this.geometry = geometry;
    this.shown = shown;
    CrashMedia media = new CrashMedia(CrashMedia.zeros(geometry.sizeBytes() + besideBytes));
    create(media, geometry).begin();
    Life life = life(media);
    life.commit(
        work -> {
          cart = work.filled(192, CART, 0x11);
          stock = work.filled(192, STOCK, 0x22);
          run = work.filled(5000, CART, 0x33);
          shared = work.filled(64, Owner.SYMBOLS, 0x44);
        });
    Extent[] left = new Extent[2];
    life.commit(
        work -> {
          left[0] = work.filled(192, STOCK, 0x7E);
          left[1] = work.filled(3 * 4096, STOCK, 0x7E);
        });
    // Free bytes hold what their last owner left.
    life.commit(
        work -> {
          work.free(left[0], STOCK);
          work.free(left[1], STOCK);
        });
    image = media.processKilled();
  }

  static Pool create(Media media, Geometry geometry) {
    return Pool.create(media, geometry, BOOT, EpochStage::format);
  }

  static PoolHeader.Roots format(Pool unborn) {
    Lanes.format(unborn);
    return PoolHeader.Roots.NONE;
  }

  /** Goes on with a pool that needs no recovery, without a new opening: the header's pieces stay out of the scenario. */
  Life life(CrashMedia media) {
    return new Life(media, Pool.open(media, BOOT));
  }

  /** A fresh medium with the stage on it. */
  CrashMedia media() {
    return new CrashMedia(image);
  }

  /** Does something with the pool as it is seen. */
  void use(Media media, Consumer<Media> body) {
    Media seen = shown.apply(media);
    try {
      body.accept(seen);
    } finally {
      if (!seen.equals(media)) {
        seen.close();
      }
    }
  }

  static void recover(Media media) {
    recover(Pool.open(media, BOOT));
  }

  static void recover(Pool pool) {
    Recovery.run(pool, NOBODY);
  }

  /** The same for the pool as it is seen; where that is by way of a journal, what was recovered waits for its sync. */
  private void recoverSeen(Media media) {
    use(
        media,
        seen -> {
          recover(seen);
          if (seen.journal() != null) {
            seen.sync();
          }
        });
  }

  /** Explores what a scenario on the stage leaves. */
  Verdict explore(CrashOptions options, Consumer<Life> scenario) {
    return explore(image, options, media -> use(media, seen -> scenario.accept(new Life(media, Pool.open(seen, BOOT)))));
  }

  /** Explores a scenario that opens a pool that was left in some state; the expected contents are put into {@link #states}. */
  Verdict explore(PoolReader initial, CrashOptions options, CrashExplorer.Scenario scenario) {
    return explore(initial, options, scenario, this::recoverSeen);
  }

  Verdict explore(PoolReader initial, CrashOptions options, CrashExplorer.Scenario scenario, CrashExplorer.Recovery recovery) {
    return verdict(CrashExplorer.explore(initial, scenario, recovery, this::check, options.stoppingAtFirstViolation()));
  }

  static Verdict verdict(CrashReport report) {
    long states = report.distinctStates() + report.recoveryStates();
    return report.violations().isEmpty() ? Verdict.survived(states) : Verdict.killed(report.violations().getFirst().message(), Math.max(1, states));
  }

  static CrashOptions pageCache() {
    return CrashOptions.of(PersistencyModel.PAGE_CACHE).withImages(200, 12).withRecoveryDepth(1);
  }

  static CrashOptions px86() {
    return CrashOptions.of(PersistencyModel.PX86).withBulkAscending().withImages(200, 12).withRecoveryDepth(0);
  }

  /** I1 to I4: at the last mark or the one after it, nothing left to do; in every fourth state, that the rest is free and zero. */
  private void check(Media recovered, List<Object> marks) {
    use(recovered, seen -> checkSeen(seen, marks));
  }

  private void checkSeen(Media recovered, List<Object> marks) {
    Pool pool = Pool.open(recovered, BOOT);
    if (!Recovery.run(pool, NOBODY).isClean()) {
      throw new AssertionError("the recovery left something to do");
    }
    Contents found = Contents.of(pool);
    int last = marks.isEmpty() ? 0 : (int) marks.getLast();
    int next = Math.min(last + 1, states.size() - 1);
    if (!found.equals(states.get(last)) && !found.equals(states.get(next))) {
      throw new AssertionError("neither at epoch " + last + " " + found.differenceFrom(states.get(last)) + " nor at the next");
    }
    if (checks++ % 4 == 0) {
      found.requireTheRestIsFree(pool);
    }
  }

  /** A pool in use by one thread. */
  final class Life {
    final CrashMedia media;
    final Pool pool;
    final Lanes lanes;

    Life(CrashMedia media, Pool pool) {
      this.media = media;
      this.pool = pool;
      this.lanes = new Lanes(pool, 3);
      states.clear();
      states.add(Contents.of(pool));
    }

    Work work() {
      return new Work(this, lanes.lease());
    }

    void commit(Consumer<Work> body) {
      Work work = work();
      body.accept(work);
      work.commit();
    }

    void abort(Consumer<Work> body) {
      Work work = work();
      body.accept(work);
      work.epoch.abort();
      lanes.giveBack(work.epoch);
      acknowledge();
    }

    void acknowledge() {
      pool.media().sync();
      media.mark(states.size() - 1);
    }

    /** Waits for one epoch, and for none that was committed behind it. */
    void acknowledge(Epoch epoch) {
      Journal journal = pool.media().journal();
      if (journal == null) {
        acknowledge();
      } else {
        journal.sync(epoch.position());
        media.mark(states.size() - 1);
      }
    }
  }

  /** One epoch and what it is going to change. */
  final class Work {
    final Epoch epoch;
    private final Life life;
    private final List<UnaryOperator<Contents>> changes = new ArrayList<>();

    Work(Life life, Epoch epoch) {
      this.life = life;
      this.epoch = epoch;
    }

    void write(long owner, Extent extent, int at, int length, int value) {
      epoch.prepare(owner, recordOf(owner), extent.offset() + at, length);
      store(extent, at, length, value);
    }

    void store(Extent extent, int at, int length, int value) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) value);
      life.pool.media().write(extent.offset() + at, bytes, 0, length);
      changes.add(contents -> contents.withBytes(extent, at, bytes));
    }

    /** Tells of a byte that was stored by other means. */
    void stored(Extent extent, int at, int value) {
      changes.add(contents -> contents.withBytes(extent, at, new byte[] {(byte) value}));
    }

    Extent allocate(long sizeBytes, long owner) {
      return allocated(epoch.allocate(sizeBytes, owner), owner);
    }

    Extent allocateRecord(long birth) {
      return allocated(epoch.allocateRecord(birth), birth);
    }

    private Extent allocated(Extent extent, long owner) {
      changes.add(contents -> contents.with(extent, owner));
      return extent;
    }

    Extent filled(int sizeBytes, long owner, int value) {
      Extent extent = allocate(sizeBytes, owner);
      write(owner, extent, 0, sizeBytes, value);
      return extent;
    }

    void free(Extent extent, long owner) {
      epoch.free(extent, owner);
      changes.add(contents -> contents.without(extent));
    }

    void putShared(Extent extent, int at, long value) {
      epoch.putShared(extent.offset() + at, value);
      byte[] bytes = new byte[Long.BYTES];
      Bytes.putLong(bytes, 0, value);
      changes.add(contents -> contents.withBytes(extent, at, bytes));
    }

    void commit() {
      commitKeepingTheLane();
      life.lanes.giveBack(epoch);
    }

    void commitKeepingTheLane() {
      commitUnacknowledged();
      life.acknowledge(epoch);
    }

    /** Commits, and waits for nothing. */
    void commitUnacknowledged() {
      epoch.commit();
      Contents next = states.getLast();
      for (UnaryOperator<Contents> change : changes) {
        next = change.apply(next);
      }
      states.add(next);
    }
  }

  /** Where a component's record would lie; the lanes only pass it on. */
  static long recordOf(long owner) {
    return (owner - Owner.FIRST_BIRTH) << 20;
  }
}
