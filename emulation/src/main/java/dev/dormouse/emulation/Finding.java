package dev.dormouse.emulation;

/**
 * Something that an exploration noticed beside violations: a mistake that no crash has turned into a violation, or a cost
 * that buys nothing.
 *
 * @param kind what it is
 * @param message one sentence: what, where in the pool, and what to do
 * @param source the place in the program, nearest frame first, as {@code Log.append(Log.java:31) < ...}
 * @param times how often it was seen at that place
 */
public record Finding(Kind kind, String message, String source, int times) {
  /** What a finding is about. */
  public enum Kind {
    /** A mark promises something while a store that its thread made before is neither flushed nor fenced, and is not until the end. */
    NEVER_PERSISTED,
    /** One number was stored across two aligned words, of which either may be lost. */
    STRADDLING_STORE,
    /** The check, run after the recovery, read what the recovery had stored and not made durable. */
    UNPERSISTED_READ,
    /** A flush of lines that had nothing to be flushed. */
    NEEDLESS_FLUSH,
    /** A fence, or a sync, with nothing to order. */
    NEEDLESS_FENCE
  }

  /** Whether it costs time only. */
  public boolean isCost() {
    return kind == Kind.NEEDLESS_FLUSH || kind == Kind.NEEDLESS_FENCE;
  }

  @Override
  public String toString() {
    return kind + (times > 1 ? " (" + times + " times)" : "") + ": " + message + (source.isEmpty() ? "" : "  at " + source);
  }
}
