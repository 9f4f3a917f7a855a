package dev.dormouse.component;

/**
 * What a component does with its state. A program has no state of its own: one instance per class and store serves all
 * components, in many threads at once. It needs a constructor without parameters.
 *
 * <p><b>Versions.</b> A component's record says which version of its program wrote its regions: {@link #stateVersion} when the
 * component was made, or when {@link Turn#adoptStateVersion} was called. A program of another version runs it only if it {@linkplain
 * #acceptsStateVersion accepts} that; otherwise the caller gets {@link StateVersionMismatch}.
 */
@FunctionalInterface
public interface Program {
  /**
   * Runs one turn. Everything done through {@code turn} is committed together when this returns, and undone if it throws.
   */
  void turn(Turn turn) throws Exception;

  /** The version of what this program keeps in its regions, always the same number; 0 unless said otherwise. */
  default int stateVersion() {
    return 0;
  }

  /** Whether this program can go on with what that version wrote. Asked once for each awake life of a component. */
  default boolean acceptsStateVersion(int version) {
    return version == stateVersion();
  }
}
