package dev.dormouse.daxvm;

import dev.dormouse.component.Component;
import dev.dormouse.component.ProcessStore;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holds what a store contains against what was acknowledged in the round before the power was cut. I1: of each thread the
 * acknowledged operations are there, once, and of the others only those that directly follow. I2: each of them whole.
 */
final class LedgerCheck {
  private final ProcessStore store;
  private final int round;
  private final int[] acknowledged;
  private final BitSet[] found = new BitSet[Work.APPENDERS];
  private final int[] done = new int[Work.THREADS];
  private long taken;

  /**
   * Makes a check.
   *
   * @param round the only one of which operations may be found
   * @param acknowledged for each thread, how many of its operations were
   */
  LedgerCheck(ProcessStore store, int round, int... acknowledged) {
    this.store = store;
    this.round = round;
    this.acknowledged = acknowledged;
    Arrays.setAll(found, _ -> new BitSet());
  }

  /**
   * Checks everything; changes nothing.
   *
   * @param takenBefore how many operations the lists counted when they were emptied, in all rounds before
   * @return for each thread, how many of its operations were found
   */
  int[] check(long takenBefore) {
    for (String name : Work.listNames()) {
      checkList(name);
    }
    require(taken == takenBefore, "the lists counted " + taken + " operations of former rounds, " + takenBefore + " were taken from them");
    for (int thread = 0; thread < Work.APPENDERS; thread++) {
      done[thread] = found[thread].cardinality();
      require(
          found[thread].nextClearBit(1) == done[thread] + 1,
          "thread " + thread + ": operation " + found[thread].nextClearBit(1) + " is missing, although later ones are there");
    }
    done[Work.APPENDERS] = checkNewborns();
    for (int thread = 0; thread < Work.THREADS; thread++) {
      require(
          done[thread] >= acknowledged[thread],
          "thread " + thread + ": " + acknowledged[thread] + " operations were acknowledged, " + done[thread] + " are there");
    }
    repeatLastRequests();
    return done;
  }

  private void checkList(String name) {
    ByteBuffer reply = store.component(name).invoke(ListProgram.read());
    taken += reply.getLong();
    long[] list = numbers(reply);
    long[] mirror = numbers(reply);
    require(list.length == mirror.length, name + " holds " + list.length + " numbers and mirrors " + mirror.length);
    int[] last = new int[Work.APPENDERS];
    for (int i = 0; i < list.length; i++) {
      long operation = list[i];
      require(operation == ~mirror[i], name + ": number " + i + " is not as in the mirror");
      int thread = Work.threadOf(operation);
      int number = Work.numberOf(operation);
      String what = name + ": operation " + number + " of thread " + thread + ", round " + Work.roundOf(operation);
      require(Work.roundOf(operation) == round && thread < Work.APPENDERS && number > 0, what + ": nobody asked for it in round " + round);
      require(Work.listOf(operation).equals(name), what + " belongs into " + Work.listOf(operation));
      require(!found[thread].get(number), what + " is there twice");
      require(number > last[thread], what + " stands behind operation " + last[thread]);
      found[thread].set(number);
      last[thread] = number;
    }
  }

  private static long[] numbers(ByteBuffer reply) {
    long[] numbers = new long[Math.toIntExact(reply.getLong())];
    Arrays.setAll(numbers, _ -> reply.getLong());
    return numbers;
  }

  /** From who lives it follows how many operations there were: an odd one adds somebody, an even one takes the eldest. */
  private int checkNewborns() {
    TreeSet<Integer> alive = new TreeSet<>();
    store.forEach(
        component -> {
          if (component.name().startsWith(Work.NEWBORN)) {
            alive.add(Integer.valueOf(component.name().substring(Work.NEWBORN.length())));
            require(component.info().regions().size() == 2, component.name() + " was not made whole");
          }
        });
    if (alive.isEmpty()) {
      return 0;
    }
    int youngest = alive.last();
    // The first even operations destroy nothing: what is alive is the same after two numbers then, of which the ledger may know one.
    int known = acknowledged[Work.APPENDERS];
    for (int count : known > youngest ? new int[] {youngest + 1, youngest} : new int[] {youngest, youngest + 1}) {
      if (alive.equals(aliveAfter(count))) {
        return count;
      }
    }
    throw new IllegalStateException("components " + alive + " are alive, which is so after no number of operations");
  }

  private static Set<Integer> aliveAfter(int count) {
    Set<Integer> alive = new TreeSet<>();
    for (int number = 1; number <= count; number++) {
      if (number % 2 == 1) {
        alive.add(number);
      } else {
        alive.remove(number - Work.LIFE);
      }
    }
    return alive;
  }

  /** As a caller would who does not know whether they were done: they must not be done again. */
  private void repeatLastRequests() {
    for (int thread = 0; thread < Work.APPENDERS; thread++) {
      int last = Work.lastOwn(done[thread]);
      if (last > 0) {
        Component own = store.component(Work.ownName(thread));
        ByteBuffer before = own.invoke(ListProgram.read());
        Work.append(store, Work.operation(round, thread, last));
        require(
            own.invoke(ListProgram.read()).equals(before),
            "thread " + thread + ": operation " + last + " was done again when its request was repeated");
      }
    }
  }

  /** Makes room for the next round. */
  void empty() {
    Work.listNames().forEach(name -> store.component(name).invoke(ListProgram.empty()));
    store.forEach(
        component -> {
          if (component.name().startsWith(Work.NEWBORN)) {
            component.destroy();
          }
        });
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
