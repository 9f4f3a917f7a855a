package dev.dormouse.cli.torture;

import java.util.ArrayList;
import java.util.List;

/** Does to a model what an operation does to a component. */
final class Replay {
  private Replay() {}

  /**
   * All of it.
   *
   * @param sentAgain the request that {@link Operation.Kind#AGAIN} is about; null if there is none
   * @return what the store must answer
   */
  static Answer apply(ComponentModel state, Operation operation, Operation sentAgain) {
    switch (operation.kind()) {
      case TURN, REQUEST -> {
        return Deed.apply(state, operation.seed());
      }
      case AGAIN -> {
        // The turn that was committed is not run again, and the answer is the recorded one.
        return sentAgain.isAcknowledged() ? sentAgain.acknowledged() : Deed.apply(state, operation.seed());
      }
      case BATCH -> {
        BatchPlan plan = BatchPlan.of(operation.seed());
        List<Integer> commits = plan.commits();
        Answer answer = commits.isEmpty() ? Answer.NONE : turns(state, plan, 1, commits.getLast());
        return plan.fails() ? Answer.NONE : answer;
      }
      case CREATE -> state.bear(operation.seed());
      case DESTROY -> state.die();
      case REVOKE -> state.revoke();
      case FAILING -> {}
    }
    return Answer.NONE;
  }

  /** What a crash may leave of it: first nothing of it, last all of it. */
  static List<ComponentModel> possible(ComponentModel state, Operation operation, Operation sentAgain) {
    List<ComponentModel> possible = new ArrayList<>();
    possible.add(state);
    if (operation.kind() == Operation.Kind.BATCH) {
      BatchPlan plan = BatchPlan.of(operation.seed());
      int done = 0;
      for (int commit : plan.commits()) {
        ComponentModel next = possible.getLast().copy();
        turns(next, plan, done + 1, commit);
        possible.add(next);
        done = commit;
      }
      return possible;
    }
    boolean known = operation.kind() == Operation.Kind.AGAIN && sentAgain.isAcknowledged();
    if (operation.kind() != Operation.Kind.FAILING && !known) {
      ComponentModel done = state.copy();
      apply(done, operation, sentAgain);
      possible.add(done);
    }
    return possible;
  }

  private static Answer turns(ComponentModel state, BatchPlan plan, int first, int last) {
    Answer answer = Answer.NONE;
    for (int turn = first; turn <= last; turn++) {
      answer = Deed.apply(state, plan.turnSeed(turn));
    }
    return answer;
  }
}
