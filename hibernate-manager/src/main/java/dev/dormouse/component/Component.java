package dev.dormouse.component;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A handle to a component, awake or asleep. It holds nothing of the component itself and keeps nothing awake; it may be kept
 * for as long as the store is open. When the component is destroyed, all but {@link #isAwake} and {@link #hibernate} throw
 * {@link NoSuchComponent}.
 *
 * <p>Threads: any, platform or virtual. Turns of one component run one after the other, those of different components at
 * the same time. A turn cannot invoke: it would wait for a lane while holding a lock.
 */
public final class Component {
  private final ProcessStore store;
  // Not an object of its own: a call by handle should not touch more memory than it must.
  private final long recordOffset;
  private final long birth;

  Component(ProcessStore store, long recordOffset, long birth) {
    this.store = store;
    this.recordOffset = recordOffset;
    this.birth = birth;
  }

  /** Its identity, by which {@link ProcessStore#component(ComponentId)} finds it without its name. */
  public ComponentId id() {
    return new ComponentId(recordOffset, birth);
  }

  /** Its name, read from the pool. */
  public String name() {
    return store.nameOf(recordOffset, birth);
  }

  /**
   * Runs one turn, waking the component first if it sleeps. When this returns, all the turn did is committed and durable in
   * the sense of the medium's class.
   *
   * @return the reply, read-only; empty if the program gave none
   * @throws TurnFailed if the program threw; everything it did in this turn was undone
   * @throws NoSuchComponent if it was destroyed
   * @throws Quarantined if its record or log is damaged
   * @throws dev.dormouse.heap.PoolFull if the commit itself found no room; the turn was undone
   * @throws ProgramUnavailable if its class cannot be had
   * @throws StoreClosed if the store was closed
   */
  public ByteBuffer invoke(ByteBuffer request) {
    return store.engine().invoke(recordOffset, birth, null, request);
  }

  /**
   * Runs one turn for a request with an id. If a turn was committed for that id, and the component still remembers it, its
   * reply is returned and nothing runs. The outcome is recorded in the turn itself, so both are there or neither.
   *
   * @throws ReplyTooLarge if the reply is longer than the component can remember; the turn was undone
   */
  public ByteBuffer invoke(RequestId requestId, ByteBuffer request) {
    return store.engine().invoke(recordOffset, birth, Objects.requireNonNull(requestId), request);
  }

  /**
   * Runs one turn, as {@link #invoke(ByteBuffer)}, and returns when it is committed, without waiting until it is durable, on a medium
   * where that takes waiting. It becomes durable with the next commit that is waited for, with {@link ProcessStore#sync}, or by
   * itself after {@link dev.dormouse.heap.JournalOptions#delay}. If the machine goes down before, the turn and all that was committed
   * after it have not happened.
   *
   * @throws TurnFailed and the others as {@link #invoke(ByteBuffer)}, which then says what is durable
   */
  public Acknowledgement invokeOrdered(ByteBuffer request) {
    return store.engine().acknowledged(recordOffset, birth, null, request);
  }

  /** As {@link #invokeOrdered(ByteBuffer)}, for a request with an id. */
  public Acknowledgement invokeOrdered(RequestId requestId, ByteBuffer request) {
    return store.engine().acknowledged(recordOffset, birth, Objects.requireNonNull(requestId), request);
  }

  /**
   * Runs several turns in one epoch, alone: they are committed together when {@code turns} returns, or when it asks for a
   * checkpoint. If it or one of the turns throws, all turns since the
   * last commit are undone: the last checkpoint, or where the limits ended an epoch. Inside, this thread cannot
   * call other components of the store. At most half of the lanes are given to such epochs; others wait.
   *
   * @return the replies since the last checkpoint that {@code turns} asked for, in order
   */
  public List<ByteBuffer> batch(EpochLimits limits, Consumer<Batch> turns) {
    return store.engine().batch(recordOffset, birth, limits, turns);
  }

  /** Whether it is awake. */
  public boolean isAwake() {
    return store.engine().table().contains(recordOffset);
  }

  /** Wakes it and obtains its capabilities again; says what became of each. */
  public ResumeAccount resume() {
    return store.engine().exclusively(recordOffset, birth, (awake, epoch) -> store.engine().capabilities().account(awake));
  }

  /**
   * Waits until everything that was committed is durable; the component stays awake. Since every turn commits, that is
   * nothing to do on a medium whose commits are durable at once.
   */
  public void checkpoint() {
    store.engine().exclusively(recordOffset, birth, (awake, epoch) -> null);
    store.engine().media().sync();
  }

  /** Puts it to sleep, after the turn that runs, if one does. Nothing of it stays in the Java heap; all it holds outside is closed. */
  public void hibernate() {
    store.engine().hibernate(recordOffset);
  }

  /** Withdraws the capability in a slot, for good. Takes effect after the turn that runs, if one does. */
  public void revoke(int slot) {
    store.lifecycle().revoke(recordOffset, birth, slot);
  }

  /**
   * Changes how many bytes of the pool it may hold, in one commit, after the turn that runs, if one does. Whoever has the
   * store decides that, not the component.
   *
   * @param bytes as {@link ComponentSpec#quota} counts them
   * @throws dev.dormouse.region.RegionException {@code QUOTA_EXCEEDED} if it holds more by now
   */
  public void setQuota(long bytes) {
    store.lifecycle().setQuota(recordOffset, birth, bytes);
  }

  /**
   * Destroys it: its state, its name and its capabilities are released in one commit. One that is quarantined too: then what is
   * released is what the heap knows to be its own.
   */
  public void destroy() {
    store.lifecycle().destroy(recordOffset, birth);
  }

  /**
   * Whether it is quarantined, as its record says: then it does not run, and can be destroyed. Does not wake it; waits for the turn that
   * runs, if one does.
   *
   * @throws Quarantined if its record is not what was written, so that it says nothing
   */
  public boolean isQuarantined() {
    return store.engine().peek(recordOffset, birth, Awake::isQuarantined);
  }

  /** What the pool says of it. Does not wake it; waits for the turn that runs, if one does. */
  public ComponentInfo info() {
    return store.infoOf(recordOffset, birth);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Component that && that.store == store && that.birth == birth;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(birth);
  }

  @Override
  public String toString() {
    return "component " + id();
  }
}
