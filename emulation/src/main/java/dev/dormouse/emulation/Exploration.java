package dev.dormouse.emulation;

import dev.dormouse.emulation.CrashExplorer.Invariant;
import dev.dormouse.emulation.CrashExplorer.Recovery;
import dev.dormouse.heap.PoolReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * One walk over a recorded trace: at each point every state that a crash there can leave, after each the recovery and the
 * check, and the same again over the trace of that recovery. How states are left out without losing any is written in
 * {@code docs/crash-model.md}, under <i>Exploration and pruning</i>. Not thread-safe.
 */
final class Exploration {
  /** From so many points one recovery each is looked through for what it did not persist. */
  private static final int MOST_REVIEWS = 256;

  /** A crash that is being tried. */
  record Crash(Trace trace, int event, int point, Choices choices, MediaState state, Undecided undecided) {}

  /** A crash after which the promise did not hold, and what is needed to try it again. */
  record Found(
      List<Integer> points,
      List<String> choices,
      List<String> releases,
      List<int[]> versions,
      String text,
      Throwable cause) {}

  private final Trace trace;
  private final Recovery recovery;
  private final Invariant invariant;
  private final CrashOptions options;
  private final Reproduction wanted;
  private final long seed;
  private final StateMemory memory;
  private final CrashedMedia media;
  private final Trace[] recoveryTraces;
  private final LongSet[] seen;
  private final List<Crash> crashes = new ArrayList<>();
  private final List<Found> found = new ArrayList<>();
  private final Map<String, Integer> unpersistedReads = new LinkedHashMap<>();
  private int lastReviewed = -1;
  private int reviews;
  private int points;
  private int pointsCrashed;
  private long images;
  private long imagesCovered;
  private long distinctStates;
  private long recoveryStates;
  private int pointsCutOff;
  private long recoveryPointsCutOff;
  private boolean invariantHasRead;
  private boolean reproduced;

  Exploration(
      PoolReader initial,
      Trace trace,
      Recovery recovery,
      Invariant invariant,
      CrashOptions options,
      Reproduction wanted,
      Sources sources) {
    this.trace = trace;
    this.recovery = recovery;
    this.invariant = invariant;
    this.options = options;
    this.wanted = wanted;
    this.seed = wanted.seedOr(options.seed());
    this.memory = new StateMemory(initial);
    this.media = new CrashedMedia(memory, options.model());
    this.seen = new LongSet[options.recoveryDepth() + 1];
    this.recoveryTraces = new Trace[seen.length];
    for (int depth = 0; depth < seen.length; depth++) {
      seen[depth] = new LongSet();
      recoveryTraces[depth] = new Trace(sources);
    }
  }

  List<Found> run() {
    walk(trace, 0, List.of());
    return found;
  }

  boolean reproduced() {
    return reproduced;
  }

  boolean invariantHasRead() {
    return invariantHasRead;
  }

  long seed() {
    return seed;
  }

  /** What was noticed in recoveries and checks. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    unpersistedReads.forEach(
        (source, times) ->
            findings.add(
                new Finding(
                    Finding.Kind.UNPERSISTED_READ,
                    "the recovery stored what the check then read, and did not flush and fence it: a crash after the recovery"
                        + " may take it back from those who relied on it",
                    source,
                    times)));
    return findings;
  }

  CrashReport report(List<CrashViolation> violations, List<Finding> findings) {
    return new CrashReport(
        points,
        points - pointsCrashed,
        images,
        imagesCovered,
        distinctStates,
        recoveryStates,
        pointsCutOff,
        recoveryPointsCutOff,
        violations,
        findings);
  }

  /** Visits the points of a trace, of the scenario at depth 0 and of a recovery at others. */
  private void walk(Trace walked, int depth, List<Object> outerMarks) {
    MediaState state = new MediaState(options.model(), options.bulkInAnyOrder(), memory);
    List<Object> ownMarks = Collections.unmodifiableList(walked.marks());
    int since = 0;
    boolean everything = depth == 0 || !options.pruned();
    // Before everything is a moment too, and a mark that comes first must not hide it.
    boolean changed = depth == 0;
    int marked = 0;
    int point = 0;
    int event = 0;
    while (event <= walked.size()) {
      if (event == walked.size() || isPoint(walked.kind(event), changed)) {
        points += depth == 0 ? 1 : 0;
        if (!isOver() && wanted.wantsPoint(depth, point)) {
          pointsCrashed += depth == 0 ? 1 : 0;
          List<Object> marks = depth == 0 ? ownMarks.subList(0, marked) : outerMarks;
          visit(new CrashPoint(walked, event, point, depth, marks, state, everything || wanted.isWanted(), since, memory));
        }
        point++;
        changed = false;
        everything = !options.pruned();
        since = event;
      }
      if (event == walked.size()) {
        return;
      }
      Trace.Kind kind = walked.kind(event);
      changed |= kind == Trace.Kind.STORE || kind == Trace.Kind.MARK;
      if (kind == Trace.Kind.MARK) {
        marked++;
        everything |= depth == 0;
      }
      event = state.apply(walked, event);
      if (depth == 0) {
        memory.forgetLog();
      }
    }
  }

