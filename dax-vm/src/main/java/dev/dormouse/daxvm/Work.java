package dev.dormouse.daxvm;

import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.RequestId;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the threads do: thread by thread a fixed sequence of operations, one after the other. So the numbers of the last
 * operations that were acknowledged say all about what must be found after the power was cut: for each thread the first so
 * many operations, exactly, and perhaps some more.
 */
final class Work {
  /** Threads that append to lists; one more makes and destroys components. */
  static final int APPENDERS = 2;

  static final int THREADS = APPENDERS + 1;
  static final String NEWBORN = "n";

  /** Of the components that the last thread makes, how many operations each one lives. */
  static final int LIFE = 7;

  private static final int SHARED = 16;
  private static final int OWN_EVERY = 4;
  /** So that a machine that lives long does not fill the pool. */
  private static final int MOST_OPERATIONS = 4000;

  private final ProcessStore store;
  private final int round;

  Work(ProcessStore store, int round) {
    this.store = store;
    this.round = round;
  }

  /** Is told of every operation when it was acknowledged. */
  @FunctionalInterface
  interface Ledger {
    void acknowledged(int thread, int number);
  }

  static List<String> listNames() {
    return Stream.concat(
            IntStream.range(0, SHARED).mapToObj(i -> "s" + i), IntStream.range(0, APPENDERS).mapToObj(Work::ownName))
        .toList();
  }

  /** The component that one thread alone appends to. */
  static String ownName(int thread) {
    return "o" + thread;
  }

  /** Names an operation among all of all rounds. */
  static long operation(int round, int thread, int number) {
    return (long) round << 40 | (long) thread << 32 | number;
  }

  static int roundOf(long operation) {
    return (int) (operation >>> 40);
  }

  static int threadOf(long operation) {
    return (int) (operation >>> 32) & 0xff;
  }

  static int numberOf(long operation) {
    return (int) operation;
  }

  /** The component that an operation appends to. */
  static String listOf(long operation) {
    return numberOf(operation) % OWN_EVERY == 0
        ? ownName(threadOf(operation))
        : "s" + Long.remainderUnsigned((operation * 0x9E3779B97F4A7C15L) >>> 32, SHARED);
  }

  /** The last operation of a thread's first {@code count} on its own component; 0 if there is none. */
  static int lastOwn(int count) {
    return count / OWN_EVERY * OWN_EVERY;
  }

  static void append(ProcessStore store, long operation) {
    store.component(listOf(operation)).invoke(RequestId.of(operation), ListProgram.append(operation));
  }

  /** Runs all of one thread's operations. */
  void run(int thread, Ledger ledger) {
    for (int number = 1; number <= MOST_OPERATIONS; number++) {
      operate(thread, number);
      ledger.acknowledged(thread, number);
    }
  }

  /** Runs one of a thread's operations, after the one before it. */
  void operate(int thread, int number) {
    if (thread < APPENDERS) {
      long operation = operation(round, thread, number);
      append(store, operation);
      if (number % 16 == 0) {
        store.component(listOf(operation)).hibernate();
      }
    } else {
      makeOrDestroy(number);
    }
  }

  /** Odd operations make a component, even ones destroy the one that was made {@link #LIFE} operations before. */
  private void makeOrDestroy(int number) {
    if (number % 2 == 1) {
      store.create(NEWBORN + number, spec -> spec.program(ListProgram.class).region("state", 512).region("more", 5000));
    } else if (number > LIFE) {
      store.find(NEWBORN + (number - LIFE)).ifPresent(Component::destroy);
    }
  }
}
