package dev.dormouse.component.mutants;

import static dev.dormouse.component.mutants.EpochStage.CART;
import static dev.dormouse.component.mutants.EpochStage.STOCK;
import static dev.dormouse.component.mutants.JournalStage.FEWEST_PAGES;

import dev.dormouse.component.mutants.EpochStage.Life;
import dev.dormouse.component.mutants.EpochStage.Work;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.mutation.KillSuite;
import dev.dormouse.emulation.mutation.Verdict;
import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.JournalOptions;
import dev.dormouse.heap.JournaledMedia;
import dev.dormouse.heap.Media;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** Pages of memory are given back while epochs run; memory has to show what was stored all the same. */
public final class PageSuites {
  private static final int ROUNDS = 3;

  private PageSuites() {}

  /** What is done on a medium that gives pages back. */
  @FunctionalInterface
  private interface Task {
    Verdict run(EpochStage stage, JournaledMedia on, Life life) throws InterruptedException;
  }

  private static Verdict with(JournalOptions options, UnaryOperator<DiskFile> home, Task task) throws InterruptedException {
    EpochStage stage = JournalStage.stage(options);
    CrashMedia crashed = stage.media();
    try (JournaledMedia on = JournalStage.on(crashed, options, home, UnaryOperator.identity())) {
      return task.run(stage, on, JournalStage.life(stage, crashed, on));
    }
  }

  private static Verdict with(Task task) throws InterruptedException {
    return with(FEWEST_PAGES, UnaryOperator.identity(), task);
  }

  /** Marks, gives back, marks anew. */
  private static void rounds(JournaledMedia on) {
    for (int i = 0; i < ROUNDS; i++) {
      JournalStage.migrate(on);
    }
  }

  private static Verdict shows(Media media, Extent extent, int at, int length, int value) {
    byte[] found = new byte[length];
    media.read(extent.offset() + at, found, 0, length);
    byte[] wanted = new byte[length];
    Arrays.fill(wanted, (byte) value);
    return Arrays.equals(found, wanted) ? Verdict.survived(1) : Verdict.killed("memory does not show what was stored", 1);
  }

  private static Verdict showsAll(EpochStage stage, Life life) {
    Contents found = Contents.of(life.pool);
    return found.equals(stage.states.getLast())
        ? Verdict.survived(1)
        : Verdict.killed("memory does not show what was committed: " + found.differenceFrom(stage.states.getLast()), 1);
  }

  private static void unacknowledged(Life life, Work work) {
    work.commitUnacknowledged();
    life.lanes.giveBack(work.epoch);
  }