  private boolean isPoint(Trace.Kind kind, boolean changed) {
    PersistencyModel model = options.model();
    return switch (kind) {
      case FENCE -> model == PersistencyModel.PX86 || model == PersistencyModel.PAGE_CACHE;
      case SYNC, SETTLE -> model == PersistencyModel.SECTORS;
      case STORE -> model == PersistencyModel.EADR;
      case MARK -> model == PersistencyModel.EADR || changed;
      case LOST_STORE, FLUSH -> false;
    };
  }

  private void visit(CrashPoint point) {
    int start = memory.mark();
    if (wanted.namesState(point.depth)) {
      tryState(point, wanted.choices(point.depth));
    } else if (point.hasAnythingNew()) {
      search(point);
    }
    memory.takeBackTo(start);
  }

  private void search(CrashPoint point) {
    int bound = point.depth == 0 ? options.maxImagesPerPoint() : options.maxImagesPerRecoveryPoint();
    Choices choices = Choices.first();
    int questions = 0;
    int tried = 0;
    while (tried < bound && !isOver()) {
      choices.restart();
      tried += tryState(point, choices) ? 1 : 0;
      questions = Math.max(questions, choices.size());
      if (!choices.next()) {
        return;
      }
    }
    if (!isOver()) {
      pointsCutOff += point.depth == 0 ? 1 : 0;
      recoveryPointsCutOff += point.depth == 0 ? 0 : 1;
      sample(point, bound, questions);
    }
  }

  /**
   * The states in which most mistakes show first: nothing survives, each choice alone, all but each choice; then random
   * ones. Where the choices alone would take more than half of the bound, a part of them is tried.
   */
  private void sample(CrashPoint point, int bound, int questions) {
    SplittableRandom random = new SplittableRandom(seedOf(point));
    List<Choices> sample = new ArrayList<>(List.of(Choices.last()));
    int singles = 2L * questions < bound ? questions : (bound - 1) / 4;
    int start = questions == 0 ? 0 : random.nextInt(questions);
    for (int i = 0; i < singles; i++) {
      int question = (start + i) % questions;
      sample.add(Choices.alone(question, true));
      sample.add(Choices.alone(question, false));
    }
    while (sample.size() < bound) {
      sample.add(Choices.random(random));
    }
    for (int i = 0; i < bound && !isOver(); i++) {
      tryState(point, sample.get(i));
    }
  }

  private long seedOf(CrashPoint point) {
    long mixed = seed;
    for (Crash crash : crashes) {
      mixed = Mix.of(mixed ^ crash.choices.hash(), crash.point);
    }
    return Mix.of(mixed, point.number);
  }

  /** False if no content fits the first choices. */
  private boolean tryState(CrashPoint point, Choices choices) {
    if (!point.install(choices, wanted)) {
      return false;
    }
    int mark = memory.mark();
    Undecided undecided = point.installed();
    crashes.add(new Crash(point.trace, point.event, point.number, choices, point.state, undecided));
    try {
      if (!options.pruned() && undecided != null) {
        undecided.decideAll(memory, choices);
      }
      images += point.depth == 0 ? 1 : 0;
      recoverAndCheck(point, choices);
      reproduced |= wanted.endsAt(point.depth) && choices.fitted();
      return true;
    } finally {
      crashes.removeLast();
      memory.takeBackTo(mark);
    }
  }

