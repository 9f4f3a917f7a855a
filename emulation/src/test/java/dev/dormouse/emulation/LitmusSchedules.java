package dev.dormouse.emulation;

import dev.dormouse.emulation.LitmusProgram.Operation;
import dev.dormouse.emulation.LitmusProgram.Verb;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The orders in which the operations of a litmus test can reach the medium on x86-TSO: stores, write-backs and SFENCE pass
 * through a first-in-first-out buffer of their thread, and loads look there first. Schedules that differ only in when
 * something was read are one.
 */
final class LitmusSchedules {
  /**
   * Something that the medium is asked for by the thread of that index; the verb is never a load, an RMW or an MFENCE. The
   * value is what is stored, or how many bytes are settled.
   */
  record Action(int thread, Verb verb, String variable, long value) {}

  /** How far every thread has come. Equal states go on alike, so that each is visited once. */
  private record State(
      List<Integer> next, List<List<Action>> buffers, List<Map<String, Long>> registers, List<Action> done) {
    State copy() {
      return new State(copyEach(next), copyEach(buffers), copyEach(registers), copyEach(done));
    }

    private static <T> List<T> copyEach(List<T> list) {
      return new ArrayList<>(list);
    }
  }

  private final List<List<Operation>> threads;
  private final Set<State> visited = new HashSet<>();
  private final Set<List<Action>> schedules = new LinkedHashSet<>();

  private LitmusSchedules(List<List<Operation>> threads) {
    this.threads = threads;
  }

  static Set<List<Action>> of(LitmusProgram program) {
    LitmusSchedules search = new LitmusSchedules(program.threads());
    State start = new State(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int thread = 0; thread < program.threads().size(); thread++) {
      start.next.add(0);
      start.buffers.add(List.of());
      start.registers.add(Map.of());
    }
    search.visit(start);
    return search.schedules;
  }

  private void visit(State state) {
    for (int thread = 0; thread < threads.size(); thread++) {
      issue(state, thread);
    }
    if (!visited.add(state)) {
      return;
    }
    boolean ended = true;
    for (int thread = 0; thread < threads.size(); thread++) {
      boolean buffered = !state.buffers.get(thread).isEmpty();
      Optional<Operation> waiting = next(state, thread);
      if (buffered) {
        visit(drained(state, thread));
      }
      if (waiting.isPresent() && (!buffered || waiting.get().verb() == Verb.LOAD)) {
        visit(executed(state, thread, waiting.get()));
      }
      ended &= !buffered && waiting.isEmpty();
    }
    if (ended) {
      schedules.add(state.done);
    }
  }

  /** Puts into the buffer what goes there. When that happens nobody can tell, so it happens at once. */
  private void issue(State state, int thread) {
    for (Optional<Operation> operation = next(state, thread); operation.isPresent(); operation = next(state, thread)) {
      Operation issued = operation.get();
      boolean skipped = issued.guard().isPresent() && !holds(issued.guard().get(), state.registers.get(thread));
      if (!skipped) {
        switch (issued.verb()) {
          case STORE, RELEASE, CLWB, CLFLUSH, SFENCE -> {
            List<Action> longer = new ArrayList<>(state.buffers.get(thread));
            longer.add(action(state, thread, issued));
            state.buffers.set(thread, longer);
          }
          case LOAD, RMW, MFENCE, SYNC, SETTLE -> {
            return;
          }
        }
      }
      advance(state, thread);
    }
  }

  private static boolean holds(LitmusProgram.Guard guard, Map<String, Long> registers) {
    return registers.get(guard.register()) == guard.value();
  }

  private static Action action(State state, int thread, Operation operation) {
    long value = operation.stores() ? operation.value(state.registers.get(thread)) : 0;
    return new Action(thread, operation.verb(), operation.variable(), value);
  }

  private Optional<Operation> next(State state, int thread) {
    List<Operation> operations = threads.get(thread);
    int next = state.next.get(thread);
    return next < operations.size() ? Optional.of(operations.get(next)) : Optional.empty();
  }

  private static void advance(State state, int thread) {
    state.next.set(thread, state.next.get(thread) + 1);
  }

  private static State drained(State state, int thread) {
    State after = state.copy();
    List<Action> buffer = state.buffers.get(thread);
    after.done.add(buffer.getFirst());
    after.buffers.set(thread, buffer.subList(1, buffer.size()));
    return after;
  }

  private static State executed(State state, int thread, Operation operation) {
    State after = state.copy();
    advance(after, thread);
    switch (operation.verb()) {
      case LOAD -> {
        Map<String, Long> registers = new HashMap<>(state.registers.get(thread));
        registers.put(operation.operand(), loaded(state, thread, operation.variable()));
        after.registers.set(thread, registers);
      }
      case RMW -> {
        // The medium has no such operation. What is ordered by it is ordered by a fence on either side.
        after.done.add(new Action(thread, Verb.SFENCE, "", 0));
        after.done.add(
            new Action(thread, Verb.STORE, operation.variable(), operation.value(state.registers.get(thread))));
        after.done.add(new Action(thread, Verb.SFENCE, "", 0));
      }
      case MFENCE -> after.done.add(new Action(thread, Verb.SFENCE, "", 0));
      case SYNC -> after.done.add(new Action(thread, Verb.SYNC, "", 0));
      case SETTLE ->
          after.done.add(new Action(thread, Verb.SETTLE, operation.variable(), Long.parseLong(operation.operand())));
      case STORE, RELEASE, CLWB, CLFLUSH, SFENCE -> throw new AssertionError(operation + " goes through the buffer");
    }
    return after;
  }

  private static long loaded(State state, int thread, String variable) {
    return last(state.buffers.get(thread), variable).or(() -> last(state.done, variable)).orElse(0L);
  }

  private static Optional<Long> last(List<Action> actions, String variable) {
    for (Action action : actions.reversed()) {
      if ((action.verb() == Verb.STORE || action.verb() == Verb.RELEASE) && action.variable().equals(variable)) {
        return Optional.of(action.value());
      }
    }
    return Optional.empty();
  }
}
