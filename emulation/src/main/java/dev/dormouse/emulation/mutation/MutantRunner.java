package dev.dormouse.emulation.mutation;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** Runs suites on mutants, each in a loader and in a thread of its own. Threads: any may run any. */
public final class MutantRunner {
  private final Predicate<String> fresh;
  private final Duration limit;

  /**
   * @param fresh says by name which classes are loaded anew, see {@link MutantLoader}
   * @param limit how long one run may take: a mutant that does not end within it is killed by that; its thread is left behind
   */
  public MutantRunner(Predicate<String> fresh, Duration limit) {
    this.fresh = fresh;
    this.limit = limit;
  }

  /** What a suite says about the code as it is. Should it say {@link Verdict#killed}, it can say nothing about mutants. */
  public Verdict runOriginal(Class<? extends KillSuite> suite) {
    return run(new MutantLoader(suite.getClassLoader(), fresh, null), suite);
  }

  /**
   * What a suite says about a mutant.
   *
   * @throws IllegalStateException if the edits do not fit the code, what they leave cannot be loaded, or the suite survived
   *     without running the changed code, so that it said nothing about it
   */
  public Verdict run(Mutation mutation, Class<? extends KillSuite> suite) {
    MutantLoader loader = new MutantLoader(suite.getClassLoader(), fresh, mutation);
    loader.requireSound();
    Verdict verdict = run(loader, suite);
    if (!loader.wasReached()) {
      throw new IllegalStateException(
          "mutation " + mutation.name() + ": suite " + suite.getSimpleName() + " never ran the changed code ("
              + mutation.describe() + "), and says " + verdict + "; choose a suite that does");
    }
    return verdict;
  }

  private Verdict run(MutantLoader loader, Class<? extends KillSuite> suite) {
    AtomicReference<Verdict> verdict = new AtomicReference<>();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("suite " + suite.getSimpleName())
            .unstarted(
                () -> {
                  Thread.currentThread().setContextClassLoader(loader);
                  try {
                    KillSuite mine = (KillSuite) loader.loadClass(suite.getName()).getConstructor().newInstance();
                    verdict.set(mine.run());
                  } catch (Throwable e) {
                    thrown.set(e);
                  }
                });
    thread.start();
    try {
      if (!thread.join(limit)) {
        thread.interrupt();
        return Verdict.killed("it did not end within " + limit.toMillis() + " ms", 1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("suite " + suite.getSimpleName() + " was interrupted", e);
    }
    Throwable failure = thrown.get();
    if (failure instanceof LinkageError && !(failure instanceof ExceptionInInitializerError)) {
      throw new IllegalStateException("suite " + suite.getSimpleName() + " cannot be run: " + failure, failure);
    }
    return failure != null ? Verdict.killed("it threw " + failure, 1) : verdict.get();
  }
}
