package dev.dormouse.emulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A granule of which some stores may be lost: every content that a crash can leave of it, the durable one first, then one
 * for each store that could be the last to survive. As long as one call in no order is all that was stored to it, its words
 * are independent of each other, and it falls into a granule for each. Not thread-safe.
 */
final class LooseGranule {
  /** More pieces of a call than a line has are taken from the lowest address up, where they do not stay independent. */
  private static final int MOST_SUBSET_PIECES = 8;

  private final long firstWord;
  private final int words;
  /** What one call stored in no order, if nothing else is loose; not among the versions. */
  private List<LooseGranule> independent = List.of();
  private int versions = 1;
  private long[] content;
  private long[] hashes = new long[4];
  private int[] events = new int[4];
  /** Whether a version has everything that its event stored; one that has not is no state between two events. */
  private boolean[] whole = new boolean[4];

  /**
   * The granule number {@code number} of {@code 8 * words} bytes. What was stored to it up to {@code event} is durable, and
   * in {@code memory}.
   */
  LooseGranule(long number, int words, int event, StateMemory memory) {
    this(number * words, words, event);
    for (int i = 0; i < words; i++) {
      long index = firstWord + i;
      content[i] = index << 3 < memory.sizeBytes() ? memory.wordBelow(index) : 0;
      hashes[0] ^= Mix.of(index, content[i]);
    }
  }

  private LooseGranule(long firstWord, int words, int event) {
    this.firstWord = firstWord;
    this.words = words;
    this.content = new long[4 * words];
    events[0] = event;
    whole[0] = true;
  }

  /** The index of its first word in the pool. */
  long firstWord() {
    return firstWord;
  }

  int words() {
    return words;
  }

  /** The granules into which it falls: itself, or one for each independent word. */
  List<LooseGranule> parts() {
    return independent.isEmpty() ? List.of(this) : independent;
  }

  /** Whether nothing can be lost. */
  boolean isDurable() {
    return versions == 1 && independent.isEmpty();
  }

  /** The number of contents, where it is its only part; version 0 is durable, the last has every store. */
  int versions() {
    return versions;
  }

  long word(int version, int word) {
    return content[version * words + word];
  }

  /** The version's part in a state's hash: equal contents have equal ones. */
  long hash(int version) {
    return hashes[version];
  }

  /** How many stores the version has in full, of so many; a part of one more if it is not whole. */
  String describe(int version) {
    int kept = 0;
    int all = 0;
    for (int i = 1; i < versions; i++) {
      kept += whole[i] && i <= version ? 1 : 0;
      all += whole[i] ? 1 : 0;
    }
    return kept + " of " + all + " stores" + (whole[version] ? "" : " and a part of the next");
  }

  /** The last event of which the version has anything. */
  int event(int version) {
    return events[version];
  }

  /**
   * The pieces {@code [first, end)} of a trace, all in this granule, were stored by one call.
   *
   * @param tearing whether they survive one by one; otherwise all of them do or none
   * @param anyOrder whether any of them may survive without the others; otherwise they do in their order
   */
  void store(Trace trace, int first, int end, boolean tearing, boolean anyOrder) {
    boolean subsets = anyOrder && end - first <= MOST_SUBSET_PIECES;
    if (isDurable() && tearing && anyOrder && end - first > 1) {
      independent = new ArrayList<>();
      for (int piece = first; piece < end; piece++) {
        independent.add(word(trace, piece, end - 1));
      }
      return;
    }
    joinParts();
    int before = versions - 1;
    if (tearing && subsets) {
      addSubsets(before, end - first, end - 1, piece -> put(trace, first + piece));
    }
    if (tearing && !subsets) {
      for (int piece = first; piece < end; piece++) {
        add(versions - 1, piece, true);
        put(trace, piece);
      }
    } else {
      add(before, end - 1, true);
      for (int piece = first; piece < end; piece++) {
        put(trace, piece);
      }
    }
  }

  /** Adds every proper, non-empty subset of so many pieces: each is a smaller one with one piece more. */
  private void addSubsets(int before, int pieces, int event, IntConsumer put) {
    for (int subset = 1; subset + 1 < 1 << pieces; subset++) {
      add(before + (subset & (subset - 1)), event, false);
      put.accept(Integer.numberOfTrailingZeros(subset));
    }
  }

  /** What the piece makes of its word, as a granule of its own. */
  private LooseGranule word(Trace trace, int piece, int event) {
    long index = trace.offset(piece) >>> 3;
    LooseGranule word = new LooseGranule(index, 1, events[0]);
    word.content[0] = content[(int) (index - firstWord)];
    word.hashes[0] = Mix.of(index, word.content[0]);
    word.add(0, event, true);
    word.put(trace, piece);
    return word;
  }

  /** From here on the words hang together: what was independent becomes versions of the whole. */
  private void joinParts() {
    List<LooseGranule> parts = independent;
    if (!parts.isEmpty()) {
      independent = List.of();
      int event = parts.getFirst().events[1];
      if (parts.size() <= MOST_SUBSET_PIECES) {
        addSubsets(0, parts.size(), event, piece -> takeNew(parts.get(piece)));
        add(0, event, true);
        parts.forEach(this::takeNew);
      } else {
        for (int piece = 0; piece < parts.size(); piece++) {
          add(versions - 1, event, piece == parts.size() - 1);
          takeNew(parts.get(piece));
        }
      }
    }
  }

  private void takeNew(LooseGranule word) {
    content[(versions - 1) * words + (int) (word.firstWord - firstWord)] = word.content[1];
    hashes[versions - 1] ^= word.hashes[0] ^ word.hashes[1];
  }

  private void add(int like, int event, boolean complete) {
    if (versions == events.length) {
      content = Arrays.copyOf(content, content.length * 2);
      hashes = Arrays.copyOf(hashes, versions * 2);
      events = Arrays.copyOf(events, versions * 2);
      whole = Arrays.copyOf(whole, versions * 2);
    }
    System.arraycopy(content, like * words, content, versions * words, words);
    hashes[versions] = hashes[like];
    events[versions] = event;
    whole[versions] = complete;
    versions++;
  }

  private void put(Trace trace, int piece) {
    int version = versions - 1;
    long index = trace.offset(piece) >>> 3;
    int at = version * words + (int) (index - firstWord);
    int shift = (int) (trace.offset(piece) & 7) * Byte.SIZE;
    long mask = RecordedMedia.maskOf((int) trace.length(piece)) << shift;
    long before = content[at];
    content[at] = (before & ~mask) | (trace.value(piece) << shift & mask);
    hashes[version] ^= Mix.of(index, before) ^ Mix.of(index, content[at]);
  }

  /** Makes every store before {@code event} durable; false if they all were. */
  boolean guaranteeBefore(int event) {
    if (!independent.isEmpty() && independent.getFirst().events[1] < event) {
      joinParts();
    }
    int durable = 0;
    for (int version = 1; version < versions && events[version] < event; version++) {
      durable = whole[version] ? version : durable;
    }
    if (durable == 0) {
      return false;
    }
    versions -= durable;
    System.arraycopy(content, durable * words, content, 0, versions * words);
    System.arraycopy(hashes, durable, hashes, 0, versions);
    System.arraycopy(events, durable, events, 0, versions);
    System.arraycopy(whole, durable, whole, 0, versions);
    return true;
  }
}
