package dev.dormouse.heap;

/**
 * How much a {@link JournaledMedia} may use.
 *
 * @param journalBytes length of the journal's ring on the disk: what recovery may have to read, and twice what one epoch may change.
 *     A multiple of {@code ringBytes}, at most 1 GiB
 * @param ringBytes of the newest part of it that is in memory: a power of two from 16 KiB to 16 MiB
 * @param privateBytes how much may be in memory beside what the page cache holds: pages that were stored to and not given back yet
 * @param background whether a thread of the medium migrates; without it whoever has to wait for room does, for tests
 */
public record JournalOptions(long journalBytes, int ringBytes, long privateBytes, boolean background) {
  /** 64 MiB of journal, 8 MiB of it in memory, at most 1 GiB of private pages. */
  public static final JournalOptions STANDARD = new JournalOptions(64L << 20, 8 << 20, 1L << 30, true);

  private static final int LEAST_RING = 16 << 10;
  private static final int MOST_RING = 16 << 20;
  private static final long MOST_JOURNAL = 1L << 30;

  public JournalOptions {
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
    return new JournalOptions((bytes + ring - 1) / ring * ring, (int) ring, privateBytes, background);
  }

  /** The same with another limit of private pages. */
  public JournalOptions withPrivateBytes(long bytes) {
    return new JournalOptions(journalBytes, ringBytes, bytes, background);
  }
}
