package dev.dormouse.emulation.junit;

import dev.dormouse.emulation.CrashExplorer;
import dev.dormouse.emulation.CrashMedia;
import dev.dormouse.emulation.CrashReport;
import dev.dormouse.emulation.CrashViolation;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A scenario that is an open structure and steps over it, one after the other. What is checked must be told from the
 * {@link CrashProgress} alone, not from a list of all steps: after a violation the kit runs the scenario again and again with
 * fewer of them, as long as the same kind of exception comes up, and reports the least that it found.
 *
 * @param <T> the structure
 */
public final class CrashSteps<T> {
  /** How long a scenario is explored again and again with steps left out, at most. */
  public static final int MOST_SECONDS_TO_MINIMISE = 30;

  /** Something done with the structure, whose end is its promise. */
  @FunctionalInterface
  public interface Step<T> {
    void run(T structure) throws Exception;
  }

  /** What has to be true after any crash and recovery. */
  @FunctionalInterface
  public interface Check<T> {
    /** Throws if the promise does not hold. What it stores is seen by nobody. */
    void check(T structure, CrashProgress progress) throws Exception;
  }

  /** What can be seen of a structure. */
  @FunctionalInterface
  public interface Look<T> {
    /** A copy, comparable by {@code equals} (arrays by their elements), and with a {@code toString} that reads well. */
    Object look(T structure) throws Exception;
  }

  private record NamedStep<T>(Object what, Step<T> step) {}

  /** A step that has ended, as the explorer knows it. */
  private record Done(Object what) {
    @Override
    public String toString() {
      return what.toString();
    }
  }

  /** Makes the check that goes with a choice of steps. */
  private interface Promise<T> {
    Check<T> over(List<NamedStep<T>> steps);
  }

  private final TestRun run;
  private final PoolReader initial;
  private final CrashScenario.Opener<T> opener;
  private final List<NamedStep<T>> steps = new ArrayList<>();
  private CrashExplorer.Recovery recovery;

  CrashSteps(TestRun run, PoolReader initial, CrashScenario.Opener<T> opener) {
    this.run = run;
    this.initial = initial;
    this.opener = opener;
    this.recovery = media -> close(opener.open(media));
  }

  /**
   * One step more.
   *
   * @param what names it in reports, by its {@code toString}, and in the {@link CrashProgress}
   */
  public CrashSteps<T> step(Object what, Step<T> step) {
    steps.add(new NamedStep<>(Objects.requireNonNull(what, "what a step is named by"), step));
    return this;
  }

  /** What is done first after a crash, in place of opening the structure and closing it. It is crashed itself. */
  public CrashSteps<T> recover(CrashExplorer.Recovery after) {
    recovery = after;
    return this;
  }

  /**
   * Explores, with a check of the test's own.
   *
   * @param check is given the structure, opened once more after the recovery, and how far the steps had come
   * @throws CrashFailure if it throws after some crash
   * @throws IllegalStateException if a step fails without any crash, if there is nothing to crash, or if the crash that
   *     system properties ask for does not come up
   */
  public CrashReport check(Check<T> check) {
    return explore(_ -> check);
  }

  /**
   * Explores, and expects that after every crash the structure looks as it did before the step that was under way, or as it
   * did after it. How it should look is learnt by running the steps once without a crash.
   *
   * @throws CrashFailure if it looks different after some crash
   * @throws IllegalStateException as for {@link #check}; or if it looks the same all the time, because then any crash
   *     would pass
   */
  public CrashReport allOrNothing(Look<T> look) {
    return explore(
        chosen -> {
          List<Object> looks = looks(chosen, look);
          return (structure, progress) -> Looks.requireAllOrNothing(looks, look.look(structure), progress);
        });
  }

