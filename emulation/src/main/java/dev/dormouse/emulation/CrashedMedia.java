package dev.dormouse.emulation;

import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * What a recovery is given after a crash: the states that the crash may have left, all at once. What it reads decides,
 * word by word, in which of them it is. Only the thread that explores may use it, which is checked. One object serves one
 * exploration, state after state.
 */
final class CrashedMedia extends RecordedMedia {
  private final Thread explorer = Thread.currentThread();
  private final StateMemory memory;
  private final PersistencyModel model;
  private final StateMemory.Decider decider = this::decide;
  private List<Undecided> undecided = List.of();
  private Choices choices = Choices.first();
  private Trace trace;
  private Map<Long, Integer> watched = Map.of();
  private boolean watching;
  private BitSet watchedAndRead = new BitSet();
  private long fences;
  private long reads;

  CrashedMedia(StateMemory memory, PersistencyModel model) {
    this.memory = memory;
    this.model = model;
  }

  /**
   * Starts a life.
   *
   * @param states what crashes may have left, the last crash last
   * @param path decides among them
   * @param record takes the events, if it is not null
   */
  void start(List<Undecided> states, Choices path, Trace record) {
    undecided = states;
    choices = path;
    trace = record;
    fences = 0;
    watching = false;
    reopen();
  }

  void stopRecording() {
    trace = null;
  }

  /** From now on it is noted which of these words are read; the events by which they were stored are their values. */
  void watch(Map<Long, Integer> words) {
    watched = words;
    watching = true;
    watchedAndRead = new BitSet();
  }

  /** The events by which what was read of the watched words was stored. */
  BitSet watchedAndRead() {
    return watchedAndRead;
  }

  /** How many words were read since this object was made. */
  long reads() {
    return reads;
  }

  private long decide(long index) {
    for (int level = undecided.size() - 1; level >= 0; level--) {
      int at = undecided.get(level).find(index);
      if (at >= 0) {
        return undecided.get(level).decide(at, index, memory, choices);
      }
    }
    throw new IllegalStateException("crash exploration: word " + index + " is undecided by nothing");
  }

  @Override
  public long sizeBytes() {
    return memory.sizeBytes();
  }

  @Override
  public String describe() {
    return "crash emulator";
  }

  @Override
  long unguardedWords() {
    return memory.sizeBytes() >>> 3;
  }

  @Override
  void enter() {
    requireExplorer();
  }

  private void requireExplorer() {
    if (Thread.currentThread() != explorer) {
      throw new IllegalStateException(
          "crash exploration: thread " + Thread.currentThread().getName() + " uses the medium of a recovery or a check, which"
              + " only the thread that explores may, because nothing else would be the same at every try");
    }
  }

  @Override
  void leave() {
    // Nobody else can be waiting.
  }

  @Override
  long word(long index) {
    requireExplorer();
    reads++;
    if (watching) {
      noteIfWatched(index);
    }
    return memory.word(index, decider);
  }

  @Override
  void words(long index, int count, byte[] destination, int at) {
    requireExplorer();
    reads += count;
    for (int i = 0; watching && i < count; i++) {
      noteIfWatched(index + i);
    }
    memory.words(index, count, destination, at, decider);
  }

  private void noteIfWatched(long index) {
    Integer event = watched.get(index);
    if (event != null) {
      watchedAndRead.set(event);
    }
  }

  /**
   * If a crash inside this recovery follows, what lay there before may come back with it: so all of the granule that the
   * store makes loose has to be known first.
   */
  @Override
  void setWord(long index, long value) {
    if (trace != null && !undecided.isEmpty()) {
      decideGranuleOf(index);
    }
    memory.set(index, value);
  }

  private void decideGranuleOf(long index) {
    long words = 1L << (model.granuleShift() - 3);
    long first = index & -words;
    long end = Math.min(first + words, (memory.sizeBytes() + 7) >>> 3);
    for (long word = first; word < end; word++) {
      memory.word(word, decider);
    }
  }

  @Override
  Trace trace() {
    return trace;
  }

  @Override
  FaultPlan faults() {
    return FaultPlan.NONE;
  }

  @Override
  long countFence() {
    return fences++;
  }

  @Override
  void countSync() {
    // A recovery's syncs are in its trace.
  }

  @Override
  PersistencyModel model() {
    return model;
  }
}
