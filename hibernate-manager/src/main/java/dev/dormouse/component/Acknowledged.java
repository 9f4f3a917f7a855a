package dev.dormouse.component;

/** What an acknowledgement promises of a turn that is committed. */
public enum Acknowledged {
  /** Later turns see it, and nothing that was committed after it is durable before it is. */
  ORDERED,
  /** It survives whatever the medium's {@link dev.dormouse.heap.DurabilityClass} says. */
  DURABLE
}
