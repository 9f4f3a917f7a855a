package dev.dormouse.emulation;

import dev.dormouse.emulation.LitmusProgram.Verb;
import dev.dormouse.emulation.LitmusSchedules.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The models once more, as sentences instead of as a machine: of the stores before a crash any set is left that holds the
 * certain ones and, with each store, all that come before it on the way to the media. Nothing is shared with the explorer,
 * and nothing is fast here.
 */
enum DeclarativeModel {
  /** Stores to a line stay in order; certain is what a flush of the line and then a fence of the flushing thread followed. */
  PX86 {
    @Override
    boolean before(Run run, int earlier, int later) {
      return run.line(earlier) == run.line(later);
    }

    @Override
    boolean certain(Run run, int store) {
      for (int flush = store + 1; flush < run.length; flush++) {
        boolean ofThisLine =
            (run.verb(flush) == Verb.CLWB || run.verb(flush) == Verb.CLFLUSH) && run.line(flush) == run.line(store);
        if (ofThisLine && (run.verb(flush) == Verb.CLFLUSH || run.fencedAfter(flush, run.length))) {
          return true;
        }
      }
      return false;
    }
  },

  /** All stores stay in order, and are certain. */
  EADR {
    @Override
    boolean before(Run run, int earlier, int later) {
      return true;
    }

    @Override
    boolean certain(Run run, int store) {
      return true;
    }
  },

  /** Stores to a word stay in order, and those of a thread at a release and at a fence; certain is what its thread fenced. */
  PAGE_CACHE {
    @Override
    boolean before(Run run, int earlier, int later) {
      boolean ofOneThread = run.action(earlier).thread() == run.action(later).thread();
      return run.action(earlier).variable().equals(run.action(later).variable())
          || (ofOneThread && (run.verb(later) == Verb.RELEASE || run.fencedAfter(earlier, later)));
    }

    @Override
    boolean certain(Run run, int store) {
      return run.fencedAfter(store, run.length);
    }
  },

  /** Stores to a sector stay in order; certain is what a sync of any thread followed, of everything or of a range. */
  SECTORS {
    @Override
    boolean before(Run run, int earlier, int later) {
      return run.sector(earlier) == run.sector(later);
    }

    @Override
    boolean certain(Run run, int store) {
      for (int sync = store + 1; sync < run.length; sync++) {
        boolean ofThisSector = run.verb(sync) == Verb.SETTLE && run.settles(sync, run.sector(store));
        if (run.verb(sync) == Verb.SYNC || ofThisSector) {
          return true;
        }
      }
      return false;
    }
  };

  /** Whether the later store is left only together with the earlier one. */
  abstract boolean before(Run run, int earlier, int later);

  /** Whether the store is left by a crash at the end of the run. */
  abstract boolean certain(Run run, int store);

  /** The first actions of a schedule, up to a crash. */
  static final class Run {
    private final LitmusProgram program;
    private final List<Action> schedule;
    private final int length;

    Run(LitmusProgram program, List<Action> schedule, int length) {
      this.program = program;
      this.schedule = schedule;
      this.length = length;
    }

    Action action(int index) {
      return schedule.get(index);
    }

    Verb verb(int index) {
      return schedule.get(index).verb();
    }

    long line(int index) {
      return program.offsets().get(action(index).variable()) / 64;
    }

    long sector(int index) {
      return program.offsets().get(action(index).variable()) / 512;
    }

    /** Whether a byte of the sector lies in the range that is settled. */
    boolean settles(int settle, long sector) {
      long first = program.offsets().get(action(settle).variable());
      return first < (sector + 1) * 512 && sector * 512 < first + action(settle).value();
    }

    /** Whether the thread of that action fences after it and before {@code end}. */
    boolean fencedAfter(int index, int end) {
      for (int fence = index + 1; fence < end; fence++) {
        if (verb(fence) == Verb.SFENCE && action(fence).thread() == action(index).thread()) {
          return true;
        }
      }
      return false;
    }

    private List<Integer> stores() {
      List<Integer> stores = new ArrayList<>();
      for (int index = 0; index < length; index++) {
        if (verb(index) == Verb.STORE || verb(index) == Verb.RELEASE) {
          stores.add(index);
        }
      }
      return stores;
    }
  }

  /** What a crash at any moment of any schedule may leave. */
  Set<String> outcomes(LitmusProgram program) {
    Set<String> outcomes = new TreeSet<>();
    for (List<Action> schedule : LitmusSchedules.of(program)) {
      for (int length = 0; length <= schedule.size(); length++) {
        addOutcomes(program, new Run(program, schedule, length), outcomes);
      }
    }
    return outcomes;
  }

  private void addOutcomes(LitmusProgram program, Run run, Set<String> outcomes) {
    List<Integer> stores = run.stores();
    for (int subset = 0; subset < 1 << stores.size(); subset++) {
      List<Integer> left = new ArrayList<>();
      List<Integer> lost = new ArrayList<>();
      for (int i = 0; i < stores.size(); i++) {
        ((subset & 1 << i) == 0 ? lost : left).add(stores.get(i));
      }
      if (isLegal(run, left, lost)) {
        outcomes.add(outcome(program, run, left));
      }
    }
  }

  private boolean isLegal(Run run, List<Integer> left, List<Integer> lost) {
    for (int one : lost) {
      if (certain(run, one)) {
        return false;
      }
      for (int other : left) {
        if (one < other && before(run, one, other)) {
          return false;
        }
      }
    }
    return true;
  }

  private static String outcome(LitmusProgram program, Run run, List<Integer> left) {
    StringBuilder outcome = new StringBuilder();
    for (String variable : program.offsets().keySet()) {
      long value = 0;
      for (int store : left) {
        value = run.action(store).variable().equals(variable) ? run.action(store).value() : value;
      }
      outcome.append(value);
    }
    return outcome.toString();
  }
}
