package dev.dormouse.heap;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Composes a group of a {@link Journal}, and appends it. Used again and again; allocates nothing, unless a group has more parts than
 * any before it. For one thread at a time.
 */
public final class JournalWriter {
  private static final int FIRST_ENTRIES = 64;
  private static final int MOST_KEPT_ENTRIES = 1 << 16;
  private static final int MOST_KEPT_BYTES = 1 << 20;
  private static final int IN_MEMORY = -1;
  private static final int NOWHERE = -1;

  private final Journal journal;
  private final Media memory;
  private final CRC32C crc = new CRC32C();
  private long[] places = new long[FIRST_ENTRIES];
  private long[] lengths = new long[FIRST_ENTRIES];
  // Where in `own` the bytes of an entry are, or IN_MEMORY.
  private int[] sources = new int[FIRST_ENTRIES];
  private int count;
  private long bytes;
  private byte[] own = new byte[FIRST_ENTRIES * Long.BYTES];
  private int ownEnd;
  // The next entry to be written into a record, and how much of it was.
  private int entry;
  private long done;
  private int passed;
  private boolean filledIt;

  JournalWriter(Journal journal, Media memory) {
    this.journal = journal;
    this.memory = memory;
  }

  /** Whether the group has nothing in it. */
  public boolean isEmpty() {
    return count == 0;
  }

  /** The words of a range as they are in memory when the group is appended. Nobody else may store to them meanwhile. */
  public void image(long offset, long length) {
    long start = offset & -Long.BYTES;
    add(start, ((offset + length + Long.BYTES - 1) & -Long.BYTES) - start, IN_MEMORY);
  }

  /** A range of whole words is zero, whatever memory says. */
  public void zeros(long offset, long length) {
    if (((offset | length) & (Long.BYTES - 1)) != 0) {
      throw new IllegalArgumentException("zeros of " + length + " bytes at " + offset + ": whole words expected");
    }
    add(offset | JournalLayout.ZEROS, length, IN_MEMORY);
  }

  /** Whole words that memory does not have in that place. They are copied. */
  public void bytes(long offset, byte[] source, int length) {
    if (ownEnd + length > own.length) {
      own = Arrays.copyOf(own, Math.max(own.length * 2, ownEnd + length));
    }
    System.arraycopy(source, 0, own, ownEnd, length);
    add(offset, length, ownEnd);
    ownEnd += length;
  }

  /** A word that memory does not have in that place. */
  public void word(long offset, long value) {
    if (ownEnd + Long.BYTES > own.length) {
      own = Arrays.copyOf(own, own.length * 2);
    }
    Bytes.putLong(own, ownEnd, value);
    add(offset, Long.BYTES, ownEnd);
    ownEnd += Long.BYTES;
  }

  private void add(long place, long length, int source) {
    if (count == places.length) {
      // The one that says how long they are comes last: where there is no memory for it, the others are none the worse.
      lengths = Arrays.copyOf(lengths, count * 2);
      sources = Arrays.copyOf(sources, count * 2);
      places = Arrays.copyOf(places, count * 2);
    }
    places[count] = place;
    lengths[count] = length;
    sources[count] = source;
    count++;
    bytes += JournalLayout.ENTRY_BYTES + (place < 0 ? 0 : length);
  }

  /**
   * (b) 2, (c) 1 Appends the group, which is empty then. It is ordered when this returns, and durable with a {@link Journal#sync} of
   * what this answers.
   *
   * @return where the group ends
   * @throws PoolFull if the group is longer than any may be; nothing was appended
   * @throws MediaUnavailable if the journal has failed; nothing that counts was appended
   */
  public long append() {
    try {
      long length = JournalLayout.RECORD_BYTES + bytes;
      return length <= journal.mostRecordBytes() ? appendWhole((int) length) : appendParts();
    } finally {
      // Nothing that could fail: the group may be durable by now.
      reset();
    }
  }

  private void reset() {
    count = 0;
    bytes = 0;
    ownEnd = 0;
    entry = 0;
    done = 0;
  }

  /** Forgets what was composed, and what a huge group took. */
  public void clear() {
    reset();
    if (places.length > MOST_KEPT_ENTRIES) {
      places = new long[FIRST_ENTRIES];
      lengths = new long[FIRST_ENTRIES];
      sources = new int[FIRST_ENTRIES];
    }
    if (own.length > MOST_KEPT_BYTES) {
      own = new byte[FIRST_ENTRIES * Long.BYTES];
    }
  }

