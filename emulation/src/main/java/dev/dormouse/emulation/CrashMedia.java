package dev.dormouse.emulation;

import dev.dormouse.heap.PagedMemory;
import dev.dormouse.heap.PoolReader;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A medium in the Java heap that records what is asked of it, so that every content which a crash could have left can be
 * made from it. Reads see what the CPU would see: every store that happened. The recording grows by some 40 bytes for each
 * stored word and ends with this object.
 *
 * <p>Any thread may call any method, {@link #close} included; a fence orders the flushes of its own thread only. After
 * the close the methods that touch bytes throw {@link IllegalStateException}; images can still be taken. The durability
 * class is {@link dev.dormouse.heap.DurabilityClass#POWER_LOSS}, modelled.
 */
public final class CrashMedia extends RecordedMedia {
  private final CrashImage initial;
  private final PersistencyModel model;
  private final FaultPlan faults;
  private final PagedMemory memory;
  private final Trace trace;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean recording = true;
  private long fences;
  private long syncs;

  /** A medium whose durable content is {@code initial}, which must stay as it is and open; it is not closed from here. */
  public CrashMedia(PoolReader initial) {
    this(initial, FaultPlan.NONE);
  }

  /** The same, where {@code faults} says what does not happen. */
  public CrashMedia(PoolReader initial, FaultPlan faults) {
    this(initial, PersistencyModel.PX86, faults, Sources.NONE);
  }

  /** The same, which behaves as a medium of {@code model} does and knows where its calls come from. */
  CrashMedia(PoolReader initial, PersistencyModel model, FaultPlan faults, Sources sources) {
    this.initial = CrashImage.of(initial);
    this.model = model;
    this.faults = faults;
    this.memory = new PagedMemory(this.initial);
    this.trace = new Trace(sources);
  }

  /** A medium of so many zeros. */
  public static CrashMedia zeroed(long sizeBytes) {
    return new CrashMedia(new ZeroPool(sizeBytes));
  }

  /** So many zeros, for use as the initial content of a medium or an exploration. */
  public static PoolReader zeros(long sizeBytes) {
    return new ZeroPool(sizeBytes);
  }

  /**
   * Records that the code under test promised something to somebody outside: the invariant is told of all marks that came
   * before the crash.
   */
  public void mark(Object what) {
    enter();
    try {
      absorbLent();
      if (recording) {
        trace.mark(what);
      }
    } finally {
      leave();
    }
  }

  /** What was marked so far. */
  public List<Object> marks() {
    enter();
    try {
      return List.copyOf(trace.marks());
    } finally {
      leave();
    }
  }

  /** How many fences were asked for, dropped ones included. */
  public long fences() {
    enter();
    try {
      return fences;
    } finally {
      leave();
    }
  }

  /** How many syncs were asked for, those of ranges ({@link #settle}) not among them. */
  public long syncs() {
    enter();
    try {
      return syncs;
    } finally {
      leave();
    }
  }

  /** What is left if the process is killed now: everything that was stored, but for what the fault plan keeps from the media. */
  public CrashImage processKilled() {
    enter();
    try {
      absorbLent();
      StateMemory left = new StateMemory(initial);
      MediaState.of(PersistencyModel.EADR, left).applyAll(trace, trace.size());
      return left.image(initial);
    } finally {
      leave();
    }
  }

  /**
   * One of the contents that a crash now may leave under {@code model}; the seed says which. Under {@code EADR} the
   * crash may have come earlier: a prefix of the stores is left. Costs a walk over the whole recording.
   */
  public CrashImage powerLost(PersistencyModel model, long seed) {
    enter();
    try {
      absorbLent();
      SplittableRandom random = new SplittableRandom(seed);
      StateMemory left = new StateMemory(initial);
      MediaState state = MediaState.of(model, left);
      state.applyAll(trace, model == PersistencyModel.EADR ? random.nextInt(trace.size() + 1) : trace.size());
      Choices choices = Choices.random(random);
      Undecided undecided = state.everything(state.firstChoices(0, choices));
      while (undecided.isEmpty()) {
        choices = Choices.random(random);
        undecided = state.everything(state.firstChoices(0, choices));
      }
      undecided.install(left);
      undecided.decideAll(left, choices);
      return left.image(initial);
    } finally {
      leave();
    }
  }

  /** The recording, for the explorer, which reads it when nobody uses this medium any more. */
  Trace recorded() {
    return trace;
  }

  void stopRecording() {
    enter();
    recording = false;
    leave();
  }

  @Override
  public long sizeBytes() {
    return initial.sizeBytes();
  }

  @Override
  public String describe() {
    return "crash emulator";
  }

  @Override
  void enter() {
    lock.lock();
  }

  @Override
  void leave() {
    lock.unlock();
  }

  @Override
  long unguardedWords() {
    return 0;
  }

  @Override
  long word(long index) {
    return memory.word(index);
  }

  @Override
  void setWord(long index, long value) {
    memory.setWord(index, value);
  }

  @Override
  Trace trace() {
    return recording ? trace : null;
  }

  @Override
  FaultPlan faults() {
    return faults;
  }

  @Override
  long countFence() {
    return fences++;
  }

  @Override
  void countSync() {
    syncs++;
  }

  @Override
  PersistencyModel model() {
    return model;
  }
}
