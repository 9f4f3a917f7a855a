package dev.dormouse.component;

/**
 * What a component does with its state. A program has no state of its own: one instance per class and store serves all
 * components, in many threads at once. It needs a constructor without parameters.
 */
@FunctionalInterface
public interface Program {
  /**
   * Runs one turn. Everything done through {@code turn} is committed together when this returns, and undone if it throws.
   */
  void turn(Turn turn) throws Exception;
}
