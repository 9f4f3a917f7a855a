package dev.dormouse.emulation;

import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolReader;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a scenario once, then crashes it at every point at which the set of possible contents can change, in every way that
 * the {@link PersistencyModel} allows or in a bounded choice of them, recovers from each crash, crashes inside the recovery
 * too, and checks a promise after each.
 *
 * <p><b>Points</b> are numbered from 0. Under {@code PX86} and {@code PAGE_CACHE} there is one before each fence takes
 * effect, under {@code SECTORS} one before each sync of everything or of a range ({@link Media#settle}), and under all
 * three one before each mark if there was a store or a mark since the last point or it is the first event, and one at the
 * end; what could be left at any other moment, with the same marks, could also be left at one of these. Under {@code EADR} there is one before each stored piece and each mark, and one at the end.
 *
 * <p><b>States.</b> A crash leaves many contents, but the recovery and the check tell apart only those that differ in what
 * they read; so a content is decided word by word, when it is read, and each way to decide is one state. Both must
 * therefore do the same whenever they read the same: no clock, no chance that decides what is read, no memory of an
 * earlier try.
 *
 * <p><b>Reproduction.</b> The system properties {@code crash.seed}, {@code crash.point} and {@code crash.choices}, as a
 * violation's message prints them, make every exploration in the JVM try that crash only; without {@code crash.choices},
 * all images of the point. The scenario has to be deterministic for that: one thread, or threads that take turns.
 *
 * <p>Everything runs in the calling thread; explorations in several threads do not disturb one another.
 */
public final class CrashExplorer {
  /** How many violations are collected before an exploration ends. */
  public static final int MAX_VIOLATIONS = 64;

  /** How many violations are tried again with less lost; the others are reported as they were found. */
  private static final int MOST_MINIMISED = 4;

  /** What is crashed. It writes to {@code media} and marks what it promised; it may close it. */
  @FunctionalInterface
  public interface Scenario {
    /** Runs to its end, without a crash. */
    void run(CrashMedia media) throws Exception;
  }

  /** What is done first after a crash. It must end the same whether or not an earlier one was cut short. */
  @FunctionalInterface
  public interface Recovery {
    /** Makes the content consistent, persists that, and may close {@code media}, which only the calling thread may use. */
    void recover(Media media) throws Exception;
  }

  /** What has to be true after any crash and recovery. */
  @FunctionalInterface
  public interface Invariant {
    /**
     * Throws if the promise does not hold. What it stores is seen by nobody.
     *
     * @param recovered the medium as the recovery left it, open; only the calling thread may use it
     * @param marks what was marked before the crash of the scenario, in order; immutable
     */
    void check(Media recovered, List<Object> marks) throws Exception;
  }

  private final CrashImage initial;
  private final Recovery recovery;
  private final Invariant invariant;
  private final CrashOptions options;

  private CrashExplorer(PoolReader initial, Recovery recovery, Invariant invariant, CrashOptions options) {
    this.initial = CrashImage.of(initial);
    this.recovery = recovery;
    this.invariant = invariant;
    this.options = options;
  }

  /**
   * Explores the crashes of {@code scenario} on a medium that starts as {@code initial}, which must not change meanwhile.
   *
   * @throws IllegalStateException if the scenario itself fails; if it records no store or nothing that orders one, or the
   *     invariant reads nothing, because then a clean report would mean nothing; if the crash that system properties ask
   *     for does not come up; or if recovery or check do not do the same when they read the same
   */
  public static CrashReport explore(
      PoolReader initial, Scenario scenario, Recovery recovery, Invariant invariant, CrashOptions options) {
    return new CrashExplorer(initial, recovery, invariant, options).run(scenario);
  }

  /**
   * Leaves out each flush and each fence of the scenario, one at a time, and explores what is left up to its first
   * violation: those that no outcome needs are a cost. It says so for this scenario and this model; another may need them.
   * One exploration for each call of {@code flush} and {@code fence}: for small scenarios, which must do the same each time.
   *
   * @throws IllegalStateException as {@link #explore}, and if there is a violation with every flush and fence in place
   */
  public static List<Finding> needless(
      PoolReader initial, Scenario scenario, Recovery recovery, Invariant invariant, CrashOptions options) {
    CrashReport whole = explore(initial, scenario, recovery, invariant, options.stoppingAtFirstViolation());
    if (!whole.violations().isEmpty()) {
      throw new IllegalStateException(
          "crash exploration: what is needless cannot be told while there are violations: "
              + whole.violations().getFirst().message());
    }
    CrashMedia media = record(CrashImage.of(initial), scenario, options);
    Trace trace = media.recorded();
    List<Finding> needless = new ArrayList<>();
    for (int event = 0; event < trace.size(); event++) {
      Trace.Kind kind = trace.kind(event);
      if (kind == Trace.Kind.FLUSH || kind == Trace.Kind.FENCE) {
        CrashOptions without =
            options.stoppingAtFirstViolation().withFaults(new Without(options.faults(), kind, trace.value(event)));
        if (explore(initial, scenario, recovery, invariant, without).violations().isEmpty()) {
          needless.add(
              new Finding(
                  kind == Trace.Kind.FLUSH ? Finding.Kind.NEEDLESS_FLUSH : Finding.Kind.NEEDLESS_FENCE,
                  "nothing breaks without " + trace.describe(event),
                  trace.source(event),
                  1));
        }
      }
    }
    return needless;
  }

  /** Leaves out one flush or one fence, beside what another plan leaves out. */
  private static final class Without implements FaultPlan {
    private final FaultPlan others;
    private final Trace.Kind kind;
    private final long dropped;
    private long flushes;

    Without(FaultPlan others, Trace.Kind kind, long dropped) {
      this.others = others;
      this.kind = kind;
      this.dropped = dropped;
    }

    @Override
    public boolean keepStore(long offset, long lengthBytes) {
      return others.keepStore(offset, lengthBytes);
    }

    @Override
    public boolean keepStoreOnMedia(long offset, long lengthBytes) {
      return others.keepStoreOnMedia(offset, lengthBytes);
    }

    @Override
    public boolean keepFlush(long offset, long lengthBytes) {
      boolean isDropped = flushes++ == dropped && kind == Trace.Kind.FLUSH;
      return others.keepFlush(offset, lengthBytes) && !isDropped;
    }

    @Override
    public boolean keepFence(long ordinal) {
      return others.keepFence(ordinal) && (ordinal != dropped || kind != Trace.Kind.FENCE);
    }
  }

  private static CrashMedia record(CrashImage initial, Scenario scenario, CrashOptions options) {
    CrashMedia media = new CrashMedia(initial, options.model(), options.faults(), Sources.recorded());
    try {
      scenario.run(media);
    } catch (Exception e) {
      throw new IllegalStateException("crash exploration: the scenario failed without any crash: " + e, e);
    }
    media.stopRecording();
    return media;
  }

  private CrashReport run(Scenario scenario) {
    CrashMedia media = record(initial, scenario, options);
    Trace trace = media.recorded();
    requireStoresAndOrder(trace, media);
    Reproduction wanted = Reproduction.fromSystemProperties();
    Exploration exploration = explore(trace, options, wanted, Sources.NONE);
    List<Exploration.Found> found = exploration.run();
    if (wanted.isWanted() && !exploration.reproduced()) {
      throw new IllegalStateException(
          "crash exploration: no crash is " + wanted + " here; the scenario, its options or the code differ from those of"
              + " the message, or the properties are meant for another test");
    }
    if (found.isEmpty() && !exploration.invariantHasRead()) {
      throw new IllegalStateException(
          "crash exploration: the invariant read nothing from the medium after any crash, so that it holds means nothing");
    }
    List<CrashViolation> violations = new ArrayList<>();
    for (Exploration.Found one : found) {
      violations.add(explain(trace, one, exploration.seed(), violations.size() < MOST_MINIMISED && !wanted.isWanted()));
    }
    List<Finding> findings = new ArrayList<>(TraceReview.findings(trace, options.model()));
    findings.addAll(exploration.findings());
    return CrashReportFile.note(options, exploration.report(violations, findings));
  }

  private static void requireStoresAndOrder(Trace trace, CrashMedia media) {
    boolean stores = false;
    boolean settles = false;
    for (int event = 0; event < trace.size(); event++) {
      settles |= trace.kind(event) == Trace.Kind.SETTLE;
      stores |= trace.kind(event) == Trace.Kind.STORE || trace.kind(event) == Trace.Kind.LOST_STORE;
    }
    if (!stores || (media.fences() + media.syncs() == 0 && !settles)) {
      throw new IllegalStateException(
          "crash exploration: the scenario recorded no " + (stores ? "fence and no sync" : "store")
              + ", so there is nothing to crash; it must use the medium it is given");
    }
  }

  private Exploration explore(Trace trace, CrashOptions how, Reproduction wanted, Sources sources) {
    return new Exploration(initial, trace, recovery, invariant, how, wanted, sources);
  }

  /**
   * Tries a crash again, now with the places in the program from which its recovery stored, and then with one thing after
   * the other that was lost not lost: what is left to be lost in the end is what matters.
   */
  private CrashViolation explain(Trace trace, Exploration.Found found, long seed, boolean minimise) {
    Exploration.Found best =
        again(trace, seed, found.points(), Reproduction.guided(found.points(), found.releases(), found.versions()));
    if (best == null) {
      return violation(found, seed, "\n  it did not come up again when the same crash was tried once more");
    }
    int smaller = 0;
    for (int depth = 0; minimise && depth < best.points().size(); depth++) {
      Choices choices = Choices.parse(best.choices().get(depth));
      for (int question = choices.size() - 1; question >= 0; question--) {
        if (question < choices.size() && choices.taken(question) != 0) {
          List<String> path = new ArrayList<>(best.choices());
          path.set(depth, choices.with(question, 0).toString());
          Exploration.Found less = again(trace, seed, best.points(), Reproduction.of(best.points(), path));
          if (less != null) {
            best = less;
            choices = Choices.parse(best.choices().get(depth));
            smaller++;
          }
        }
      }
    }
    return violation(best, seed, smaller == 0 ? "" : "\n  minimised: " + smaller + " other losses do not matter");
  }

  private static CrashViolation violation(Exploration.Found found, long seed, String remark) {
    return new CrashViolation(
        found.text() + remark, Reproduction.line(seed, found.points(), found.choices()), found.cause());
  }

  /** The violation that the crash leads to; null if it leads to none. */
  private Exploration.Found again(Trace trace, long seed, List<Integer> points, Reproduction wanted) {
    CrashOptions how =
        options.withRecoveryDepth(points.size() - 1).withSeed(seed).stoppingAtFirstViolation();
    List<Exploration.Found> found = explore(trace, how, wanted, Sources.recorded()).run();
    return found.isEmpty() || !found.getFirst().points().equals(points) ? null : found.getFirst();
  }
}
