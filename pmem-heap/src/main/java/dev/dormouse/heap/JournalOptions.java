package dev.dormouse.heap;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How much a {@link JournaledMedia} may use.
 *
 * @param journalBytes length of the journal's ring on the disk: what recovery may have to read, and twice what one epoch may change.
 *     Recovery takes a little more than that of the heap where what was stored lies together, and many times as much where it is words
 *     in pages of their own: {@code docs/journal.md}. A multiple of {@code ringBytes}, at most 1 GiB
 * @param ringBytes of the newest part of it that is in memory: a power of two from 16 KiB to 16 MiB
 * @param privateBytes how much may be in memory beside what the page cache holds: pages that were stored to and not given back yet
 * @param delay after which at the latest what was ordered is written to the disk, where nobody waits for it; writing takes its time
 *     besides
 * @param background whether a thread of the medium migrates; without it whoever has to wait for room does, for tests
 * @param archive the folder in which everything that is committed is kept, so that the pool can be restored to any point; null for none
 */
public record JournalOptions(long journalBytes, int ringBytes, long privateBytes, Duration delay, boolean background, Path archive) {
  private static final int LEAST_RING = 16 << 10;
  private static final int MOST_RING = 16 << 20;
  private static final Duration MOST_DELAY = Duration.ofHours(1);
  static final long MOST_JOURNAL = 1L << 30;
  private static final Duration STANDARD_DELAY = Duration.ofMillis(20);

  /** 64 MiB of journal, 8 MiB of it in memory, at most 1 GiB of private pages, 20 milliseconds of delay. */
  public static final JournalOptions STANDARD = new JournalOptions(64L << 20, 8 << 20, 1L << 30, true);

  /** With the delay of {@link #STANDARD}, and no archive. */
  public JournalOptions(long journalBytes, int ringBytes, long privateBytes, boolean background) {
    this(journalBytes, ringBytes, privateBytes, STANDARD_DELAY, background, null);
  }

  public JournalOptions {
    if (delay.isNegative() || delay.compareTo(MOST_DELAY) > 0) {
      throw new IllegalArgumentException("a delay of " + delay + ": from nothing to " + MOST_DELAY + " expected");
    }
    if (Integer.bitCount(ringBytes) != 1 || ringBytes < LEAST_RING || ringBytes > MOST_RING) {
      throw new IllegalArgumentException("a ring of " + ringBytes + " bytes: a power of two from " + LEAST_RING + " to " + MOST_RING + " expected");
    }
    if (journalBytes < 2L * ringBytes || journalBytes % ringBytes != 0 || journalBytes > MOST_JOURNAL) {
      throw new IllegalArgumentException(
          "a journal of " + journalBytes + " bytes: a multiple of its ring's " + ringBytes + " expected, at least 2 of them and at most " + MOST_JOURNAL);
    }
    if (privateBytes < Geometry.PAGE_BYTES) {
      throw new IllegalArgumentException(privateBytes + " bytes of private pages: at least one page of " + Geometry.PAGE_BYTES + " expected");
    }
  }

  /** The same with another length of the journal, and a ring that suits it. */
  public JournalOptions withJournalBytes(long bytes) {
    long ring = Math.clamp(Long.highestOneBit(Math.max(1, bytes / 8)), LEAST_RING, MOST_RING);
    return new JournalOptions((bytes + ring - 1) / ring * ring, (int) ring, privateBytes, delay, background, archive);
  }

  /** The same with another delay. */
  public JournalOptions withDelay(Duration longest) {
    return new JournalOptions(journalBytes, ringBytes, privateBytes, longest, background, archive);
  }

  /** The same with another limit of private pages. */
  public JournalOptions withPrivateBytes(long bytes) {
    return new JournalOptions(journalBytes, ringBytes, bytes, delay, background, archive);
  }

  /**
   * The same with an archive. The folder is made if it is not there; its parent must be. It is of one pool, and had better lie on another
   * disk.
   */
  public JournalOptions withArchive(Path folder) {
    return new JournalOptions(journalBytes, ringBytes, privateBytes, delay, background, folder);
  }
}
