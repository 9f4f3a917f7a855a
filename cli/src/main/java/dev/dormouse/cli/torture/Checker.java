package dev.dormouse.cli.torture;

import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.heap.DormouseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holds a store against the model of what it was and the ledgers of what was done since. What was acknowledged must be there
 * exactly once, in its order (I1); what was under way must be there whole, or up to a commit in its middle, or not at all
 * (I2); whatever nobody wrote must be as it was, or zero (I4).
 */
final class Checker {
  private static final int MOST_VIOLATIONS = 20;

  private final ProcessStore store;
  private final PoolModel model;
  /** What the threads sent again at first, whatever they asked for since. */
  private final Map<Integer, Operation> sentAgain;
  private final List<String> violations = new ArrayList<>();

  private Checker(ProcessStore store, PoolModel model) {
    this.store = store;
    this.model = model;
    this.sentAgain = Map.copyOf(model.lastRequests);
  }

  /**
   * What came of it.
   *
   * @param after the model of what the store holds now
   * @param violations sentences; empty if all is well
   */
  record Result(PoolModel after, List<String> violations) {}

  /**
   * Checks. Changes nothing of what it is given.
   *
   * @param ledgers one of each thread
   */
  static Result check(ProcessStore store, PoolModel before, List<List<Operation>> ledgers) {
    Checker checker = new Checker(store, before.copy());
    checker.check(ledgers);
    return new Result(checker.model, checker.violations);
  }

  private void check(List<List<Operation>> ledgers) {
    int componentCount = model.components.size();
    List<List<Operation>> bySlot = new ArrayList<>();
    List<Integer> threads = new ArrayList<>();
    for (int slot = 0; slot < componentCount; slot++) {
      bySlot.add(new ArrayList<>());
      threads.add(-1);
    }
    for (int thread = 0; thread < ledgers.size(); thread++) {
      for (Operation operation : ledgers.get(thread)) {
        bySlot.get(operation.slot()).add(operation);
        threads.set(operation.slot(), thread);
        model.tally.add(Tally.Count.ACKNOWLEDGED, operation.isAcknowledged() ? 1 : 0);
      }
    }
    checkNames(componentCount);
    for (int slot = 0; slot < componentCount && violations.size() < MOST_VIOLATIONS; slot++) {
      ComponentModel found = find(slot);
      if (found == null) {
        continue;
      }
      if (slot < Load.sharedCount(componentCount)) {
        checkShared(slot, bySlot.get(slot), found);
      } else {
        checkOwn(slot, threads.get(slot), bySlot.get(slot), found);
      }
    }
  }

  private void violation(int slot, String text) {
    violations.add("component " + Load.name(slot) + " " + text);
  }

  /** Everybody whom the directory shows must be found by name, and the other way round. */
  private void checkNames(int componentCount) {
    Set<String> shown = new TreeSet<>();
    store.forEach(component -> shown.add(component.name()));
    for (int slot = 0; slot < componentCount; slot++) {
      boolean found = store.find(Load.name(slot)).isPresent();
      if (shown.remove(Load.name(slot)) != found) {
        violation(slot, found ? "is found by its name, and not shown among all" : "is shown among all, and not found by its name");
      }
    }
    shown.forEach(name -> violations.add("component " + name + " is there, and nobody made it"));
  }

  /** What there is; null if it cannot be read, which is a violation. */
  private ComponentModel find(int slot) {
    try {
      Component component = store.find(Load.name(slot)).orElse(null);
      return component == null ? ComponentModel.absent() : TortureProgram.read(component);
    } catch (DormouseException e) {
      violation(slot, "cannot be read: " + e.getMessage());
      return null;
    }
  }

  /** One thread used it: its ledger is what happened, and only the last operation can have been under way. */
  private void checkOwn(int slot, int thread, List<Operation> operations, ComponentModel found) {
    ComponentModel state = model.components.get(slot);
    for (Operation operation : operations) {
      if (state.isAbsent() != (operation.kind() == Operation.Kind.CREATE)) {
        violation(slot, "was asked for " + operation + " when it was " + (state.isAbsent() ? "not there" : "there"));
        return;
      }
      if (!operation.isAcknowledged()) {
        checkUnderWay(slot, thread, state, operation, found);
        return;
      }
      Answer expected = Replay.apply(state, operation, sentAgain.get(thread));
      if (!expected.equals(operation.acknowledged())) {
        violation(slot, "answered " + operation + " with " + operation.acknowledged() + ", " + expected + " expected");
        return;
      }
      remember(thread, operation, expected);
    }
    String difference = state.differenceTo(found);
    if (!difference.isEmpty()) {
      violation(slot, difference);
    }
  }