  private static int aligned(int length) {
    return (length + JournalLayout.UNIT_BYTES - 1) & -JournalLayout.UNIT_BYTES;
  }

  private long appendWhole(int length) {
    int claimed = aligned(length);
    filledIt = false;
    long position = journal.claim(claimed);
    try {
      write(position, claimed, JournalLayout.WHOLE, position);
    } finally {
      if (!filledIt) {
        journal.torn = true;
      }
    }
    return position + claimed;
  }

  /** A group that is longer than a record may be. */
  private long appendParts() {
    int part = journal.mostRecordBytes();
    int records = 0;
    int lastLength = 0;
    while (entry < count) {
      lastLength = JournalLayout.RECORD_BYTES + passEntries(NOWHERE, part - JournalLayout.RECORD_BYTES);
      records++;
    }
    lastLength = aligned(lastLength);
    long total = (records - 1L) * part + lastLength;
    if (total > journal.mostGroupBytes()) {
      throw new PoolFull(
          journal.pool(),
          "an epoch that changed " + bytes + " bytes is longer than its journal takes at once, which is " + journal.mostGroupBytes()
              + "; it was undone, change less in one, or give the pool a longer journal");
    }
    entry = 0;
    done = 0;
    int whole = records;
    return journal.appendLong(
        records,
        lastLength,
        (position, length, group) -> write(position, length, (position - group) / part == whole - 1 ? JournalLayout.LAST : JournalLayout.PART, group));
  }

  /**
   * Fills a record that was claimed, with what is left of the group or as much of it as fits. It is filled whatever memory
   * throws; where the stack ends it may not be, and whoever claimed it looks.
   */
  private void write(long position, int length, int kind, long group) {
    boolean written = false;
    int entries = 0;
    try {
      passed = 0;
      passEntries(journal.indexOf(position) + JournalLayout.RECORD_BYTES, length - JournalLayout.RECORD_BYTES);
      entries = passed;
      written = true;
    } finally {
      // Reading memory may fail where a page cannot be had. What follows would wait for ever for a record that is not filled.
      int actual = written ? kind : kind == JournalLayout.WHOLE ? JournalLayout.EMPTY : JournalLayout.ABANDONED;
      journal.head(position, length, actual, group, entries);
      journal.seal(position, length, crc);
      journal.fill(position, length);
      filledIt = true;
    }
  }

  /**
   * Goes through the entries as far as there is room for them, and writes them.
   *
   * @param from where in the ring, or {@link #NOWHERE} to see how long they are
   * @return how many bytes they take
   */
  private int passEntries(int from, int room) {
    byte[] ring = journal.ring();
    int at = 0;
    while (entry < count && room - at >= JournalLayout.ENTRY_BYTES) {
      boolean zeros = places[entry] < 0;
      long left = lengths[entry] - done;
      int most = (room - at - JournalLayout.ENTRY_BYTES) & -Long.BYTES;
      if (!zeros && most < Math.min(left, Media.LINE_BYTES)) {
        break;
      }
      long piece = zeros ? left : Math.min(left, most);
      if (from >= 0) {
        Bytes.putLong(ring, from + at + JournalLayout.PLACE, places[entry] + done);
        Bytes.putLong(ring, from + at + JournalLayout.ENTRY_LENGTH, piece);
      }
      at += JournalLayout.ENTRY_BYTES;
      passed++;
      if (!zeros) {
        if (from >= 0) {
          copy((int) piece, ring, from + at);
        }
        at += (int) piece;
      }
      done += piece;
      if (done == lengths[entry]) {
        entry++;
        done = 0;
      }
    }
    return at;
  }

  private void copy(int length, byte[] destination, int index) {
    if (sources[entry] == IN_MEMORY) {
      // The last word of what is no whole number of words.
      int inside = (int) Math.min(length, memory.sizeBytes() - places[entry] - done);
      memory.read(places[entry] + done, destination, index, inside);
      Arrays.fill(destination, index + inside, index + length, (byte) 0);
    } else {
      System.arraycopy(own, (int) (sources[entry] + done), destination, index, length);
    }
  }
}
