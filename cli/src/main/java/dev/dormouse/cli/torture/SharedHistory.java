package dev.dormouse.cli.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Looks for an order of turns that makes of one state another. The places of most are known; those that were under way
 * when the kill came may be in any of the gaps.
 */
final class SharedHistory {
  private final Map<Long, Operation> known;
  private final long last;
  private final ComponentModel found;
  private String misfit = "cannot have got where it is";

  /**
   * Of what is known.
   *
   * @param known turns by their number
   * @param last the number of the last turn
   * @param found what all of them made
   */
  SharedHistory(Map<Long, Operation> known, long last, ComponentModel found) {
    this.known = known;
    this.last = last;
    this.found = found;
  }

  /** The state at the end; null if no order leads there. Changes {@code state}. */
  ComponentModel fit(ComponentModel state, List<Operation> underWay) {
    long next = Deed.answer(state).order() + 1;
    for (Operation turn = known.get(next); turn != null; turn = known.get(next)) {
      Answer answer = Deed.apply(state, turn.seed());
      if (!answer.equals(turn.acknowledged())) {
        misfit = "answered " + turn + " with " + turn.acknowledged() + ", " + answer + " expected";
        return null;
      }
      next++;
    }
    if (next > last) {
      String difference = state.differenceTo(found);
      if (!difference.isEmpty()) {
        misfit = difference;
      }
      return difference.isEmpty() ? state : null;
    }
    if (underWay.isEmpty()) {
      misfit = "has " + last + " turns, and nobody asked for number " + next;
    }
    for (Operation turn : underWay) {
      ComponentModel with = state.copy();
      Deed.apply(with, turn.seed());
      List<Operation> others = new ArrayList<>(underWay);
      others.remove(turn);
      ComponentModel fitting = fit(with, others);
      if (fitting != null) {
        return fitting;
      }
    }
    return null;
  }

  /** Why the last order that was tried does not fit. */
  String misfit() {
    return misfit;
  }
}
