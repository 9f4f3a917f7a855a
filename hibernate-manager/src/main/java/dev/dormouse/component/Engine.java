package dev.dormouse.component;

import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.Pool;
import dev.dormouse.recovery.Epoch;
import dev.dormouse.recovery.Lanes;
import dev.dormouse.region.AddressSpace;
import dev.dormouse.region.Region;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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
  // Null where every commit is durable at once.
  private final Journal journal;
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
  private final int mostLongEpochs;
  // Null where turns may take as long as they want.
  private final TurnWatch watch;
  private volatile String closed;

  /** Starts on a pool that was recovered and begun. */
  Engine(Pool pool, StoreOptions options) {
    this.pool = pool;
    this.media = pool.media();
    this.heap = pool.heap();
    this.lanes = new Lanes(pool, options.awake());
    this.directory = new Directory(media, directoryOf(pool));
    this.symbols = new Symbols(media, lanes, symbolsOf(pool));
    this.dataspaces = new DataspaceTable(media, heap, dataspacesOf(pool));
    this.journal = media.journal();
    this.programs = new Programs(options.loader(), symbols);
    this.files = new FileService(options.fileRoots());
    this.capabilities = new Capabilities(this, files);
    this.names = new ComponentNames(media);
    boolean limited = options.turnLimitNanos() > 0;
    this.table = new AwakeTable(options.awake(), limited);
    this.mostLongEpochs = Math.max(1, lanes.count() / 2);
    this.longEpochs = new Semaphore(mostLongEpochs);
    this.waker = new Waker(media, heap, names, lanes.count());
    this.watch = limited ? new TurnWatch(media.describe(), table, options.turnLimitNanos()) : null;
    if (limited) {
      watch.start();
    }
  }

  /**
   * Looks at the heads of the tables that everything is found by. They never change.
   *
   * @throws dev.dormouse.heap.Damaged if one is not what was written
   */
  static void requireTables(Pool pool) {
    directoryOf(pool);
    symbolsOf(pool);
    dataspacesOf(pool);
  }

  private static WordTable directoryOf(Pool pool) {
    return WordTable.open(pool.media(), pool.header().roots().root0(), "the directory");
  }

  private static WordTable symbolsOf(Pool pool) {
    return WordTable.open(pool.media(), pool.header().roots().root1(), "the symbol table");
  }

  private static WordTable dataspacesOf(Pool pool) {
    return WordTable.open(pool.media(), pool.header().roots().root2(), "the table of dataspaces");
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

  /** For messages: as it can be read, whether it is sound or not. */
  String nameOf(long recordOffset) {
    return names.textOf(recordOffset);
  }

  /** The name as it was written. */
  String soundNameOf(long recordOffset) {
    byte[] name = names.readSound(recordOffset);
    if (name == null) {
      throw new Quarantined("component at " + recordOffset + ": its annex is not what was written, so its name is not known; run verify");
    }
    return Names.decode(name, 0, name.length);
  }

  /** What is done with a component while nobody else runs it. */
  interface Task<T> {
    T run(Awake awake, Epoch epoch);
  }

  /** Runs one turn, or answers with the outcome that was recorded for the request. */
  ByteBuffer invoke(long recordOffset, long birth, RequestId requestId, ByteBuffer request) {
    if (journal != null) {
      Acknowledgement ordered = invokeOrdered(recordOffset, birth, requestId, request);
      ordered.awaitDurable();
      return ordered.reply();
    }
    refuseIfClosed();
    try {
      return exclusively(
          recordOffset,
          birth,
          (awake, epoch) -> {
            ByteBuffer answer = turn(awake, epoch, requestId, request, false);
            commit(awake, epoch);
            return answer;
          });
    } finally {
      // Decisions 10 and 13: locks and lane are given back, the order is kept; only the answer waits for durability, a
      // refusal too, because what it tells was read.
      media.sync();
    }
  }

  /** As {@link #invokeOrdered}; it becomes durable by itself, where nobody waits for it. */
  Acknowledgement acknowledged(long recordOffset, long birth, RequestId requestId, ByteBuffer request) {
    Acknowledgement ordered = invokeOrdered(recordOffset, birth, requestId, request);
    if (journal != null) {
      journal.syncSoon();
    }
    return ordered;
  }

  /** As {@link #invoke}, without waiting until it is durable, where that takes waiting. A refusal waits: what it tells was read. */
  Acknowledgement invokeOrdered(long recordOffset, long birth, RequestId requestId, ByteBuffer request) {
    if (journal == null) {
      return new Acknowledgement(invoke(recordOffset, birth, requestId, request), null, 0);
    }
    refuseIfClosed();
    boolean answered = false;
    try {
      Acknowledgement ordered =
          exclusively(
              recordOffset,
              birth,
              (awake, epoch) -> {
                ByteBuffer answer = turn(awake, epoch, requestId, request, false);
                commit(awake, epoch);
                // A turn that only read waits for what it read, and for nobody else's commits.
                return new Acknowledgement(answer, journal, awake.position);
              });
      answered = true;
      return ordered;
    } finally {
      if (!answered) {
        media.sync();
      }
    }
  }

  /**
   * Wakes a component if it sleeps, and does something with it in an epoch of its own, alone. The epoch is aborted if the
   * task has neither committed nor aborted it.
   */
  <T> T exclusively(long recordOffset, long birth, Task<T> task) {
    return exclusively(recordOffset, birth, false, task);
  }

  /** As {@link #exclusively(long, long, Task)}, also with a component that is quarantined: it is looked at, and not woken. */
  <T> T exclusivelyEvenQuarantined(long recordOffset, long birth, Task<T> task) {
    return exclusively(recordOffset, birth, true, task);
  }

  private <T> T exclusively(long recordOffset, long birth, boolean evenQuarantined, Task<T> task) {
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
        try {
          return alone(awake, epoch, birth, evenQuarantined, task);
        } catch (InternalError fault) {
          // A stuck epoch stays so. One that was given back may be another thread's by now, and then no more than this is said too carefully.
          throw MediaFaults.typed(media, heap, recordOffset, epoch.isStuck(), fault);
        } catch (MediaUnavailable refusal) {
          throw epoch.isStuck() ? MediaFaults.inDoubt(media, refusal) : refusal;
        }
      }
      // Busy: the lane goes to somebody who can use it, and this thread waits for its turn without one.
      lanes.giveBack(epoch);
      try {
        awaitTurn(awake);
      } finally {
        awake.unpin();
      }
    }
  }

  /** Waits until the turn that runs is over. With a pin, and without a lane. */
  private void awaitTurn(Awake awake) {
    if (watch == null) {
      awake.awaitTurn();
    } else {
      lockTurn(awake);
      awake.turn.unlock();
    }
  }

  /**
   * Takes a component's turn lock, waiting for the turn that runs.
   *
   * @throws TurnOverdue if that one is stuck
   */
  private void lockTurn(Awake awake) {
    if (watch == null) {
      awake.turn.lock();
    } else {
      watch.await(nanos -> awake.turn.tryLock(nanos, TimeUnit.NANOSECONDS), all -> refuseIfStuck(awake));
    }
  }

  private void refuseIfStuck(Awake awake) {
    if (watch.isStuck(awake)) {
      throw watch.stillRuns("component " + nameOf(awake.recordOffset) + ": a turn of it runs");
    }
  }

  /** Where as many turns are stuck as there are of something, nobody may get any of it for ever. */
  private void refuseIfAllStuck(int stuck, int most, String what) {
    if (stuck >= most) {
      throw watch.stillRuns(media.describe() + ": all " + most + " " + what);
    }
  }

  private <T> T alone(Awake awake, Epoch epoch, long birth, boolean evenQuarantined, Task<T> task) {
    boolean seated = false;
    Engine outer = RUNNING.get();
    RUNNING.set(this);
    try {
      // R1: under the lock, because whoever had it may have left the component half undone.
      if (lanes.isBroken()) {
        throw new StoreClosed(media.describe() + ": " + BROKEN);
      }
      if (!evenQuarantined || !waker.isQuarantined(awake, birth)) {
        waker.wake(awake, birth, epoch.lane());
      }
      seated = awake.loaded;
      return task.run(awake, epoch);
    } finally {
      RUNNING.set(outer);
      // For who commits without a turn.
      awake.position = Math.max(awake.position, epoch.position());
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

  /** Does something while no epoch runs and none begins; false, with nothing done, where some run when the time is over. */
  boolean whileNoneRuns(long mostNanos, Runnable task) {
    return lanes.whileNoneRuns(mostNanos, task);
  }

  private Epoch lease() {
    refuseIfClosed();
    Epoch epoch;
    try {
      epoch = watch == null ? lanes.lease() : leaseUnlessStuck();
    } catch (InternalError fault) {
      throw MediaFaults.typed(media, "a lane", false, fault);
    }
    if (epoch == null) {
      throw new StoreClosed(media.describe() + ": " + (closed == null ? BROKEN : closed));
    }
    return epoch;
  }

  private Epoch leaseUnlessStuck() {
    Epoch[] leased = new Epoch[1];
    watch.await(
        nanos -> {
          leased[0] = lanes.leaseWithin(nanos);
          return leased[0] != null || closed != null || lanes.isBroken();
        },
        all -> refuseIfAllStuck(all.stuckCount(), lanes.count(), "lanes are held by turns that run"));
    return leased[0];
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
      awake.position = Math.max(awake.position, awake.shares.seenUpTo());
    }
    awake.position = Math.max(awake.position, epoch.position());
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

  void refuseInsideATurn() {
    if (RUNNING.get() == this) {
      throw new OutOfTurn(
          OutOfTurn.Reason.INSIDE_A_TURN,
          media.describe() + ": this thread runs a turn, which holds a lane and a lock, and cannot wait for a component, make one, or close the"
              + " store; let its caller do that");
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
      lockTurn(awake);
      try {
        if (!awake.loaded || awake.recordChanged) {
          waker.look(awake, birth);
        }
        if (awake.birth != birth) {
          throw waker.noSuch(recordOffset, birth);
        }
        return look.apply(awake);
      } catch (InternalError fault) {
        throw MediaFaults.typed(media, heap, recordOffset, false, fault);
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
    if (watch == null) {
      longEpochs.acquireUninterruptibly();
    } else {
      watch.await(
          nanos -> longEpochs.tryAcquire(nanos, TimeUnit.NANOSECONDS),
          all -> refuseIfAllStuck(all.stuckBatches(), mostLongEpochs, "lanes for batches are held by batches that run"));
    }
    boolean answered = false;
    try {
      List<ByteBuffer> replies = exclusively(recordOffset, birth, (awake, epoch) -> batch(awake, epoch, limits, turns));
      answered = true;
      return replies;
    } finally {
      longEpochs.release();
      if (!answered) {
        // What a refusal tells was read.
        media.sync();
      }
    }
  }

  private List<ByteBuffer> batch(Awake awake, Epoch epoch, EpochLimits limits, Consumer<Batch> turns) {
    Batch batch = new Batch(this, awake, epoch, limits);
    startOfGap(awake);
    try {
      turns.accept(batch);
      return batch.checkpoint();
    } catch (RuntimeException e) {
      throw endClock(awake) ? stopped(awake, e) : e;
    } finally {
      endClock(awake);
      batch.end();
    }
  }

  /** From now on the caller of a batch does what it wants, while it holds a lane and the component. */
  void startOfGap(Awake awake) {
    if (awake.clock != null) {
      awake.clock.begin(null, true);
    }
  }

  /** The caller of a batch comes back, and must not go on if it stayed away for too long. */
  void endOfGap(Awake awake) {
    if (endClock(awake)) {
      throw stopped(awake, null);
    }
  }

  private static boolean endClock(Awake awake) {
    return awake.clock != null && awake.clock.end();
  }

  /** What becomes of a turn that was overdue. */
  TurnOverdue stopped(Awake awake, Throwable cause) {
    return watch.stopped("component " + nameOf(awake.recordOffset) + ": its turn", cause);
  }

  /** Starts the next epoch in a lane whose epoch was committed. */
  void startAgain(Epoch epoch) {
    lanes.startAgain(epoch);
  }

  /**
   * Runs a turn in an epoch, which the caller commits.
   *
   * @param ofBatch whether a permit for long epochs is held, which nobody else gets while the turn runs
   */
  ByteBuffer turn(Awake awake, Epoch epoch, RequestId requestId, ByteBuffer request, boolean ofBatch) {
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
    Turn turn = new Turn(this, awake, epoch, request);
    run(awake, turn, ofBatch);
    if (outcomes != null) {
      outcomes.record(epoch, requestId, turn.reply());
    }
    return turn.reply();
  }

  private void run(Awake awake, Turn turn, boolean ofBatch) {
    boolean overdue = false;
    Exception failure = null;
    if (awake.clock != null) {
      awake.clock.begin(turn, ofBatch);
    }
    try {
      if (awake.program == null) {
        // On the clock, too: it may run the program's constructor.
        awake.program = programFor(awake);
      }
      awake.turns++;
      awake.program.turn(turn);
    } catch (Exception e) {
      failure = e;
    } finally {
      // Whatever ended it, an Error included: no view outlives the turn, and an epoch that is not over is undone by its lane's return.
      overdue = endClock(awake);
      turn.end();
    }
    if (overdue || failure != null) {
      throw failed(awake, overdue, failure);
    }
  }

  private RuntimeException failed(Awake awake, boolean overdue, Exception failure) {
    if (overdue) {
      return stopped(awake, failure);
    }
    if (awake.program == null && failure instanceof RuntimeException refusal) {
      return refusal;
    }
    return new TurnFailed("component " + nameOf(awake.recordOffset) + ": its program threw " + failure + "; the turn is rolled back", failure);
  }

  private Program programFor(Awake awake) {
    Program program = programs.get(awake.programSymbol);
    // The name lies elsewhere in the pool, and is read only where somebody is told it: this runs at every wake.
    if (!programs.accepts(program, awake.stateVersion)) {
      throw programs.mismatch(program, awake.stateVersion, nameOf(awake.recordOffset));
    }
    return program;
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
      try {
        awaitTurn(awake);
      } finally {
        awake.unpin();
      }
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
    return new StoreStatistics(sums[0], sums[1], sums[2], sums[3], watch == null ? 0 : watch.foundCount());
  }

  /** The turns that run beyond the limit. */
  List<OverdueTurn> overdueTurns() {
    return watch == null ? List.of() : watch.overdue();
  }

  /** Lets the running turns end, admits no more, and puts everybody to sleep. */
  void stop() {
    refuseInsideATurn();
    if (closed == null) {
      closed = "the store was closed";
    }
    if (watch != null) {
      awaitLanes();
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
    stopWatch();
  }

  /**
   * Waits until every lane was given back, unless a turn is stuck: nobody can take the medium away under it. That an epoch could
   * not be ended changes nothing: its lane is not waited for, and the turns of others run on the same medium.
   */
  private void awaitLanes() {
    watch.await(
        nanos -> {
          boolean idle = lanes.isIdle();
          if (!idle) {
            TimeUnit.NANOSECONDS.sleep(nanos);
          }
          return idle;
        },
        all -> {
          if (all.stuckCount() > 0) {
            throw all.stillRuns(media.describe() + ": it cannot be closed while a turn runs");
          }
        });
  }

  /** The last of the turns has ended, and nobody begins another. */
  private void stopWatch() {
    if (watch != null) {
      watch.stop();
    }
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
