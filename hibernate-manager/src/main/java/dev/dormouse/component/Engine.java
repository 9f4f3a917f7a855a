package dev.dormouse.component;

import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.region.AddressSpace;
import dev.dormouse.region.Region;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The running store behind its public face: takes turns through lane, seat, program and commit.
 *
 * <p>Order of taking: a lane, then a component's seat and turn lock, then a name's lock, then those of dataspaces (R1: all
 * held until the lane is done). Nobody waits for a lane while holding a lock.
 */
final class Engine {
  private static final int COUNTER_BITS = 40;
  private static final String BROKEN = "an epoch could not be ended; open the store again, which finishes it";
  // The store whose lane and lock the thread holds, if it does.
  private static final ThreadLocal<Engine> RUNNING = new ThreadLocal<>();

  private final Pool pool;
  private final Media media;
  private final Heap heap;
  private final Lanes lanes;
  private final Directory directory;
  private final Symbols symbols;
  private final Programs programs;
  private final Capabilities capabilities;
  private final FileService files;
  private final ComponentNames names;
  private final DataspaceTable dataspaces;
  private final AwakeTable table;
  private final Waker waker;
  private final AtomicLong births = new AtomicLong();
  private final Semaphore longEpochs;
  private volatile String closed;

  /** Starts on a pool that was recovered and begun. */
  Engine(Pool pool, StoreOptions options) {
    this.pool = pool;
    this.media = pool.media();
    this.heap = pool.heap();
    this.lanes = new Lanes(pool, options.awake());
    this.directory = new Directory(media, WordTable.open(media, pool.header().roots().root0(), "the directory"));
    this.symbols = new Symbols(media, lanes, WordTable.open(media, pool.header().roots().root1(), "the symbol table"));
    this.dataspaces = new DataspaceTable(media, heap, WordTable.open(media, pool.header().roots().root2(), "the table of dataspaces"));
    this.programs = new Programs(options.loader(), symbols);
    this.files = new FileService(options.fileRoots());
    this.capabilities = new Capabilities(this, files);
    this.names = new ComponentNames(media);
    this.table = new AwakeTable(options.awake());
    this.longEpochs = new Semaphore(Math.max(1, lanes.count() / 2));
    this.waker = new Waker(media, heap, names, lanes.count());
  }

  Pool pool() {
    return pool;
  }

  Media media() {
    return media;
  }

  Heap heap() {
    return heap;
  }

  Directory directory() {
    return directory;
  }

  Symbols symbols() {
    return symbols;
  }

  DataspaceTable dataspaceTable() {
    return dataspaces;
  }

  Programs programs() {
    return programs;
  }

  Capabilities capabilities() {
    return capabilities;
  }

  FileService files() {
    return files;
  }

  AwakeTable table() {
    return table;
  }

  /** A birth that never was and never will be again: the count of openings was durable before the first one is seen (R11). */
  long nextBirth() {
    return pool.header().openCount() << COUNTER_BITS | births.incrementAndGet();
  }

  Incarnation incarnationOf(Awake awake) {
    return new Incarnation(pool.header().openCount(), awake.incarnation);
  }

  String nameOf(long recordOffset) {
    return names.textOf(recordOffset);
  }

  /** What is done with a component while nobody else runs it. */
  interface Task<T> {
    T run(Awake awake, Epoch epoch);
  }

  /** Runs one turn, or answers with the outcome that was recorded for the request. */
  ByteBuffer invoke(long recordOffset, long birth, RequestId requestId, ByteBuffer request) {
    refuseIfClosed();
    try {
      return exclusively(
          recordOffset,
          birth,
          (awake, epoch) -> {
            ByteBuffer answer = turn(awake, epoch, requestId, request);
            commit(awake, epoch);
            return answer;
          });
    } finally {
      // Decisions 10 and 13: locks and lane are given back, the order is kept; only the answer waits for durability, a
      // refusal too, because what it tells was read.
      media.sync();
    }
  }

  /**
   * Wakes a component if it sleeps, and does something with it in an epoch of its own, alone. The epoch is aborted if the
   * task has neither committed nor aborted it.
   */
  <T> T exclusively(long recordOffset, long birth, Task<T> task) {
    refuseInsideATurn();
    if (recordOffset <= 0) {
      throw waker.noSuch(recordOffset, birth);
    }
    while (true) {
      Epoch epoch = lease();
      Awake awake;
      try {
        awake = table.pin(recordOffset);
      } catch (RuntimeException | Error e) {
        lanes.giveBack(epoch);
        throw e;
      }
      if (awake.turn.tryLock()) {
        return alone(awake, epoch, birth, task);
      }
      // Busy: the lane goes to somebody who can use it, and this thread waits for its turn without one.
      lanes.giveBack(epoch);
      awake.awaitTurn();
      awake.unpin();
    }
  }

