package dev.dormouse.region;

/**
 * Whose bytes a region's are; names the component in the undo log. What it answers changes only while no view is alive that
 * was opened with it.
 */
public interface Holder {
  /** The component's birth, which owns the extents of its regions. */
  long birth();

  /** Where its record lies, in bytes from the pool's start. */
  long recordOffset();
}
