package dev.dormouse.emulation;

/**
 * Decides for each thing that is asked of a {@link CrashMedia} whether it happens, so that the mistakes of an engine can be
 * planted from outside. Every method says yes unless it is overridden. It is called under the medium's lock, in the thread
 * that made the call, once per call of the {@code Media} method (not per piece); it must not use the medium.
 */
public interface FaultPlan {
  /** Nothing fails. */
  FaultPlan NONE = new FaultPlan() {};

  /**
   * Whether the store of {@code lengthBytes} at {@code offset} happens at all. If not, it is as if the code did not have it:
   * neither later reads nor the media see it.
   */
  default boolean keepStore(long offset, long lengthBytes) {
    return true;
  }

  /**
   * Whether a store that happens can ever reach the media. If not, later reads see it, and no image after a crash has it,
   * whatever is flushed: a lost line. Asked after {@link #keepStore}, if that said yes.
   */
  default boolean keepStoreOnMedia(long offset, long lengthBytes) {
    return true;
  }

  /** Whether the flush of {@code lengthBytes} at {@code offset} happens. */
  default boolean keepFlush(long offset, long lengthBytes) {
    return true;
  }

  /** Whether the fence happens. {@code ordinal} counts all fences asked of the medium from 0, dropped ones included. */
  default boolean keepFence(long ordinal) {
    return true;
  }
}