  private <T> T alone(Awake awake, Epoch epoch, long birth, Task<T> task) {
    boolean seated = false;
    Engine outer = RUNNING.get();
    RUNNING.set(this);
    try {
      // R1: under the lock, because whoever had it may have left the component half undone.
      if (lanes.isBroken()) {
        throw new StoreClosed(media.describe() + ": " + BROKEN);
      }
      waker.wake(awake, birth, epoch.lane());
      seated = true;
      return task.run(awake, epoch);
    } finally {
      RUNNING.set(outer);
      // R1: the lane is done, or undone, before the component's lock goes.
      try {
        giveBack(epoch);
      } finally {
        discardShares(awake);
        long recordOffset = awake.recordOffset;
        awake.turn.unlock();
        awake.unpin();
        if (!seated) {
          table.remove(recordOffset);
        }
      }
    }
  }

  private Epoch lease() {
    refuseIfClosed();
    Epoch epoch = lanes.lease();
    if (epoch == null) {
      throw new StoreClosed(media.describe() + ": " + (closed == null ? BROKEN : closed));
    }
    return epoch;
  }

  void refuseIfClosed() {
    if (closed != null) {
      throw new StoreClosed(media.describe() + ": " + closed);
    }
  }

  /** Commits a component's epoch, with what it attached and detached of the store's dataspaces. */
  void commit(Awake awake, Epoch epoch) {
    if (awake.shares == null) {
      epoch.commit();
    } else {
      awake.shares.commit(epoch);
    }
  }

  /** What a component's epoch attaches and detaches of the store's dataspaces. */
  DataspaceChanges sharesOf(Awake awake) {
    if (awake.shares == null) {
      awake.shares = new DataspaceChanges(media, symbols, dataspaces);
    }
    return awake.shares;
  }

  /** The epoch is over: what it noted was committed, or never happened. */
  static void discardShares(Awake awake) {
    if (awake.shares != null) {
      awake.shares.discard();
    }
  }

  /** Runs what a user handed in while this thread has a lane, so that it cannot wait for another. */
  void withoutCalls(Runnable use) {
    Engine outer = RUNNING.get();
    RUNNING.set(this);
    try {
      use.run();
    } finally {
      RUNNING.set(outer);
    }
  }

  /** A lane for what concerns no awake component. It must be given back. */
  Epoch leaseForCreation() {
    refuseInsideATurn();
    return lease();
  }

  private void refuseInsideATurn() {
    if (RUNNING.get() == this) {
      throw new IllegalStateException(
          "a turn holds a lane and a lock, and cannot wait for a component, make one, or close the store; let its caller do that");
    }
  }

  void giveBack(Epoch epoch) {
    try {
      lanes.giveBack(epoch);
    } finally {
      if (lanes.isBroken() && closed == null) {
        closed = BROKEN;
      }
    }
  }

  /**
   * Commits the epoch that makes a component, while nobody can run it. Step (d) makes its name known before the lane is
   * done; a turn of it, or its end, in another lane would by then be recovered in the wrong order (R1).
   *
   * @param newborn what the epoch knows of it
   */
  void commitUnseen(Epoch epoch, Awake newborn) {
    long recordOffset = newborn.recordOffset;
    Awake awake = table.pin(recordOffset);
    try {
      awake.turn.lock();
      try {
        commit(newborn, epoch);
      } finally {
        awake.turn.unlock();
      }
    } finally {
      awake.unpin();
      table.remove(recordOffset);
    }
  }

  /**
   * Looks at a component's record while nobody runs it, without waking it: no incarnation is given out, and it need not be
   * fit to run.
   */
  <T> T peek(long recordOffset, long birth, Function<Awake, T> look) {
    refuseInsideATurn();
    refuseIfClosed();
    if (recordOffset <= 0) {
      throw waker.noSuch(recordOffset, birth);
    }
    Awake awake = table.pin(recordOffset);
    try {
      awake.turn.lock();
      try {
        if (!awake.loaded || awake.recordChanged) {
          waker.look(awake, birth);
        }
        if (awake.birth != birth) {
          throw waker.noSuch(recordOffset, birth);
        }
        return look.apply(awake);
      } finally {
        awake.turn.unlock();
      }
    } finally {
      boolean asleep = !awake.loaded;
      awake.unpin();
      if (asleep) {
        table.remove(recordOffset);
      }
    }
  }

