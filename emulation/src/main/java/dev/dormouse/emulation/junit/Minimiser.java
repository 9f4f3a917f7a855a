package dev.dormouse.emulation.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Leaves out of a list whatever can be left out while something can still be found in the rest: the algorithm <i>ddmin</i>
 * of Zeller and Hildebrandt, <i>Simplifying and Isolating Failure-Inducing Input</i> (IEEE TSE 2002), which first tries
 * large pieces and ends when no single element can be left out.
 */
final class Minimiser<E, F> {
  private final Function<List<E>, Optional<F>> find;
  private final BooleanSupplier goOn;
  private List<E> elements;
  private F found;
  private boolean minimal;
  private boolean stopped;

  /**
   * @param find what can be found in a list
   * @param goOn whether it may be asked once more
   * @param elements the whole list
   * @param found what was found in it
   */
  Minimiser(Function<List<E>, Optional<F>> find, BooleanSupplier goOn, List<E> elements, F found) {
    this.find = find;
    this.goOn = goOn;
    this.elements = List.copyOf(elements);
    this.found = found;
  }

  Minimiser<E, F> run() {
    int pieces = 2;
    while (!minimal && !stopped) {
      pieces = Math.min(pieces, elements.size());
      if (leaveOutOneOf(pieces)) {
        pieces = Math.max(pieces - 1, 2);
      } else {
        minimal = !stopped && pieces == elements.size();
        pieces *= 2;
      }
    }
    return this;
  }

  private boolean leaveOutOneOf(int pieces) {
    // From the end, because what comes later needs what came before more often than the other way round.
    for (int piece = pieces - 1; piece >= 0; piece--) {
      stopped = !goOn.getAsBoolean();
      if (stopped) {
        return false;
      }
      int from = (int) ((long) elements.size() * piece / pieces);
      int to = (int) ((long) elements.size() * (piece + 1) / pieces);
      List<E> rest = new ArrayList<>(elements.subList(0, from));
      rest.addAll(elements.subList(to, elements.size()));
      Optional<F> inTheRest = find.apply(rest);
      if (inTheRest.isPresent()) {
        elements = List.copyOf(rest);
        found = inTheRest.get();
        return true;
      }
    }
    return false;
  }

  /** What is left. */
  List<E> elements() {
    return elements;
  }

  /** What is found in it. */
  F found() {
    return found;
  }

  /** Whether no single element can be left out; otherwise it was stopped before that was known. */
  boolean isMinimal() {
    return minimal;
  }
}
