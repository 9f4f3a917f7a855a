package dev.dormouse.recovery;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lanes of a pool. A running epoch leases one; there are as many epochs at a time as there are lanes.
 *
 * <p>Threads: leasing and giving back by any; a lane is leased before the first component's lock is taken, so that nobody
 * waits for a lane while holding a lock.
 */
public final class Lanes {
  private static final long ROTATION_EPOCHS = 1 << 20;
  // Words between two leases' words: two lines, since processors fetch the neighbour of a line with it.
  private static final int LEASE_STRIDE = 16;
  private static final int FREE = 0;
  private static final int LEASED = 1;

  private final Epoch[] epochs;
  private final Epoch housekeeping;
  private final AtomicLongArray leases;
  // Which lane the threads of a class prefer, plus one; 0 until one of them has come.
  private final AtomicIntegerArray firstChoices;
  private final AtomicInteger classesSeen = new AtomicInteger();
  private final ReentrantLock waiting = new ReentrantLock();
  private final Condition someGivenBack = waiting.newCondition();
  private final AtomicInteger waiters = new AtomicInteger();
  private final long salt;
  private final Media media;
  private volatile int preferred;
  private volatile boolean closed;
  private final AtomicInteger stuck = new AtomicInteger();
  // Set when an epoch could not be ended: what it left undone must not be overtaken (R1).
  private final AtomicBoolean broken = new AtomicBoolean();

  /**
   * The lanes of a pool that was recovered and begun. The last one is kept for {@link #housekeeping}.
   *
   * @param most at most that many leases at a time; fewer if the pool has fewer lanes
   */
  public Lanes(Pool pool, int most) {
    Geometry geometry = pool.header().geometry();
    int count = Math.min(most, geometry.laneCount() - 1);
    this.epochs = new Epoch[count];
    for (int lane = 0; lane < count; lane++) {
      epochs[lane] = new Epoch(pool.media(), pool.heap(), geometry, lane, broken);
    }
    this.housekeeping = new Epoch(pool.media(), pool.heap(), geometry, geometry.laneCount() - 1, broken);
    this.leases = new AtomicLongArray((count + 1) * LEASE_STRIDE);
    this.firstChoices = new AtomicIntegerArray(Math.min(count, 2 * Runtime.getRuntime().availableProcessors()));
    this.salt = pool.header().salt();
    this.media = pool.media();
  }

  /** Writes the header lines of the lanes of a new pool. */
  public static void format(Pool unborn) {
    Geometry geometry = unborn.header().geometry();
    Media media = unborn.media();
    for (int lane = 0; lane < geometry.laneCount(); lane++) {
      long header = headerOffset(geometry, lane);
      media.putLong(header + LaneLayout.SEQUENCE_WORD, SequenceWord.of(1, SequenceWord.COMMITTED, header));
      media.putLong(
          header + LaneLayout.DONE_WORD,
          SequenceWord.of(1, SequenceWord.COMMITTED_WITH_INTENTS, header + LaneLayout.DONE_WORD));
      media.persist(header, LaneLayout.BYTES);
    }
  }

  static long headerOffset(Geometry geometry, int lane) {
    return geometry.laneTableOffset() + lane * geometry.laneBytes();
  }

  /** How many epochs can run at a time. */
  public int count() {
    return epochs.length;
  }

  /** How many lanes nobody has leased. */
  public int freeCount() {
    int free = 0;
    for (int lane = 0; lane < epochs.length; lane++) {
      free += leases.get(leaseOf(lane)) == FREE ? 1 : 0;
    }
    return free;
  }

  /** Whether every lane was given back, but for those whose epoch could not be ended: these never are. */
  public boolean isIdle() {
    return freeCount() + stuck.get() >= epochs.length;
  }

  /**
   * Leases a lane, waiting for one if all are in use; null after {@link #close}, and where {@link #isBroken}. It must be given
   * back by {@link #giveBack}.
   */
  public Epoch lease() {
    return leaseWithin(Long.MAX_VALUE);
  }

  /** As {@link #lease()}, waiting for about that long at most; null also where no lane was given back meanwhile. */
  public Epoch leaseWithin(long mostNanos) {
    // Here, where no lock is held: what is committed later must find room.
    media.admit();
    int lane = take();
    if (lane < 0) {
      lane = await(mostNanos);
    }
    boolean started = false;
    try {
      if (lane >= 0 && !closed && !broken.get()) {
        epochs[lane].start(salt);
        started = true;
      }
    } finally {
      if (lane >= 0 && !started) {
        free(lane);
      }
    }
    return started ? epochs[lane] : null;
  }

  private static int leaseOf(int lane) {
    return (lane + 1) * LEASE_STRIDE;
  }

