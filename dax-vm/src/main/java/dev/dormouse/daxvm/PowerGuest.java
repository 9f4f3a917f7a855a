package dev.dormouse.daxvm;

import dev.dormouse.component.Acknowledgement;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.RequestId;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.FileMedium;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The program in the virtual machine whose disk is recorded: lives of one store, each in a JVM of its own. Of the lives, the odd
 * ones end in the middle of what they do, the even ones close the store.
 */
public final class PowerGuest {
  /** Components are emptied never, so that all operations are of one round. */
  static final int ROUND = 1;

  /** The thread that does not wait for each operation. */
  static final int ORDERED = 1;

  /** After so many operations it does. */
  static final int BATCH = 8;

  private static final long POOL_BYTES = 8 << 20;

  private final FileMedium medium;
  private final int life;
  private final int operations;
  private final ProcessStore store;
  private final Marks.Disk marks;
  private final Work work;

  private PowerGuest(FileMedium medium, int life, int operations, ProcessStore store, Marks.Disk marks) {
    this.medium = medium;
    this.life = life;
    this.operations = operations;
    this.store = store;
    this.marks = marks;
    work = new Work(store, ROUND);
  }

  /**
   * One of:
   *
   * <ul>
   *   <li>{@code live POOL MEDIUM LIFE OPERATIONS MARKS}: a life of so many operations of each thread; the first makes the pool;
   *   <li>{@code check POOL MEDIUM NUMBERS}: checks the pool against what was said on the marks' disk.
   * </ul>
   */
  @SuppressWarnings("SystemOut") // The serial console.
  public static void main(String[] arguments) throws IOException {
    Path pool = Path.of(arguments[1]);
    FileMedium medium = FileMedium.valueOf(arguments[2]);
    if (arguments[0].equals("check")) {
      System.out.println("@found " + new StoreCheck(pool, medium, false).check(Marks.of(arguments[3])));
      return;
    }
    int life = Integer.parseInt(arguments[3]);
    try (Marks.Disk marks = new Marks.Disk(Path.of(arguments[5]))) {
      marks.say(Marks.LIFE, Marks.Life.BEGUN.mark(life));
      StoreOptions options = life == 1 ? StoreOptions.create(POOL_BYTES) : StoreOptions.existing();
      try (ProcessStore store = ProcessStore.open(pool, StoreCheck.options(options, medium))) {
        new PowerGuest(medium, life, Integer.parseInt(arguments[4]), store, marks).live();
      }
      marks.say(Marks.LIFE, Marks.Life.CLOSED.mark(life));
    }
    System.out.println("@closed " + life);
  }

  @SuppressWarnings("SystemOut")
  private void live() throws IOException {
    DurabilityClass durability = store.opening().durabilityClass();
    if (medium == FileMedium.JOURNALED && durability != DurabilityClass.POWER_LOSS) {
      throw new IllegalStateException("its class is " + durability);
    }
    if (life == 1) {
      Work.listNames().forEach(name -> store.create(name, ListProgram::spec));
    }
    int[] done = new LedgerCheck(store, ROUND, new int[Work.THREADS]).check(0);
    // What was found is on the disk by now, also what nobody had acknowledged.
    for (int thread = 0; thread < Work.THREADS; thread++) {
      marks.say(thread, done[thread]);
    }
    marks.say(Marks.LIFE, Marks.Life.OPEN.mark(life));
    System.out.println(
        "@life " + life + " " + durability + " " + store.opening().how() + " "
            + Arrays.stream(done).mapToObj(Integer::toString).collect(Collectors.joining(",")) + " on " + store.describe());
    Thread[] threads = new Thread[Work.THREADS];
    for (int i = 0; i < threads.length; i++) {
      int thread = i;
      threads[i] = Thread.ofPlatform().start(() -> work(thread, done[thread]));
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @SuppressWarnings("SystemOut")
  private void work(int thread, int before) {
    try {
      if (thread == ORDERED) {
        workOrdered(before);
      } else {
        for (int number = before + 1; number <= before + operations; number++) {
          work.operate(thread, number);
          marks.say(thread, number);
        }
      }
      if (life % 2 == 1) {
        System.out.println("@halted " + life);
        System.out.flush();
        Runtime.getRuntime().halt(0);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException | Error e) {
      System.out.println("@failed life " + life + ", thread " + thread + ": " + e);
      throw e;
    }
  }

  private void workOrdered(int before) throws IOException {
    for (int number = before + 1; number <= before + operations; number++) {
      long operation = Work.operation(ROUND, ORDERED, number);
      Acknowledgement last =
          store.component(Work.listOf(operation)).invokeOrdered(RequestId.of(operation), ListProgram.append(operation));
      if (number % BATCH == 0) {
        last.awaitDurable();
        marks.say(ORDERED, number);
      }
    }
    store.sync();
    marks.say(ORDERED, before + operations);
  }
}
