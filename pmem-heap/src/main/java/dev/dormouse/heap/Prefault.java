package dev.dormouse.heap;

/** When the pages of a pool are reached for the first time, which costs a fault for each. */
public enum Prefault {
  /** When somebody needs them. Opening costs the same for any size. */
  OFF,
  /** Before the pool is open. */
  BEFORE_OPEN,
  /** By a thread of its own, from the opening on; closing stops it. */
  BACKGROUND
}
