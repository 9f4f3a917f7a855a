package dev.dormouse.emulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the media may hold at one moment of a trace: what is durable lies in a {@link StateMemory}, what is loose here. Not
 * thread-safe.
 */
final class MediaState {
  private static final int BEFORE_ALL = -1;

  /** The granule's stores before {@code event} will be durable when the thread orders what it handed over. */
  private record Pending(long granule, int event) {}

  private final PersistencyModel model;
  private final boolean bulkInAnyOrder;
  private final StateMemory memory;
  private final int granuleWords;
  private final TreeMap<Long, LooseGranule> loose = new TreeMap<>();
  private final Map<Long, List<Pending>> pendingByThread = new HashMap<>();
  private final Map<Long, List<Pending>> releasesByThread = new LinkedHashMap<>();
  private List<LooseGranule> parts;
  private long hash;

  /** Nothing is loose yet. What becomes durable goes to {@code memory}. */
  MediaState(PersistencyModel model, boolean bulkInAnyOrder, StateMemory memory) {
    this.model = model;
    this.bulkInAnyOrder = bulkInAnyOrder;
    this.memory = memory;
    this.granuleWords = 1 << (model.granuleShift() - 3);
  }

  static MediaState of(PersistencyModel model, StateMemory memory) {
    return new MediaState(model, true, memory);
  }

  /** Everything before {@code end} happens. */
  void applyAll(Trace trace, int end) {
    int event = 0;
    while (event < end) {
      event = apply(trace, event);
    }
  }

  /** The event, or the whole call of which it is the first piece, happens; returns the event after it. */
  int apply(Trace trace, int event) {
    parts = null;
    if (trace.kind(event) == Trace.Kind.STORE) {
      return store(trace, event);
    }
    switch (trace.kind(event)) {
      case FLUSH -> flush(trace, event);
      case FENCE -> fence(trace, event);
      case SYNC -> sync(loose.values(), event);
      case SETTLE -> sync(touched(trace, event).values(), event);
      case STORE, LOST_STORE, MARK -> {
        // A lost store never gets to the media, and a mark is for the invariant.
      }
    }
    return event + 1;
  }

  /** Changes with what is durable: equal contents that came from the same one have equal hashes. */
  long hash() {
    return hash;
  }

  /** What may hold several contents independently of each other, in ascending order. */
  private List<LooseGranule> parts() {
    if (parts == null) {
      parts = new ArrayList<>();
      for (LooseGranule granule : loose.values()) {
        parts.addAll(granule.parts());
      }
    }
    return parts;
  }

  private List<Pending> pending(long thread) {
    return pendingByThread.computeIfAbsent(thread, number -> new ArrayList<>());
  }

  private int store(Trace trace, int event) {
    if (model == PersistencyModel.EADR) {
      putDurable(trace, event);
      return event + 1;
    }
    int end = trace.endOfCall(event);
    boolean anyOrder = trace.has(event, Trace.LENT) || (bulkInAnyOrder && trace.has(event, Trace.BULK));
    int first = event;
    while (first < end) {
      long number = trace.offset(first) >>> model.granuleShift();
      int next = first + 1;
      while (next < end && trace.offset(next) >>> model.granuleShift() == number) {
        next++;
      }
      if (trace.kind(first) == Trace.Kind.STORE) {
        loose.computeIfAbsent(number, absent -> new LooseGranule(absent, granuleWords, event - 1, memory))
            .store(trace, first, next, model != PersistencyModel.SECTORS || trace.has(event, Trace.LENT), anyOrder);
        if (model == PersistencyModel.PAGE_CACHE) {
          pending(trace.thread(event)).add(new Pending(number, next));
        }
      }
      first = next;
    }
    if (model == PersistencyModel.PAGE_CACHE && trace.has(event, Trace.RELEASE)) {
      releasesByThread
          .computeIfAbsent(trace.thread(event), thread -> new ArrayList<>())
          .add(new Pending(trace.offset(event) >>> model.granuleShift(), end));
    }
    return end;
  }

  private void putDurable(Trace trace, int event) {
    long index = trace.offset(event) >>> 3;
    int shift = (int) (trace.offset(event) & 7) * Byte.SIZE;
    long mask = RecordedMedia.maskOf((int) trace.length(event)) << shift;
    long before = memory.wordBelow(index);
    long after = (before & ~mask) | (trace.value(event) << shift & mask);
    memory.set(index, after);
    hash ^= Mix.of(index, before) ^ Mix.of(index, after);
  }

  private void flush(Trace trace, int event) {
    if (model != PersistencyModel.PX86) {
      return;
    }
    for (long granule : touched(trace, event).keySet()) {
      pending(trace.thread(event)).add(new Pending(granule, event));
    }
  }

  private void fence(Trace trace, int event) {
    if (model != PersistencyModel.PX86 && model != PersistencyModel.PAGE_CACHE) {
      return;
    }
    List<Pending> pending = pendingByThread.remove(trace.thread(event));
    releasesByThread.remove(trace.thread(event));
    if (pending != null) {
      for (Pending one : pending) {
        LooseGranule granule = loose.get(one.granule);
        if (granule != null) {
          guarantee(granule, one.event);
        }
      }
    }
  }

  /** The loose granules that have a byte in the event's range. */
  private SortedMap<Long, LooseGranule> touched(Trace trace, int event) {
    long first = trace.offset(event) >>> model.granuleShift();
    long last = (trace.offset(event) + trace.length(event) - 1) >>> model.granuleShift();
    return loose.subMap(first, true, last, true);
  }

  private void sync(Collection<LooseGranule> synced, int event) {
    if (model == PersistencyModel.SECTORS) {
      for (LooseGranule granule : List.copyOf(synced)) {
        guarantee(granule, event);
      }
    }
  }