  /** A free lane, which is free no longer; -1 if there is none. */
  private int take() {
    int first = firstChoice();
    for (int i = 0; i < epochs.length; i++) {
      int lane = (first + i) % epochs.length;
      if (leases.get(leaseOf(lane)) == FREE && leases.compareAndSet(leaseOf(lane), FREE, LEASED)) {
        return lane;
      }
    }
    return -1;
  }

  /**
   * A thread's lane stays in its processor's cache, and two threads seldom want the same one. There are only a few first choices,
   * so that short-lived threads do not drag all lanes through it; far from each other, so that the objects of two lanes in use
   * are not neighbours in memory; by the order in which threads came, so that one thread alone always has the same; and they move
   * on slowly, so that no lane wears out first.
   */
  private int firstChoice() {
    int kind = (int) (Thread.currentThread().threadId() % firstChoices.length());
    int choice = firstChoices.get(kind);
    if (choice == 0) {
      firstChoices.compareAndSet(kind, 0, classesSeen.getAndIncrement() % firstChoices.length() + 1);
      choice = firstChoices.get(kind);
    }
    return preferred + (choice - 1) * (epochs.length / firstChoices.length());
  }

  private int await(long mostNanos) {
    boolean interrupted = false;
    waiting.lock();
    try {
      // Counted before looking again: whoever gives a lane back frees it first and looks for waiters then.
      waiters.incrementAndGet();
      int lane = take();
      long left = mostNanos;
      // Where it is broken the lane that is waited for may never come.
      while (lane < 0 && left > 0 && !broken.get()) {
        try {
          left = someGivenBack.awaitNanos(left);
        } catch (InterruptedException e) {
          // A lease is not called off: the thread hears of it when it has its lane, or does without.
          interrupted = true;
        }
        lane = take();
      }
      return lane;
    } finally {
      waiters.decrementAndGet();
      waiting.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void free(int lane) {
    leases.set(leaseOf(lane), FREE);
    wakeWaiters();
  }

  private void wakeWaiters() {
    if (waiters.get() > 0) {
      waiting.lock();
      try {
        someGivenBack.signalAll();
      } finally {
        waiting.unlock();
      }
    }
  }

  /** Whether a commit failed behind its commit point, or an abort failed. Nothing commits from then on; the next open of the pool finishes it. */
  public boolean isBroken() {
    return broken.get();
  }

  /** Starts the next epoch in a leased lane whose epoch was committed. */
  public void startAgain(Epoch epoch) {
    epoch.start(salt);
  }

  /**
   * Gives a lane back. An epoch that was neither committed nor aborted is aborted first. One that failed between its commit
   * point and its end keeps its lane: the next open finishes it.
   */
  public void giveBack(Epoch epoch) {
    try {
      if (epoch.isRunning()) {
        epoch.abort();
      }
    } finally {
      takeBack(epoch);
    }
  }

  private void takeBack(Epoch epoch) {
    if (epoch.isStuck()) {
      stuck.incrementAndGet();
      wakeWaiters();
      return;
    }
    if ((epoch.number() & (ROTATION_EPOCHS - 1)) == ROTATION_EPOCHS - 1) {
      preferred = (epoch.lane() + 1) % epochs.length;
    }
    free(epoch.lane());
  }

  /**
   * Does something while no epoch runs and none begins.
   *
   * @return false, with nothing done, if epochs still run when the time is over
   */
  public boolean whileNoneRuns(long mostNanos, Runnable task) {
    long end = System.nanoTime() + mostNanos;
    int[] taken = new int[epochs.length];
    int count = 0;
    try {
      while (count < taken.length) {
        int lane = take();
        if (lane < 0) {
          long left = end - System.nanoTime();
          lane = left > 0 ? await(left) : -1;
        }
        if (lane < 0) {
          return false;
        }
        taken[count++] = lane;
      }
      task.run();
      return true;
    } finally {
      for (int i = 0; i < count; i++) {
        free(taken[i]);
      }
    }
  }

  /** Waits until every leased lane was given back; from then on {@link #lease} answers null. */
  public void close() {
    closed = true;
    waiting.lock();
    try {
      waiters.incrementAndGet();
      while (freeCount() + stuck.get() < epochs.length) {
        someGivenBack.awaitUninterruptibly();
      }
    } finally {
      waiters.decrementAndGet();
      waiting.unlock();
    }
  }

  /**
   * Starts an epoch in the lane that is not leased: for what the pool itself must write while epochs run, without waiting
   * for a lane. The caller holds the one lock that guards it until commit or abort has returned.
   */
  public Epoch housekeeping() {
    housekeeping.start(salt);
    return housekeeping;
  }

  /** Ends the housekeeping epoch; one that was not committed is aborted. */
  public void endHousekeeping() {
    if (housekeeping.isRunning()) {
      housekeeping.abort();
    }
  }

  static Damaged damaged(Media media, int lane, String what) {
    return new Damaged(
        media.describe(),
        "lane " + lane + ": " + what + "; what its last epoch touched cannot be told apart, run verify and restore from a backup");
  }
}
