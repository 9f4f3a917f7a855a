package dev.dormouse.emulation;

import java.util.Arrays;

/**
 * A line of which some stores may be lost: every content that a crash can leave of it, the durable one first, then one more
 * for each piece that was stored.
 */
final class LooseLine {
  private static final int WORDS = CrashImage.LINE_WORDS;

  private final long line;
  private int versions = 1;
  private long[] words = new long[4 * WORDS];
  private long[] hashes = new long[4];
  /** The event that made each version; that of the durable one is meaningless. */
  private int[] events = new int[4];

  LooseLine(long line, CrashImage durable) {
    this.line = line;
    durable.readLine(line, words);
    hashes[0] = CrashImage.hashOf(line, words, 0);
  }

  long line() {
    return line;
  }

  /** The number of contents; 1 if nothing can be lost. Version 0 is durable. */
  int versions() {
    return versions;
  }

  /** The version's part in an image's content hash. */
  long hash(int version) {
    return hashes[version];
  }

  void copyWords(int version, long[] into, int index) {
    System.arraycopy(words, version * WORDS, into, index, WORDS);
  }

  void store(int event, long offset, int length, long value) {
    if (versions == events.length) {
      words = Arrays.copyOf(words, words.length * 2);
      hashes = Arrays.copyOf(hashes, versions * 2);
      events = Arrays.copyOf(events, versions * 2);
    }
    int base = versions * WORDS;
    System.arraycopy(words, base - WORDS, words, base, WORDS);
    int word = (int) (offset >>> 3) % WORDS;
    int shift = (int) (offset & 7) * 8;
    long mask = (length == Long.BYTES ? -1L : (1L << (length * 8)) - 1) << shift;
    long before = words[base + word];
    long after = (before & ~mask) | ((value << shift) & mask);
    words[base + word] = after;
    long key = line * WORDS + word;
    hashes[versions] = hashes[versions - 1] ^ Mix.of(key, before) ^ Mix.of(key, after);
    events[versions] = event;
    versions++;
  }

  /** Makes every store before {@code event} durable; false if they all were. */
  boolean guaranteeBefore(int event) {
    int durable = 0;
    while (durable + 1 < versions && events[durable + 1] < event) {
      durable++;
    }
    if (durable == 0) {
      return false;
    }
    versions -= durable;
    System.arraycopy(words, durable * WORDS, words, 0, versions * WORDS);
    System.arraycopy(hashes, durable, hashes, 0, versions);
    System.arraycopy(events, durable, events, 0, versions);
    return true;
  }

  /** The versions whose content differs from every earlier one, version 0 first. */
  int[] distinctVersions() {
    LongSet seen = new LongSet();
    int[] distinct = new int[versions];
    int count = 0;
    for (int version = 0; version < versions; version++) {
      if (seen.add(hashes[version])) {
        distinct[count++] = version;
      }
    }
    return Arrays.copyOf(distinct, count);
  }
}