  private void recoverAndCheck(CrashPoint point, Choices choices) {
    boolean known = isCertain();
    if (known && !isNew(point)) {
      return;
    }
    boolean deeper = point.depth < options.recoveryDepth() && wanted.wantsDepth(point.depth + 1);
    boolean reviewed = deeper && point.depth == 0 && point.number > lastReviewed && reviews < MOST_REVIEWS && reviewsRecoveries();
    Trace record = reviewed ? new Trace(Sources.recorded()) : deeper ? recoveryTraces[point.depth] : null;
    if (record != null) {
      record.clear();
    }
    int mark = memory.mark();
    media.start(undecided(), choices, record);
    String step = "the recovery failed";
    try {
      recovery.recover(media);
      media.stopRecording();
      media.reopen();
      step = "the check failed";
      long reads = media.reads();
      if (reviewed) {
        media.watch(TraceReview.unpersisted(record));
      }
      invariant.check(media, point.marks);
      invariantHasRead |= media.reads() > reads;
      if (reviewed) {
        lastReviewed = point.number;
        reviews++;
        media.watchedAndRead().stream().forEach(event -> unpersistedReads.merge(record.source(event), 1, Integer::sum));
      }
    } catch (Throwable e) {
      rethrowIfFatal(e);
      choices.requireConsistent();
      found.add(found(point, step, e));
      return;
    } finally {
      cover(point);
    }
    choices.requireConsistent();
    boolean isNew = known || isNew(point);
    if (deeper && isNew) {
      List<long[][]> possible = undecided().stream().map(Undecided::possible).toList();
      memory.takeBackTo(mark);
      for (int level = 0; level < possible.size(); level++) {
        undecided().get(level).narrow(possible.get(level), memory);
      }
      walk(record, point.depth + 1, point.marks);
    }
  }

  private boolean reviewsRecoveries() {
    return options.model() == PersistencyModel.PX86 && !wanted.isWanted();
  }

  private List<Undecided> undecided() {
    return crashes.stream().map(Crash::undecided).filter(Objects::nonNull).toList();
  }

  private boolean isCertain() {
    for (Crash crash : crashes) {
      if (crash.undecided != null && !crash.undecided.isCertain()) {
        return false;
      }
    }
    return true;
  }

  private void cover(CrashPoint point) {
    if (point.depth == 0) {
      Undecided undecided = crashes.getFirst().undecided;
      long sum = imagesCovered + (undecided == null ? 1 : undecided.count());
      imagesCovered = sum < 0 ? Long.MAX_VALUE : sum;
    }
  }

  private Found found(CrashPoint point, String step, Throwable cause) {
    List<Integer> numbers = new ArrayList<>();
    List<String> choices = new ArrayList<>();
    List<String> releases = new ArrayList<>();
    List<int[]> versions = new ArrayList<>();
    for (Crash crash : crashes) {
      numbers.add(crash.point);
      choices.add(crash.choices.askedText());
      releases.add(crash.choices.prefix(crash.state.releaseChoices()));
      versions.add(crash.undecided == null ? new int[0] : crash.undecided.oneLeft());
    }
    String text = CrashText.of(crashes, options.model(), step, cause, point.marks.toString(), Reproduction.line(seed, numbers, choices));
    return new Found(numbers, choices, releases, versions, text, cause);
  }

  /** A state that was met at a smaller depth has been crashed inside of more often than it would be now. */
  private boolean isNew(CrashPoint point) {
    long content = 0;
    for (Crash crash : crashes) {
      content ^= crash.state.hash() ^ (crash.undecided == null ? 0 : crash.undecided.hash());
    }
    long state = Mix.of(content, point.marks.size());
    for (int smaller = 0; smaller < point.depth; smaller++) {
      if (seen[smaller].contains(state)) {
        return false;
      }
    }
    if (!seen[point.depth].add(state)) {
      return false;
    }
    distinctStates += point.depth == 0 ? 1 : 0;
    recoveryStates += point.depth == 0 ? 0 : 1;
    return true;
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
    return found.size() >= (options.stopAtFirstViolation() ? 1 : CrashExplorer.MAX_VIOLATIONS);
  }
}
