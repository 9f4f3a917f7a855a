package dev.dormouse.cli.torture;

/**
 * What a thread of the load asked of the store.
 *
 * @param number unlike that of any other in the life of the pool
 * @param slot the component's number
 * @param acknowledged what the store answered; null if the kill came first
 */
record Operation(long number, Kind kind, int slot, long seed, Answer acknowledged) {
  /** What is asked. */
  enum Kind {
    /** A turn. */
    TURN,
    /** A turn for a request with an id, which may be sent twice. */
    REQUEST,
    /** The last request of the thread's former life once more: its turn must not run twice. */
    AGAIN,
    /** A turn that throws after all was done. */
    FAILING,
    /** The turns of a {@link BatchPlan}. */
    BATCH,
    CREATE,
    DESTROY,
    REVOKE
  }

  boolean isAcknowledged() {
    return acknowledged != null;
  }

  Operation acknowledge(Answer answer) {
    return new Operation(number, kind, slot, seed, answer);
  }

  @Override
  public String toString() {
    return String.format("%s %d of component %s, seed 0x%x", kind, number, Load.name(slot), seed);
  }
}