  /** An epoch runs, and has stored to a page to which others had stored before. */
  public static final class EpochRuns implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      return with(
          (stage, on, life) -> {
            Work work = life.work();
            // The word that says who owns it lies in the page of those that are there.
            life.commit(other -> other.allocate(192, STOCK));
            work.write(CART, stage.cart, 0, 64, 9);
            rounds(on);
            return shows(on, stage.cart, 0, 64, 9);
          });
    }
  }

  /** The heap has zeroed pages for an epoch that did not store to them yet. */
  public static final class ZeroedPages implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      return with(
          (stage, on, life) -> {
            Work first = life.work();
            Work second = life.work();
            Work third = life.work();
            Extent gone = first.filled(2 * 4096, CART, 0x7E);
            unacknowledged(life, first);
            second.free(gone, CART);
            unacknowledged(life, second);
            Extent zeroed = third.allocate(2 * 4096, STOCK);
            rounds(on);
            return zeroed.offset() == gone.offset()
                ? shows(on, zeroed, 0, 2 * 4096, 0)
                : Verdict.killed("the pages were not given out again, and nothing was tested", 1);
          });
    }
  }

  /** A word is stored to a page that was marked, and what says so is not durable yet. */
  public static final class WordInAMarkedPage implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      return with(
          (stage, on, life) -> {
            Work word = life.work();
            life.commit(
                work -> {
                  work.filled(64, CART, 1);
                  work.write(CART, stage.shared, 32, 8, 1);
                });
            JournalStage.migrate(on);
            word.putShared(stage.shared, 0, 5);
            unacknowledged(life, word);
            rounds(on);
            return showsAll(stage, life);
          });
    }
  }

  /** What was stored before the marks is not durable, and not in home, when pages could be given back. */
  public static final class NotInHomeYet implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      return with(
          (stage, on, life) -> {
            Work work = life.work();
            work.write(CART, stage.run, 0, 1000, 9);
            unacknowledged(life, work);
            rounds(on);
            return showsAll(stage, life);
          });
    }
  }

  /** The rounds move nothing home of what was stored, as where there is more in the journal before it than they come to. */
  public static final class NothingIsMoved implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      return with(
          (stage, on, life) -> {
            life.commit(work -> work.write(CART, stage.run, 0, 1000, 9));
            for (int i = 0; i < ROUNDS; i++) {
              JournalStage.relieve(on);
            }
            return showsAll(stage, life);
          });
    }
  }

  /** The heap makes a slab of pages that were marked, and what says so is not durable yet. */
  public static final class SlabInMarkedPages implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      return with(
          (stage, on, life) -> {
            Work first = life.work();
            Work second = life.work();
            Work third = life.work();
            Extent gone = first.filled(2 * 4096, CART, 0x7E);
            unacknowledged(life, first);
            second.free(gone, CART);
            unacknowledged(life, second);
            JournalStage.migrate(on);
            Extent made = third.allocateRecord(CART);
            rounds(on);
            return gone.contains(made.offset(), 1) && made.offset() < gone.offset() + 4096
                ? shows(on, gone, 4096, 4096, 0)
                : Verdict.killed("the slab was made elsewhere, and nothing was tested", 1);
          });
    }
  }

  /** Somebody stores to a page while it is being given back: he has to wait. */
  public static final class StoresMeanwhile implements KillSuite {
    private static final long STORED = 0x5707ED;

    @Override
    public Verdict run() throws InterruptedException {
      AtomicReference<Runnable> whileGivenBack = new AtomicReference<>();
      UnaryOperator<DiskFile> hooked =
          disk ->
              new HookedDisk(disk) {
                @Override
                public void read(long position, ByteBuffer destination) throws IOException {
                  super.read(position, destination);
                  Runnable hook = whileGivenBack.getAndSet(null);
                  if (hook != null) {
                    hook.run();
                  }
                }
              };
      return with(
          FEWEST_PAGES,
          hooked,
          (stage, on, life) -> {
            life.commit(work -> work.write(CART, stage.run, 0, 1000, 9));
            Rival[] rival = new Rival[1];
            whileGivenBack.set(
                () -> {
                  rival[0] = Rival.trying(() -> on.putAndFlush(stage.run.offset(), STORED));
                  try {
                    rival[0].isThroughOrIn("pin");
                  } catch (InterruptedException e) {
                    throw new IllegalStateException("interrupted while a page is given back", e);
                  }
                });
            rounds(on);
            if (rival[0] == null) {
              return Verdict.killed("no page was given back", 1);
            }
            rival[0].end();
            return on.getLong(stage.run.offset()) == STORED
                ? Verdict.survived(1)
                : Verdict.killed("what was stored to a page that was being given back is lost", 1);
          });
    }
  }

  /** Pages that nobody uses are given back, and show what they showed. */
  public static final class PagesAreGivenBack implements KillSuite {
    @Override
    public Verdict run() throws InterruptedException {
      long[] read = new long[1];
      UnaryOperator<DiskFile> watched =
          disk ->
              new HookedDisk(disk) {
                @Override
                public void read(long position, ByteBuffer destination) throws IOException {
                  read[0] += destination.remaining();
                  super.read(position, destination);
                }
              };
      return with(
          FEWEST_PAGES,
          watched,
          (stage, on, life) -> {
            life.commit(work -> work.write(CART, stage.run, 2048, 2900, 9));
            read[0] = 0;
            rounds(on);
            Verdict verdict = showsAll(stage, life);
            // Its memory is a copy of home, so that giving back is reading.
            return verdict.killed() || read[0] == 2 * 4096 ? verdict : Verdict.killed(read[0] + " bytes were given back, and 2 pages were stored to", 1);
          });
    }
  }
}
