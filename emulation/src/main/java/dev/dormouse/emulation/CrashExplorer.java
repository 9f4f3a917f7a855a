package dev.dormouse.emulation;

import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Runs a scenario once, then crashes it at every point at which the set of possible contents can change, in every way that
 * the {@link PersistencyModel} allows or in a bounded choice of them, recovers from each crash, crashes inside the recovery
 * too, and checks a promise after each.
 *
 * <p><b>Points</b> are numbered from 0. Under {@code PX86} there is one before each fence takes effect, one before each mark
 * if there was a store or a mark since the last point, and one at the end; what could be left at any other moment, with
 * the same marks, could also be left at one of these. Under {@code EADR} there is one before each stored piece and each mark, and one at the end.
 *
 * <p><b>Reproduction.</b> The system properties {@code crash.seed}, {@code crash.point} and {@code crash.image}, as a
 * violation's message prints them, make every exploration in the JVM try that crash only; without {@code crash.image},
 * all images of the point. The scenario has to be deterministic for that: one thread, or threads that take turns.
 *
 * <p>Everything runs in the calling thread; explorations in several threads do not disturb one another.
 */
public final class CrashExplorer {
  /** How many violations are collected before an exploration ends. */
  public static final int MAX_VIOLATIONS = 64;

  /** What is crashed. It writes to {@code media} and marks what it promised; it may close it. */
  @FunctionalInterface
  public interface Scenario {
    /** Runs to its end, without a crash. */
    void run(CrashMedia media) throws Exception;
  }

  /** What is done first after a crash. It must end the same whether or not an earlier one was cut short. */
  @FunctionalInterface
  public interface Recovery {
    /** Makes the content consistent, persists that, and may close {@code media}. */
    void recover(Media media) throws Exception;
  }

  /** What has to be true after any crash and recovery. */
  @FunctionalInterface
  public interface Invariant {
    /**
     * Throws if the promise does not hold. What it stores is seen by nobody.
     *
     * @param recovered the medium as the recovery left it, open
     * @param marks what was marked before the crash of the scenario, in order; immutable
     */
    void check(Media recovered, List<Object> marks) throws Exception;
  }

  private final PoolReader initial;
  private final Recovery recovery;
  private final Invariant invariant;
  private final CrashOptions options;
  private final Reproduction wanted = Reproduction.fromSystemProperties();
  private final long seed;
  private final LongSet[] seen;
  private final List<CrashViolation> violations = new ArrayList<>();
  private int points;
  private long images;
  private long distinctStates;
  private long recoveryStates;
  private int pointsCutOff;
  private long recoveryPointsCutOff;
  private boolean reproduced;

  private CrashExplorer(PoolReader initial, Recovery recovery, Invariant invariant, CrashOptions options) {
    this.initial = initial;
    this.recovery = recovery;
    this.invariant = invariant;
    this.options = options;
    this.seed = wanted.seedOr(options.seed());
    this.seen = new LongSet[options.recoveryDepth() + 1];
    for (int depth = 0; depth < seen.length; depth++) {
      seen[depth] = new LongSet();
    }
  }

  /**
   * Explores the crashes of {@code scenario} on a medium that starts as {@code initial}, which must not change meanwhile.
   *
   * @throws IllegalStateException if the scenario itself fails, or records no store or no fence, because then a clean
   *     report would mean nothing; or if the crash that system properties ask for does not come up
   */
  public static CrashReport explore(
      PoolReader initial, Scenario scenario, Recovery recovery, Invariant invariant, CrashOptions options) {
    return new CrashExplorer(initial, recovery, invariant, options).run(scenario);
  }

  private CrashReport run(Scenario scenario) {
    CrashMedia media = new CrashMedia(initial, options.faults());
    try {
      scenario.run(media);
    } catch (Exception e) {
      throw new IllegalStateException("crash exploration: the scenario failed without any crash: " + e, e);
    }
    media.stopRecording();
    Trace trace = media.trace();
    requireStoresAndFences(trace, media.fences());
    walk(CrashImage.of(initial), trace, trace.size(), Optional.empty(), 0, List.of());
    if (wanted.isWanted() && !reproduced) {
      throw new IllegalStateException(
          "crash exploration: no crash is " + wanted + " here; the scenario, its options or the code differ from those of"
              + " the message, or the properties are meant for another test");
    }
    return new CrashReport(
        points, images, distinctStates, recoveryStates, pointsCutOff, recoveryPointsCutOff, violations);
  }

  private static void requireStoresAndFences(Trace trace, long fences) {
    boolean stores = false;
    for (int event = 0; event < trace.size(); event++) {
      stores |= trace.kind(event) == Trace.Kind.STORE || trace.kind(event) == Trace.Kind.LOST_STORE;
    }
    if (!stores || fences == 0) {
      throw new IllegalStateException(
          "crash exploration: the scenario recorded no " + (stores ? "fence" : "store")
              + ", so there is nothing to crash; it must use the medium it is given");
    }
  }

