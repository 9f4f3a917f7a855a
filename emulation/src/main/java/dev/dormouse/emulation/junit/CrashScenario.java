package dev.dormouse.emulation.junit;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.FaultPlan;
import dev.dormouse.emulation.PersistencyModel;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolReader;

/**
 * What a {@link CrashTest} crashes, handed to its method. Either an open structure and named steps over it ({@link #open}),
 * which the kit can leave out one by one until only those remain that it takes to break the promise; or one function of the
 * medium ({@link #run}). The last call of either chain explores, throws {@link CrashFailure} if a promise was broken, and
 * answers the report otherwise. One test method explores one scenario.
 *
 * <p><b>Reproduction.</b> System properties in a failure's message, meant for one test at a time, because they act on every
 * exploration in the JVM: {@code crash.model} skips all other models; {@code crash.steps} leaves out all other steps;
 * {@code crash.seed}, {@code crash.point} and what else the message names choose the crash, see {@link CrashExplorer}.
 *
 * <p>All of it has to be deterministic, in one thread or in threads that take turns: the same stores in the same order on
 * every run. Not thread-safe; the scenario runs in the test's thread.
 */
public final class CrashScenario {
  /** Something done on a medium. */
  @FunctionalInterface
  public interface Preparation {
    /** Runs to its end; closing the medium is allowed. */
    void prepare(Media media) throws Exception;
  }

  /** Makes a structure out of what lies on the medium: formats, recovers or just looks. */
  @FunctionalInterface
  public interface Opener<T> {
    /** If the structure is {@link AutoCloseable}, the kit closes it. */
    T open(Media media) throws Exception;
  }

  private final TestRun run;
  private PoolReader initial;

  CrashScenario(TestRun run, long sizeBytes) {
    this.run = run;
    this.initial = run.zeros(sizeBytes);
  }

  /**
   * Runs {@code before} at once and without any crash; all that it stored is durable when the scenario starts, flushed or
   * not. A second preparation goes on where the first one ended.
   *
   * @throws IllegalStateException if it throws
   */
  public CrashScenario prepare(Preparation before) {
    CrashMedia media = new CrashMedia(initial);
    try {
      before.prepare(media);
    } catch (Exception e) {
      throw new IllegalStateException(run.name() + ": the preparation failed, without any crash: " + e, e);
    }
    initial = media.processKilled();
    return this;
  }

  /** Plants mistakes in the run of the scenario, to see whether the test notices them. */
  public CrashScenario faults(FaultPlan plan) {
    run.plant(plan);
    return this;
  }

  /** What a crash may leave in this run of the test. */
  public PersistencyModel model() {
    return run.options().model();
  }

  /**
   * The seed of this run: {@code crash.seed} if it is set, otherwise the annotation's. Steps that are drawn from it come back
   * with the line that reproduces a crash.
   */
  public long seed() {
    return run.options().seed();
  }

  /** One function of the medium, which {@linkplain CrashMedia#mark marks} what it has promised. */
  public CrashRun run(CrashExplorer.Scenario scenario) {
    return new CrashRun(run, initial, scenario);
  }

  /**
   * A structure that is opened once, before the steps, and closed after them if it can be closed; both may crash. The same
   * function opens it after a crash, first to recover, and then once more for the check.
   */
  public <T> CrashSteps<T> open(Opener<T> opener) {
    return new CrashSteps<>(run, initial, opener);
  }

  TestRun testRun() {
    return run;
  }
}
