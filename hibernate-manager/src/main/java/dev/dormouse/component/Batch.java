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
    if (turns >= limits.turns()
        || epoch.logBytes() >= limits.logBytes()
        || (turns > 0 && System.nanoTime() - startNanos >= limits.nanos())) {
      commit();
    }
    if (turns++ == 0) {
      startNanos = System.nanoTime();
    }
    // Until it has ended well, what it did must not be committed, whatever the caller makes of an exception.
    doomed = true;
    replies.add(engine.turn(awake, epoch, requestId, request));
    doomed = false;
  }

  /**
   * Commits the turns since the last checkpoint and waits until they are durable.
   *
   * @return the replies since the last call, in the order of the turns
   */
  public List<ByteBuffer> checkpoint() {
    checkRunning();
    commit();
    engine.media().sync();
    List<ByteBuffer> committed = replies;
    replies = new ArrayList<>();
    return committed;
  }

  private void commit() {
    // Until it has ended well: behind a commit that failed half way there is no epoch to run a turn in.
    doomed = true;
    engine.commit(awake, epoch);
    engine.startAgain(epoch);
    doomed = false;
    turns = 0;
  }

  private void checkRunning() {
    if (over || !awake.turn.isHeldByCurrentThread()) {
      throw new IllegalStateException("this batch is over, or belongs to another thread");
    }
    if (doomed) {
      throw new IllegalStateException("a turn of this batch, or its commit, failed; all since the last commit are undone");
    }
  }

  void end() {
    over = true;
  }
}
