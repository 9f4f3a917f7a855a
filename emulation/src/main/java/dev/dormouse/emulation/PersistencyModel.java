package dev.dormouse.emulation;

/** Which of the stores that were made may be on the media after a crash. The package's description has the whole model. */
public enum PersistencyModel {
  /**
   * Persistent memory behind the caches of x86. Of each 64-byte line a prefix of its stored 8-byte pieces is left; what
   * was stored to a line before a flush and a later fence of the flushing thread is left for certain; lines are
   * independent of each other.
   */
  PX86,
  /**
   * Every 8-byte piece of a store survives in program order, so that what is left is a prefix of all of them: eADR, or a
   * page cache under {@code kill -9}.
   */
  EADR
}
