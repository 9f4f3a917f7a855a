package dev.dormouse.cli.torture;

import dev.dormouse.cli.torture.PoolModel.Openness;
import dev.dormouse.component.OpeningReport.Opening;
import dev.dormouse.component.ProcessStore;
import dev.dormouse.component.StoreOptions;
import dev.dormouse.component.StoreVerifier;
import dev.dormouse.heap.DormouseException;
import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.InUse;
import dev.dormouse.heap.PoolLock;
import dev.dormouse.recovery.Recovery;
import dev.dormouse.recovery.VerifyReport;
import dev.dormouse.recovery.VerifyReport.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Checks the pool that a killed child left, on a copy in memory of what recovery would change: recovering it for good is left
 * to the next child, which may be killed while it does.
 */
final class PoolCheck {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_MILLIS = 20;

  private final Path pool;
  private long lanesToFinish;
  private DurabilityClass durabilityClass;

  PoolCheck(Path pool) {
    this.pool = pool;
  }

  /** How many lanes recovery had to finish at the last check. */
  long lanesToFinish() {
    return lanesToFinish;
  }

  /** The class that the pool's medium states; null before the first check. */
  DurabilityClass durabilityClass() {
    return durabilityClass;
  }

  /**
   * A child whose parent was killed ends by itself, but not at once; it may not even have opened the pool yet.
   *
   * @throws InUse if somebody else has the pool
   * @throws TortureStopped if the child does not end
   */
  void waitForFormerChild(Optional<ProcessHandle> child) throws InterruptedException {
    long start = System.nanoTime();
    while (child.isPresent() && child.get().isAlive()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new TortureStopped(
            "pool " + pool + ": process " + child.get().pid() + ", which an interrupted run left, does not end; end it first");
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
    while (true) {
      try (PoolLock _ = PoolLock.take(pool)) {
        return;
      } catch (InUse e) {
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    }
  }

  /**
   * Checks what a life left.
   *
   * @param openness how it must have left the pool
   * @param interrupted whether the kill came from elsewhere, and what it met is not counted
   * @return the model of what the pool holds now
   * @throws Violated if that is not what it must be
   */
  PoolModel afterLife(PoolModel before, List<List<Operation>> ledgers, Openness openness, boolean interrupted)
      throws Violated {
    VerifyReport report = StoreVerifier.verify(pool);
    if (report.verdict() == Verdict.MACHINE_WENT_DOWN) {
      throw new TortureStopped(
          "pool " + pool + ": the machine went down while it was open, and its class does not survive that; begin anew in another"
              + " folder");
    }
    if (report.verdict() == Verdict.DAMAGED) {
      throw new Violated(true, report.findings());
    }
    boolean mayBeClosed = openness != Openness.OPEN;
    boolean mayBeOpen = openness != Openness.CLOSED;
    boolean open = report.verdict() == Verdict.NOT_CLOSED;
    if (open ? !mayBeOpen : !mayBeClosed) {
      throw new Violated(true, List.of("verify says " + report.verdict() + ", which is not how the child left the pool"));
    }
    durabilityClass = report.durabilityClass();
    PoolModel after;
    try (ProcessStore store = ProcessStore.inspect(pool)) {
      expect(store.opening().how(), open ? Opening.ROLLED_BACK : Opening.CLEAN);
      after = compare(store, before, ledgers);
      count(store.opening().recovery(), interrupted ? new Tally() : after.tally);
    } catch (DormouseException e) {
      throw new Violated(true, List.of("it cannot be opened: " + e.getMessage()));
    }
    after.openness = open ? Openness.OPEN : Openness.CLOSED;
    return after;
  }

  private void count(Recovery.Report recovery, Tally tally) {
    lanesToFinish = (long) recovery.lanesRedone() + recovery.lanesRolledBack();
    tally.add(Tally.Count.KILLS_WITH_LANES_TO_FINISH, lanesToFinish > 0 ? 1 : 0);
    tally.add(Tally.Count.LANES_TO_ROLL_BACK, recovery.lanesRolledBack());
    tally.add(Tally.Count.LANES_TO_REDO, recovery.lanesRedone());
  }

  private static void expect(Opening how, Opening expected) throws Violated {
    if (how != expected) {
      throw new Violated(false, List.of("opening says " + how + ", " + expected + " expected"));
    }
  }

  private static PoolModel compare(ProcessStore store, PoolModel before, List<List<Operation>> ledgers) throws Violated {
    Checker.Result result = Checker.check(store, before, ledgers);
    if (!result.violations().isEmpty()) {
      throw new Violated(false, result.violations());
    }
    return result.after();
  }

  /**
   * Opens the pool itself, checks, and closes it.
   *
   * @throws Violated if it is not what it must be, before or after it was closed
   */
  void openForGood(PoolModel model, StoreOptions options) throws Violated {
    try (ProcessStore store = ProcessStore.open(pool, options)) {
      durabilityClass = store.opening().durabilityClass();
      expect(store.opening().how(), model.openness == Openness.OPEN ? Opening.ROLLED_BACK : Opening.CLEAN);
      compare(store, model, List.of());
    } catch (DormouseException e) {
      throw new Violated(true, List.of("it cannot be opened: " + e.getMessage()));
    }
    VerifyReport report = StoreVerifier.verify(pool);
    if (report.verdict() != Verdict.CLEAN) {
      throw new Violated(true, List.of("it was closed, and verify says " + report.verdict() + " " + report.findings()));
    }
  }
}
