package dev.dormouse.emulation;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A set of states that differ in some granules: for each granule the contents that are still possible. Reading a word
 * chooses among the values that it has in them and leaves those that have the chosen one; a granule that nobody reads
 * stays undecided, so all states that the reader cannot tell apart are one. Not thread-safe.
 */
final class Undecided {
  private static final int FEW = 8;

  private final LooseGranule[] granules;
  private final long[][] allowed;
  private long[] values = new long[FEW];
  private int[] guide;

  /** {@code granules} ascend; {@code allowed} has a bit for each version of each, and is this object's from now on. */
  Undecided(List<LooseGranule> granules, long[][] allowed) {
    this.granules = granules.toArray(LooseGranule[]::new);
    this.allowed = allowed;
  }

  /** One of the states that are left: a version for each granule. */
  int[] oneLeft() {
    int[] versions = new int[allowed.length];
    for (int at = 0; at < versions.length; at++) {
      versions[at] = last(allowed[at]);
    }
    return versions;
  }

  /** Decides from now on as it is in one state, whatever it is asked. */
  void follow(int[] versions) {
    guide = versions;
  }

  /** Whether no state is left. */
  boolean isEmpty() {
    for (long[] set : allowed) {
      if (first(set) < 0) {
        return true;
      }
    }
    return false;
  }

  /** Puts the words that are the same in all states into {@code memory}, and makes the others undecided there. */
  void install(StateMemory memory) {
    for (int at = 0; at < granules.length; at++) {
      settle(at, memory);
    }
  }

  private void settle(int at, StateMemory memory) {
    int any = first(allowed[at]);
    for (int word = 0; word < granules[at].words(); word++) {
      long index = granules[at].firstWord() + word;
      if (index << 3 < memory.sizeBytes()) {
        long value = granules[at].word(any, word);
        if (mayDiffer(at, word, value)) {
          memory.makeUndecided(index);
        } else if (memory.isUndecided(index) || memory.wordBelow(index) != value) {
          memory.set(index, value);
        }
      }
    }
  }

  private boolean mayDiffer(int at, int word, long value) {
    for (int version = 0; version < granules[at].versions(); version++) {
      if (isIn(allowed[at], version) && granules[at].word(version, word) != value) {
        return true;
      }
    }
    return false;
  }

  /** Where the word's granule stands here; negative if it does not. */
  int find(long index) {
    int low = 0;
    int high = granules.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long word = index - granules[middle].firstWord();
      if (word >= 0 && word < granules[middle].words()) {
        return middle;
      }
      if (word > 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /** Chooses the value of a word of granule {@code at}, newest first, and puts it into {@code memory}. */
  long decide(int at, long index, StateMemory memory, Choices choices) {
    LooseGranule granule = granules[at];
    int word = (int) (index - granule.firstWord());
    int count = 0;
    for (int version = granule.versions() - 1; version >= 0; version--) {
      if (isIn(allowed[at], version)) {
        count = addDistinct(count, granule.word(version, word));
      }
    }
    long value = values[guide == null ? choices.choose(count, index) : choices.take(indexOf(granule.word(guide[at], word)), count)];
    if (count > 1) {
      long[] left = new long[allowed[at].length];
      for (int version = 0; version < granule.versions(); version++) {
        if (isIn(allowed[at], version) && granule.word(version, word) == value) {
          left[version >>> 6] |= 1L << version;
        }
      }
      memory.willNarrow(allowed, at);
      allowed[at] = left;
    }
    memory.set(index, value);
    return value;
  }

  private int indexOf(long value) {
    int at = 0;
    while (values[at] != value) {
      at++;
    }
    return at;
  }

  private int addDistinct(int count, long value) {
    for (int i = 0; i < count; i++) {
      if (values[i] == value) {
        return count;
      }
    }
    if (count == values.length) {
      values = Arrays.copyOf(values, count * 2);
    }
    values[count] = value;
    return count + 1;
  }

  /** Decides every word of granule {@code at} that is not. */
  void decideGranule(int at, StateMemory memory, Choices choices) {
    for (int word = 0; word < granules[at].words(); word++) {
      long index = granules[at].firstWord() + word;
      if (index << 3 < memory.sizeBytes() && memory.isUndecided(index)) {
        decide(at, index, memory, choices);
      }
    }
  }

  void decideAll(StateMemory memory, Choices choices) {
    for (int at = 0; at < granules.length; at++) {
      decideGranule(at, memory, choices);
    }
  }

  /** What is still possible, to be given to {@link #narrow}. */
  long[][] possible() {
    return allowed.clone();
  }

  /** Leaves what was still possible once; words that are certain then become so in {@code memory}. */
  void narrow(long[][] possible, StateMemory memory) {
    for (int at = 0; at < granules.length; at++) {
      if (!Arrays.equals(possible[at], allowed[at])) {
        memory.willNarrow(allowed, at);
        allowed[at] = possible[at];
        settle(at, memory);
      }
    }
  }

  /** A hash of the states that are left; where one is left, it depends on its content alone. */
  long hash() {
    long hash = 0;
    for (int at = 0; at < granules.length; at++) {
      LooseGranule granule = granules[at];
      int any = first(allowed[at]);
      boolean one = true;
      long all = 0;
      for (int version = 0; version < granule.versions(); version++) {
        if (isIn(allowed[at], version)) {
          one &= granule.hash(version) == granule.hash(any);
          all += Mix.of(granule.hash(version));
        }
      }
      hash ^= one ? granule.hash(any) ^ granule.hash(0) : Mix.of(granule.firstWord(), all);
    }
    return hash;
  }

  /** Whether only one state is left. */
  boolean isCertain() {
    for (int at = 0; at < granules.length; at++) {
      int any = first(allowed[at]);
      for (int version = any + 1; version < granules[at].versions(); version++) {
        if (isIn(allowed[at], version) && granules[at].hash(version) != granules[at].hash(any)) {
          return false;
        }
      }
    }
    return true;
  }

  /** How many combinations of versions are left, {@code Long.MAX_VALUE} if there are more. */
  long count() {
    long count = 1;
    for (long[] set : allowed) {
      long options = 0;
      for (long bits : set) {
        options += Long.bitCount(bits);
      }
      count = options != 0 && count > Long.MAX_VALUE / options ? Long.MAX_VALUE : count * options;
    }
    return count;
  }

  /** The granules that do not have their newest content, and the version that they have. */
  void forEachLoss(BiConsumer<LooseGranule, Integer> visitor) {
    for (int at = 0; at < granules.length; at++) {
      int version = last(allowed[at]);
      if (granules[at].hash(version) != granules[at].hash(granules[at].versions() - 1)) {
        visitor.accept(granules[at], version);
      }
    }
  }

  /** How many granules are loose. */
  int size() {
    return granules.length;
  }

  private static boolean isIn(long[] set, int version) {
    return (set[version >>> 6] >>> version & 1) != 0;
  }

  private static int first(long[] set) {
    for (int i = 0; i < set.length; i++) {
      if (set[i] != 0) {
        return i * Long.SIZE + Long.numberOfTrailingZeros(set[i]);
      }
    }
    return -1;
  }

  private static int last(long[] set) {
    for (int i = set.length - 1; i >= 0; i--) {
      if (set[i] != 0) {
        return i * Long.SIZE + Long.SIZE - 1 - Long.numberOfLeadingZeros(set[i]);
      }
    }
    return -1;
  }
}
