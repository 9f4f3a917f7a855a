package dev.dormouse.heap;

import java.util.Arrays;
import java.util.zip.CRC32C;

/** Reads records of a journal in order, and collects what they say is to be carried out. For one thread. */
final class JournalScan {
  private static final int FIRST_ENTRIES = 256;

  private final byte[] bytes;
  private final long first;
  private final long salt;
  private final long poolBytes;
  private final CRC32C crc = new CRC32C();
  private long[] places = new long[FIRST_ENTRIES];
  private long[] lengths = new long[FIRST_ENTRIES];
  private int[] sources = new int[FIRST_ENTRIES];
  private int count;
  private int complete;
  private long end;
  private long completeEnd;

  /**
   * @param bytes of the journal from the position {@code first} on
   * @param poolBytes what no entry may reach behind
   */
  JournalScan(byte[] bytes, long first, long salt, long poolBytes) {
    this.bytes = bytes;
    this.first = first;
    this.salt = salt;
    this.poolBytes = poolBytes;
    this.end = first;
    this.completeEnd = first;
  }

  /** Reads on, up to the first record that is not sound, or not whole, or not all there. */
  void run() {
    long group = -1;
    while (isRecord(end)) {
      int at = (int) (end - first);
      int kind = Bytes.getInt(bytes, at + JournalLayout.KIND);
      switch (kind) {
        case JournalLayout.WHOLE -> take(at);
        case JournalLayout.PART, JournalLayout.LAST -> {
          long itsGroup = Bytes.getLong(bytes, at + JournalLayout.GROUP);
          if (itsGroup != (group < 0 ? end : group)) {
            return;
          }
          group = kind == JournalLayout.PART ? itsGroup : -1;
          take(at);
        }
        case JournalLayout.ABANDONED -> {
          // What came of its group before is not to be; and so on, until another record begins.
          count = complete;
          group = -1;
        }
        default -> {}
      }
      end += Bytes.getInt(bytes, at + JournalLayout.LENGTH);
      if (group < 0) {
        complete = count;
        completeEnd = end;
      }
    }
  }

  /** Whether a record that is what was written begins at a position, and all of it is there. */
  private boolean isRecord(long position) {
    long at = position - first;
    if (at > bytes.length - JournalLayout.RECORD_BYTES) {
      return false;
    }
    int index = (int) at;
    int length = Bytes.getInt(bytes, index + JournalLayout.LENGTH);
    if (Bytes.getLong(bytes, index + JournalLayout.POSITION) != position
        || Bytes.getLong(bytes, index + JournalLayout.SALT) != salt
        || length < JournalLayout.UNIT_BYTES
        || length % JournalLayout.UNIT_BYTES != 0
        || length > bytes.length - index) {
      return false;
    }
    crc.reset();
    crc.update(bytes, index, JournalLayout.CRC32C);
    crc.update(0);
    crc.update(0);
    crc.update(0);
    crc.update(0);
    int rest = JournalLayout.CRC32C + Integer.BYTES;
    crc.update(bytes, index + rest, length - rest);
    return (int) crc.getValue() == Bytes.getInt(bytes, index + JournalLayout.CRC32C) && isPlausible(index, length);
  }

  /** A CRC proves what was written, not that it can be meant: an entry names a range of whole words inside of the pool. */
  private boolean isPlausible(int index, int length) {
    int entries = Bytes.getInt(bytes, index + JournalLayout.ENTRIES);
    long at = JournalLayout.RECORD_BYTES;
    for (int i = 0; i < entries; i++) {
      if (at > length - JournalLayout.ENTRY_BYTES) {
        return false;
      }
      long place = Bytes.getLong(bytes, index + (int) at + JournalLayout.PLACE);
      long entryLength = Bytes.getLong(bytes, index + (int) at + JournalLayout.ENTRY_LENGTH);
      long offset = place & ~JournalLayout.ZEROS;
      if (((offset | entryLength) & (Long.BYTES - 1)) != 0 || entryLength <= 0 || entryLength > poolBytes || offset > poolBytes - entryLength) {
        return false;
      }
      at += JournalLayout.ENTRY_BYTES + (place < 0 ? 0 : entryLength);
    }
    return entries >= 0 && at <= length;
  }

  private void take(int index) {
    int entries = Bytes.getInt(bytes, index + JournalLayout.ENTRIES);
    int at = index + JournalLayout.RECORD_BYTES;
    for (int i = 0; i < entries; i++) {
      if (count == places.length) {
        places = Arrays.copyOf(places, count * 2);
        lengths = Arrays.copyOf(lengths, count * 2);
        sources = Arrays.copyOf(sources, count * 2);
      }
      places[count] = Bytes.getLong(bytes, at + JournalLayout.PLACE);
      lengths[count] = Bytes.getLong(bytes, at + JournalLayout.ENTRY_LENGTH);
      at += JournalLayout.ENTRY_BYTES;
      sources[count] = at;
      at += places[count] < 0 ? 0 : (int) lengths[count];
      count++;
    }
  }

  /** Where the last sound record ends. */
  long end() {
    return end;
  }

  /** Where the last record ends behind which no group is half there. */
  long completeEnd() {
    return completeEnd;
  }

  /** How many entries are before {@link #completeEnd}, in the order in which they are to be carried out. */
  int count() {
    return complete;
  }

  boolean isZeros(int entry) {
    return places[entry] < 0;
  }

  long offset(int entry) {
    return places[entry] & ~JournalLayout.ZEROS;
  }

  long length(int entry) {
    return lengths[entry];
  }

  /** Where in {@link #bytes} the bytes of an entry are. */
  int source(int entry) {
    return sources[entry];
  }

  byte[] bytes() {
    return bytes;
  }

  /**
   * (h) 3 The position of a sound record behind {@link #end} that was made when the one that is missing there was durable already; -1
   * if there is none, so that what is missing is a torn tail.
   */
  long provesDamage() {
    for (long at = end + JournalLayout.UNIT_BYTES; at <= first + bytes.length - JournalLayout.UNIT_BYTES; at += JournalLayout.UNIT_BYTES) {
      if (isRecord(at) && Bytes.getLong(bytes, (int) (at - first) + JournalLayout.DURABLE) > end) {
        return at;
      }
    }
    return -1;
  }
}
