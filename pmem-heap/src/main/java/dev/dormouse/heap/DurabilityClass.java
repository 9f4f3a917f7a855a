package dev.dormouse.heap;

/**
 * What a medium promises about bytes that were flushed, fenced and synced. It is stated by the medium, kept in the
 * pool's header and shown in every report; nothing ever guesses it upward.
 */
public enum DurabilityClass {
  /** Gone when the machine goes down: a RAM file system, or the Java heap. Survives the end of a process, if it is a file. */
  VOLATILE(0),
  /** Survives the end of the process by any cause, {@code kill -9} included; not the machine's. The page cache of a file. */
  PROCESS_CRASH(1),
  /** Survives the loss of power. */
  POWER_LOSS(2);

  private final int code;

  DurabilityClass(int code) {
    this.code = code;
  }

  /** As stored in the pool's header. */
  int code() {
    return code;
  }

  /** The class of a code; null if there is none. */
  static DurabilityClass ofCode(int code) {
    for (DurabilityClass each : values()) {
      if (each.code == code) {
        return each;
      }
    }
    return null;
  }
}
