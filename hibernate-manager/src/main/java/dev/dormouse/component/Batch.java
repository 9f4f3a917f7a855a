package dev.dormouse.component;

import dev.dormouse.recovery.Epoch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Several turns of one component in one epoch: they become visible together at the next checkpoint, or where the limits end
 * the epoch, and if one of them throws, all since the last commit are undone. Their replies wait for the checkpoint. For the thread that was given it,
 * until its task returns.
 */
public final class Batch {
  private final Engine engine;
  private final Awake awake;
  private final Epoch epoch;
  private final EpochLimits limits;
  private List<ByteBuffer> replies = new ArrayList<>();
  private boolean over;
  private boolean doomed;
  private int turns;
  private long startNanos;

  Batch(Engine engine, Awake awake, Epoch epoch, EpochLimits limits) {
    this.engine = engine;
    this.awake = awake;
    this.epoch = epoch;
    this.limits = limits;
  }

  /** Runs a turn. Where the epoch has reached its limits, what came before is committed first. Errors as for {@link Component#invoke(ByteBuffer)}. */
  public void invoke(ByteBuffer request) {
    run(null, request);
  }

  /** Runs a turn for a request with an id, or takes the outcome that was recorded for it. */
  public void invoke(RequestId requestId, ByteBuffer request) {
    run(Objects.requireNonNull(requestId), request);
  }

  private void run(RequestId requestId, ByteBuffer request) {
    checkRunning();
    // Until it has ended well, what it did must not be committed, whatever the caller makes of an exception.
    doomed = true;
    try {
      engine.endOfGap(awake);
      if (turns >= limits.turns()
          || epoch.logBytes() >= limits.logBytes()
          || (turns > 0 && System.nanoTime() - startNanos >= limits.nanos())) {
        commit();
      }
      if (turns++ == 0) {
        startNanos = System.nanoTime();
      }
      replies.add(engine.turn(awake, epoch, requestId, request, true));
    } finally {
      engine.startOfGap(awake);
    }
    doomed = false;
  }

  /**
   * Commits the turns since the last checkpoint and waits until they are durable.
   *
   * @return the replies since the last call, in the order of the turns
   */
  public List<ByteBuffer> checkpoint() {
    checkRunning();
    // As above: behind a commit that failed half way there is no epoch to run a turn in.
    doomed = true;
    try {
      engine.endOfGap(awake);
      commit();
      engine.media().sync();
    } finally {
      engine.startOfGap(awake);
    }
    doomed = false;
    List<ByteBuffer> committed = replies;
    replies = new ArrayList<>();
    return committed;
  }

  private void commit() {
    engine.commit(awake, epoch);
    engine.startAgain(epoch);
    turns = 0;
  }

  private void checkRunning() {
    if (over || !awake.turn.isHeldByCurrentThread()) {
      throw over
          ? new OutOfTurn(OutOfTurn.Reason.OVER, "this batch is over; begin another one")
          : new OutOfTurn(
              OutOfTurn.Reason.WRONG_THREAD, "this batch runs in another thread, and " + Thread.currentThread() + " may not use it; let that thread do it");
    }
    if (doomed) {
      throw new OutOfTurn(
          OutOfTurn.Reason.UNDONE, "a turn of this batch, or its commit, failed; all since the last commit are undone, begin another batch");
    }
  }

  void end() {
    over = true;
  }
}