  private void checkUnderWay(int slot, int thread, ComponentModel state, Operation operation, ComponentModel found) {
    List<ComponentModel> possible = Replay.possible(state, operation, sentAgain.get(thread));
    for (int i = 0; i < possible.size(); i++) {
      ComponentModel each = possible.get(i);
      if (each.differenceTo(found).isEmpty()) {
        boolean happened = i > 0;
        if (possible.size() > 1) {
          countUnderWay(happened);
        }
        remember(thread, operation, happened ? answerOf(each) : null);
        model.components.set(slot, each);
        return;
      }
    }
    violation(
        slot,
        possible.getFirst().differenceTo(found) + "; with " + operation + ", which was under way, it "
            + possible.getLast().differenceTo(found));
  }

  private static Answer answerOf(ComponentModel state) {
    return state.isAbsent() ? Answer.NONE : Deed.answer(state);
  }

  private void countUnderWay(boolean happened) {
    model.tally.add(happened ? Tally.Count.UNDER_WAY_DONE : Tally.Count.UNDER_WAY_UNDONE, 1);
  }

  /**
   * Keeps in mind which request the thread will send again: the last one, of whichever component.
   *
   * @param answer null if its turn never ran
   */
  private void remember(int thread, Operation operation, Answer answer) {
    Operation last = model.lastRequests.get(thread);
    switch (operation.kind()) {
      case REQUEST, AGAIN -> {
        boolean known = operation.kind() == Operation.Kind.AGAIN && sentAgain.get(thread).isAcknowledged();
        if (!known && (last == null || last.number() <= operation.number())) {
          Operation again =
              new Operation(operation.number(), Operation.Kind.AGAIN, operation.slot(), operation.seed(), answer);
          model.lastRequests.put(thread, again);
        }
      }
      case DESTROY -> {
        boolean destroyed = answer != null;
        if (destroyed && last != null && last.slot() == operation.slot()) {
          model.lastRequests.remove(thread);
        }
      }
      case TURN, FAILING, BATCH, CREATE, REVOKE -> {}
    }
  }

  /** Several threads used it: the answers say in which order, and what was under way fills the gaps, or came last. */
  private void checkShared(int slot, List<Operation> operations, ComponentModel found) {
    ComponentModel state = model.components.get(slot);
    Map<Long, Operation> acknowledged = new HashMap<>();
    List<Operation> underWay = new ArrayList<>();
    for (Operation operation : operations) {
      if (operation.kind() == Operation.Kind.FAILING) {
        continue;
      }
      if (!operation.isAcknowledged()) {
        underWay.add(operation);
      } else if (acknowledged.put(operation.acknowledged().order(), operation) != null) {
        violation(slot, "answered two turns as number " + operation.acknowledged().order() + ", one of them " + operation);
        return;
      }
    }
    if (found.isAbsent()) {
      violation(slot, "is gone");
      return;
    }
    long last = Deed.answer(found).order();
    for (Operation operation : acknowledged.values()) {
      if (operation.acknowledged().order() > last) {
        violation(slot, "has " + last + " turns, and " + operation + " was answered as number " + operation.acknowledged().order());
        return;
      }
    }
    SharedHistory history = new SharedHistory(acknowledged, last, found);
    ComponentModel fitting = history.fit(state.copy(), underWay);
    if (fitting == null) {
      violation(slot, history.misfit());
      return;
    }
    long happened = last - Deed.answer(state).order() - acknowledged.size();
    model.tally.add(Tally.Count.UNDER_WAY_DONE, happened);
    model.tally.add(Tally.Count.UNDER_WAY_UNDONE, underWay.size() - happened);
    model.components.set(slot, fitting);
  }
}
