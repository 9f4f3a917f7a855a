package dev.dormouse.emulation;

import java.util.Arrays;

/**
 * A granule of which some stores may be lost: every content that a crash can leave of it, the durable one first, then one
 * for each store that could be the last to survive. Not thread-safe.
 */
final class LooseGranule {
  private final long number;
  private final int words;
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
    this.number = number;
    this.words = words;
    this.content = new long[4 * words];
    for (int i = 0; i < words; i++) {
      long index = number * words + i;
      content[i] = index << 3 < memory.sizeBytes() ? memory.wordBelow(index) : 0;
      hashes[0] ^= Mix.of(index, content[i]);
    }
    events[0] = event;
    whole[0] = true;
  }

  long number() {
    return number;
  }

  int words() {
    return words;
  }

  /** The number of contents; 1 if nothing can be lost. Version 0 is durable, the last has every store. */
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
    int before = versions - 1;
    if (tearing && anyOrder && end - first > 1) {
      // Each subset is a smaller one with one piece more.
      for (int subset = 1; subset + 1 < 1 << (end - first); subset++) {
        int smaller = subset & (subset - 1);
        add(before + smaller, end - 1, false);
        put(trace, first + Integer.numberOfTrailingZeros(subset));
      }
    }
    if (tearing && !anyOrder) {
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
    int at = version * words + (int) (index - number * words);
    int shift = (int) (trace.offset(piece) & 7) * Byte.SIZE;
    long mask = RecordedMedia.maskOf((int) trace.length(piece)) << shift;
    long before = content[at];
    content[at] = (before & ~mask) | (trace.value(piece) << shift & mask);
    hashes[version] ^= Mix.of(index, before) ^ Mix.of(index, content[at]);
  }

  /** Makes every store before {@code event} durable; false if they all were. */
  boolean guaranteeBefore(int event) {
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

  /** Whether all contents are the same. */
  boolean isSettled() {
    for (int version = 1; version < versions; version++) {
      if (hashes[version] != hashes[0]) {
        return false;
      }
    }
    return true;
  }

  /** Which store of the version is the last, for a report: {@code 2 of 5}. */
  String describe(int version) {
    return version + " of " + (versions - 1);
  }
}