  /** Visits the points of the first {@code end} events of a trace; {@code depth} recoveries have been crashed before. */
  private void walk(
      CrashImage start, Trace trace, int end, Optional<Crash> before, int depth, List<Object> outerMarks) {
    MediaState state = new MediaState(start, options.model());
    List<Object> ownMarks = Collections.unmodifiableList(trace.marks());
    boolean changed = false;
    int point = 0;
    int marked = 0;
    for (int event = 0; event <= end && !isOver(); event++) {
      if (event == end || isPoint(trace.kind(event), changed)) {
        List<Object> marks = depth == 0 ? ownMarks.subList(0, marked) : outerMarks;
        visitPoint(state, new Point(before, trace, event, point, depth), marks);
        point++;
        changed = false;
      }
      if (event < end) {
        state.apply(trace, event);
        changed |= trace.kind(event) == Trace.Kind.STORE || trace.kind(event) == Trace.Kind.MARK;
        marked += trace.kind(event) == Trace.Kind.MARK ? 1 : 0;
      }
    }
  }

  private boolean isPoint(Trace.Kind kind, boolean changed) {
    return switch (kind) {
      case FENCE -> options.model() == PersistencyModel.PX86;
      case STORE -> options.model() == PersistencyModel.EADR;
      case MARK -> options.model() == PersistencyModel.EADR || changed;
      case LOST_STORE, FLUSH, SYNC -> false;
    };
  }

  private record Point(Optional<Crash> before, Trace trace, int event, int number, int depth) {
    long seed(long seed) {
      return Mix.of(before.map(crash -> crash.seedBelow(seed)).orElse(seed), number);
    }
  }

  private void visitPoint(MediaState state, Point point, List<Object> marks) {
    if (!wanted.wantsPoint(point.depth, point.number)) {
      return;
    }
    ImageChooser chooser = state.images();
    int bound = point.depth == 0 ? options.maxImagesPerPoint() : options.maxImagesPerRecoveryPoint();
    boolean cutOff = chooser.count() > bound;
    if (point.depth == 0) {
      points++;
      pointsCutOff += cutOff ? 1 : 0;
    } else {
      recoveryPointsCutOff += cutOff ? 1 : 0;
    }
    chooser.visit(bound, point.seed(seed), choice -> visitImage(chooser, choice, point, marks));
  }

  private boolean visitImage(ImageChooser chooser, int[] choice, Point point, List<Object> marks) {
    long key = chooser.key(choice);
    if (!wanted.wantsImage(point.depth, key)) {
      return true;
    }
    reproduced |= wanted.endsAt(point.depth);
    images += point.depth == 0 ? 1 : 0;
    if (isNew(point.depth, Mix.of(chooser.contentHash(choice), marks.size()))) {
      Crash crash =
          new Crash(point.before, point.trace, point.event, point.number, key, () -> chooser.describe(choice));
      recoverAndCheck(chooser.image(choice), crash, point.depth, marks);
    }
    return !isOver();
  }

  /** A state that was met at a smaller depth has been crashed inside of more often than it would be now. */
  private boolean isNew(int depth, long state) {
    for (int smaller = 0; smaller < depth; smaller++) {
      if (seen[smaller].contains(state)) {
        return false;
      }
    }
    if (!seen[depth].add(state)) {
      return false;
    }
    distinctStates += depth == 0 ? 1 : 0;
    recoveryStates += depth == 0 ? 0 : 1;
    return true;
  }

  private void recoverAndCheck(CrashImage image, Crash crash, int depth, List<Object> marks) {
    CrashMedia media = new CrashMedia(image);
    boolean deeper = depth < options.recoveryDepth() && wanted.wantsDepth(depth + 1);
    if (!deeper) {
      media.stopRecording();
    }
    String step = "the recovery failed";
    try {
      recovery.recover(media);
      media.stopRecording();
      media.reopen();
      step = "the check failed";
      invariant.check(media, marks);
    } catch (Throwable e) {
      rethrowIfFatal(e);
      violations.add(crash.violation(options, seed, step, marks.toString(), e));
      return;
    }
    if (deeper) {
      walk(image, media.trace(), media.trace().size(), Optional.of(crash), depth + 1, marks);
    }
  }

  /** A recovery that recurses without end is a finding; a JVM without memory is not. */
  private static void rethrowIfFatal(Throwable e) {
    if (e instanceof VirtualMachineError fatal && !(e instanceof StackOverflowError)) {
      throw fatal;
    }
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isOver() {
    return violations.size() >= (options.stopAtFirstViolation() ? 1 : MAX_VIOLATIONS);
  }
}