  private CrashReport explore(Promise<T> promise) {
    run.begin();
    Optional<List<Integer>> wanted = Properties.steps(steps.size());
    List<Integer> all = IntStream.range(0, steps.size()).boxed().toList();
    List<Integer> indices = wanted.orElse(all);
    List<NamedStep<T>> chosen = choose(indices);
    Check<T> check = promise.over(chosen);
    CrashReport report =
        run.explore(initial, media -> run(media, chosen), recovery, (media, marks) -> check(media, marks, chosen, check));
    if (report.violations().isEmpty()) {
      return report;
    }
    CrashViolation violation = report.violations().getFirst();
    if (wanted.isPresent() || Properties.nameACrash()) {
      throw failure(report, violation, indices, "of those that ran");
    }
    Minimiser<Integer, CrashViolation> fewest =
        new Minimiser<>(rest -> find(rest, promise, violation), forAWhile(), indices, violation).run();
    String kind = fewest.isMinimal() ? "the fewest that break it" : "fewer may break it";
    throw failure(report, fewest.found(), fewest.elements(), kind);
  }

  private static BooleanSupplier forAWhile() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS_TO_MINIMISE);
    return () -> System.nanoTime() - end < 0;
  }

  /** Explores with fewer steps. A choice of steps that cannot run, or stores nothing, breaks no promise. */
  private Optional<CrashViolation> find(List<Integer> indices, Promise<T> promise, CrashViolation like) {
    List<NamedStep<T>> chosen = choose(indices);
    try {
      Check<T> check = promise.over(chosen);
      return CrashExplorer.explore(
              initial,
              media -> run(media, chosen),
              recovery,
              (media, marks) -> check(media, marks, chosen, check),
              run.options())
          .violations()
          .stream()
          .filter(found -> found.cause().getClass() == like.cause().getClass())
          .findFirst();
    } catch (RuntimeException | AssertionError _) {
      return Optional.empty();
    }
  }

  private List<NamedStep<T>> choose(List<Integer> indices) {
    return indices.stream().map(steps::get).toList();
  }

  private void run(CrashMedia media, List<NamedStep<T>> chosen) throws Exception {
    T structure = opener.open(media);
    for (NamedStep<T> step : chosen) {
      run(step, structure);
      media.mark(new Done(step.what));
    }
    close(structure);
  }

  private static <T> void run(NamedStep<T> step, T structure) {
    try {
      step.step.run(structure);
    } catch (Exception e) {
      throw new IllegalStateException("step " + step.what + ": " + e, e);
    }
  }

  private List<Object> looks(List<NamedStep<T>> chosen, Look<T> look) {
    List<Object> looks = new ArrayList<>();
    try {
      T structure = opener.open(new CrashMedia(initial));
      looks.add(look.look(structure));
      for (NamedStep<T> step : chosen) {
        run(step, structure);
        looks.add(look.look(structure));
      }
      close(structure);
    } catch (Exception e) {
      throw new IllegalStateException(run.name() + ": the scenario failed without any crash: " + e, e);
    }
    Looks.requireChange(run.name(), looks);
    return looks;
  }

  private void check(Media media, List<Object> marks, List<NamedStep<T>> chosen, Check<T> check) throws Exception {
    List<Object> done =
        marks.stream().filter(Done.class::isInstance).map(mark -> ((Done) mark).what).toList();
    Optional<Object> underWay = done.size() < chosen.size() ? Optional.of(chosen.get(done.size()).what) : Optional.empty();
    T structure = opener.open(media);
    try {
      check.check(structure, new CrashProgress(done, underWay));
    } catch (Throwable e) {
      closeAfter(e, structure);
      throw e;
    }
    close(structure);
  }

  private static void closeAfter(Throwable failure, Object structure) {
    try {
      close(structure);
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  private static void close(Object structure) throws Exception {
    if (structure instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  private CrashFailure failure(CrashReport report, CrashViolation violation, List<Integer> indices, String kind) {
    String numbers = indices.stream().map(index -> Integer.toString(index + 1)).collect(Collectors.joining(","));
    boolean some = indices.size() < steps.size();
    String property = some ? "-D" + Properties.STEPS + "=" + (indices.isEmpty() ? Properties.NO_STEPS : numbers) + " " : "";
    String listed =
        indices.stream().map(index -> "(" + (index + 1) + ") " + steps.get(index).what).collect(Collectors.joining(", "));
    String text =
        "steps, " + indices.size() + " of " + steps.size() + ", " + kind + ": " + (listed.isEmpty() ? "none" : listed);
    List<Object> whats = indices.stream().map(index -> steps.get(index).what).toList();
    return new CrashFailure(FailureText.of(run, violation, property, Optional.of(text)), report, violation, whats);
  }
}
