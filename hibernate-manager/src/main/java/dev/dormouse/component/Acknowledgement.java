package dev.dormouse.component;

import dev.dormouse.heap.Journal;
import java.nio.ByteBuffer;

/**
 * What {@link Component#invokeOrdered(ByteBuffer)} answers: the reply of a turn that is committed, and whether it is durable. What is
 * ordered is seen by every later turn, survives the process only if it is durable, and becomes durable before anything that was
 * committed after it. Threads: any.
 */
public final class Acknowledgement {
  private final ByteBuffer reply;
  // Null where every commit is durable at once.
  private final Journal journal;
  private final long position;

  Acknowledgement(ByteBuffer reply, Journal journal, long position) {
    this.reply = reply;
    this.journal = journal;
    this.position = position;
  }

  /** The reply, read-only; empty if the program gave none. */
  public ByteBuffer reply() {
    return reply;
  }

  /** How much it says now. It may say more later. */
  public Acknowledged says() {
    return journal == null || journal.durable() >= position ? Acknowledged.DURABLE : Acknowledged.ORDERED;
  }

  /**
   * Waits until it is durable, with everything that was committed before it.
   *
   * @throws dev.dormouse.heap.MediaUnavailable if the medium could not make it durable; whether it is, nobody knows
   */
  public void awaitDurable() {
    if (journal != null) {
      journal.sync(position);
    }
  }

  @Override
  public String toString() {
    return says() + " reply of " + reply.remaining() + " bytes";
  }
}