  private void guarantee(LooseGranule granule, int event) {
    long before = granule.hash(0);
    if (!granule.guaranteeBefore(event)) {
      return;
    }
    hash ^= before ^ granule.hash(0);
    for (int i = 0; i < granuleWords; i++) {
      long index = granule.firstWord() + i;
      if (index << 3 < memory.sizeBytes() && memory.wordBelow(index) != granule.word(0, i)) {
        memory.set(index, granule.word(0, i));
      }
    }
    if (granule.isDurable()) {
      loose.remove(granule.firstWord() / granuleWords);
    }
  }

  /** Whether a crash at one moment may leave several contents. */
  boolean leavesChoices() {
    return model != PersistencyModel.EADR;
  }

  /** How many choices of executed release stores come first. */
  int releaseChoices() {
    return releasesByThread.size();
  }

  /** How many parts the contents have that could not be left before {@code since}; 0 if nothing was stored since. */
  int newGranules(int since) {
    int count = 0;
    for (LooseGranule granule : parts()) {
      count += isNew(granule, since) ? 1 : 0;
    }
    return count;
  }

  /** The choices that come before all others: of executed release stores, and of a part, where there are {@code parts} of them. */
  int[] firstChoices(int parts, Choices choices) {
    int[] first = new int[releasesByThread.size() + 1];
    int at = 0;
    for (List<Pending> releases : releasesByThread.values()) {
      first[at++] = choices.choose(releases.size() + 1, Choices.RELEASES);
    }
    first[at] = parts == 0 ? 0 : choices.choose(parts, Choices.PART);
    return first;
  }

  /** Every content that a crash now can leave, once it is chosen which release stores were executed. */
  Undecided everything(int[] firstChoices) {
    return new Undecided(parts(), allowed(parts(), firstChoices));
  }

  /**
   * The contents that could not be left before {@code since}, in disjoint parts of which one is chosen: in part <i>n</i> it
   * is the <i>n</i>th new granule, from the last in the pool, that has something new, and those after it have not.
   */
  Undecided newSince(int since, int parts, int[] firstChoices) {
    List<LooseGranule> granules = parts();
    long[][] allowed = allowed(granules, firstChoices);
    int later = parts - 1 - firstChoices[firstChoices.length - 1];
    for (int i = 0; i < allowed.length; i++) {
      LooseGranule granule = granules.get(i);
      if (isNew(granule, since)) {
        later--;
        for (int version = 0; version < granule.versions() && later < 0; version++) {
          boolean isNew = version > 0 && granule.event(version) >= since;
          if (later == -1 ? !isNew : isNew) {
            allowed[i][version >>> 6] &= ~(1L << version);
          }
        }
      }
    }
    return new Undecided(granules, allowed);
  }

  private static boolean isNew(LooseGranule granule, int since) {
    return granule.event(granule.versions() - 1) >= since;
  }

  private long[][] allowed(List<LooseGranule> granules, int[] firstChoices) {
    if (releasesByThread.isEmpty()) {
      return allVersions(granules);
    }
    Map<Long, int[]> bounds = bounds(firstChoices);
    boolean impossible = contradicts(bounds);
    long[][] allowed = new long[granules.size()][];
    for (int i = 0; i < allowed.length; i++) {
      LooseGranule granule = granules.get(i);
      int[] bound = bounds.get(granule.firstWord());
      allowed[i] = new long[(granule.versions() + 63) >>> 6];
      for (int version = 0; version < granule.versions(); version++) {
        int end = granule.event(version) + 1;
        if (!impossible && (bound == null || (end >= bound[0] && end < bound[1]))) {
          allowed[i][version >>> 6] |= 1L << version;
        }
      }
    }
    return allowed;
  }

  private static long[][] allVersions(List<LooseGranule> granules) {
    long[][] all = new long[granules.size()][];
    for (int i = 0; i < all.length; i++) {
      int versions = granules.get(i).versions();
      all[i] = new long[(versions + 63) >>> 6];
      Arrays.fill(all[i], -1);
      all[i][all[i].length - 1] >>>= -versions & 63;
    }
    return all;
  }

  /**
   * For each granule the first event that its content may come from, and the first that it may not: once it is chosen how
   * many release stores of each thread were executed. What is durable was: then no content fits the choice.
   */
  private Map<Long, int[]> bounds(int[] firstChoices) {
    Map<Long, int[]> bounds = new HashMap<>();
    int[] asked = new int[1];
    releasesByThread.forEach(
        (thread, releases) -> {
          int executed = releases.size() - firstChoices[asked[0]++];
          int last = executed == 0 ? BEFORE_ALL : releases.get(executed - 1).event;
          for (Pending stored : pending(thread)) {
            if (stored.event <= last) {
              int[] bound = boundOf(stored.granule, bounds);
              bound[0] = Math.max(bound[0], stored.event);
            }
          }
          for (Pending missing : releases.subList(executed, releases.size())) {
            int[] bound = boundOf(missing.granule, bounds);
            bound[1] = Math.min(bound[1], missing.event);
          }
        });
    return bounds;
  }

  private static int[] boundOf(long granule, Map<Long, int[]> bounds) {
    return bounds.computeIfAbsent(granule, number -> new int[] {BEFORE_ALL, Integer.MAX_VALUE});
  }

  /** Whether a release store that is durable is said not to have been executed. */
  private boolean contradicts(Map<Long, int[]> bounds) {
    for (Map.Entry<Long, int[]> bound : bounds.entrySet()) {
      if (bound.getValue()[1] != Integer.MAX_VALUE && !loose.containsKey(bound.getKey())) {
        return true;
      }
    }
    return false;
  }
}