  /** Runs several turns in one epoch; they hold at most half of the lanes, so that single turns always get one. */
  List<ByteBuffer> batch(long recordOffset, long birth, EpochLimits limits, Consumer<Batch> turns) {
    refuseInsideATurn();
    longEpochs.acquireUninterruptibly();
    try {
      return exclusively(
          recordOffset,
          birth,
          (awake, epoch) -> {
            Batch batch = new Batch(this, awake, epoch, limits);
            try {
              turns.accept(batch);
              return batch.checkpoint();
            } finally {
              batch.end();
            }
          });
    } finally {
      longEpochs.release();
    }
  }

  /** Starts the next epoch in a lane whose epoch was committed. */
  void startAgain(Epoch epoch) {
    lanes.startAgain(epoch);
  }

  /** Runs a turn in an epoch, which the caller commits. */
  ByteBuffer turn(Awake awake, Epoch epoch, RequestId requestId, ByteBuffer request) {
    Outcomes outcomes = null;
    if (requestId != null) {
      outcomes = new Outcomes(media, awake);
      if (outcomes.count() == 0) {
        throw new IllegalArgumentException(
            "component " + nameOf(awake.recordOffset) + " remembers no outcomes; create it with outcomes(...), or invoke it without a request id");
      }
      ByteBuffer recorded = outcomes.find(requestId);
      if (recorded != null) {
        awake.repeats++;
        return recorded;
      }
      outcomes.prepare(epoch);
    }
    if (awake.program == null) {
      awake.program = programs.get(awake.programSymbol);
    }
    Turn turn = new Turn(this, awake, epoch, request);
    awake.turns++;
    try {
      awake.program.turn(turn);
    } catch (Exception e) {
      throw new TurnFailed(
          "component " + nameOf(awake.recordOffset) + ": its program threw " + e + "; the turn is rolled back", e);
    } finally {
      // Whatever ended it, an Error included: no view outlives the turn, and an epoch that is not over is undone by its lane's return.
      turn.end();
    }
    if (outcomes != null) {
      outcomes.record(epoch, requestId, turn.reply());
    }
    return turn.reply();
  }

  Region viewOfFirst(Awake awake, Epoch epoch) {
    return new Region(media, epoch, awake, awake.firstRegionExtent, awake.firstRegionBytes, awake.firstRegionRights);
  }

  /** All that a component has attached, for one epoch. */
  AddressSpace addressSpace(Awake awake, Epoch epoch, RecordEditor editor) {
    return new AddressSpace(media, epoch, awake, editor, symbols.ofRegions(), sharesOf(awake));
  }

  boolean isFirstRegion(Awake awake, int symbol) {
    return awake.firstRegionIsPlain && awake.firstRegionSymbol == symbol;
  }

  /** Puts a component to sleep: when its turn is over, if one runs. A component that sleeps already stays asleep. */
  void hibernate(long recordOffset) {
    refuseInsideATurn();
    for (int round = 0; !table.remove(recordOffset); round++) {
      Awake awake = table.pin(recordOffset);
      awake.awaitTurn();
      awake.unpin();
      // Whoever else holds a pin may be a virtual thread that waits for this one's carrier.
      AwakeTable.pause(round);
    }
  }

  /** Puts every component to sleep that does not run a turn. */
  void hibernateIdle() {
    table.forEachSeat(
        seat -> {
          long seated = seat.recordOffset;
          if (seated != 0) {
            table.remove(seated);
          }
        });
  }

  StoreStatistics statistics() {
    long[] sums = new long[4];
    table.forEachSeat(
        seat -> {
          sums[0] += seat.turns;
          sums[1] += seat.resumes;
          sums[2] += seat.hibernations;
          sums[3] += seat.repeats;
        });
    return new StoreStatistics(sums[0], sums[1], sums[2], sums[3]);
  }

  /** Lets the running turns end, admits no more, and puts everybody to sleep. */
  void stop() {
    refuseInsideATurn();
    if (closed == null) {
      closed = "the store was closed";
    }
    lanes.close();
    // Not only who is idle: a thread gives its lane back a little before its seat.
    table.forEachSeat(
        seat -> {
          long seated = seat.recordOffset;
          if (seated != 0) {
            hibernate(seated);
          }
        });
  }

  /** Whether an epoch could not be ended. */
  boolean isBroken() {
    return lanes.isBroken();
  }

  /** How many lanes nobody has leased; for tests. */
  int freeLanes() {
    return lanes.freeCount();
  }
}
