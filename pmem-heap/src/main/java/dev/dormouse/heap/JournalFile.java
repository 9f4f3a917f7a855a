package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.LongUnaryOperator;

/**
 * The header of a journal's file: which pool it belongs to, and from where on it is needed. Two copies; the valid one with the greater
 * serial counts.
 */
final class JournalFile {
  private static final long MAGIC = Bytes.getLong("DORMJRNL".getBytes(StandardCharsets.US_ASCII), 0);
  private static final int MAJOR = 1;
  private static final int COPIES = 2;
  private static final long NOBODYS = 0;
  // What counts up to there can be counted on.
  private static final long MOST_POSITION = Long.MAX_VALUE >>> 2;

  private final DiskFile file;
  private final Checksum checksum = new Checksum();
  private long serial;
  private long name;
  private UUID pool;
  private long poolSerial;
  private long salt;
  private long ringBytes;
  private long cut;

  private JournalFile(DiskFile file) {
    this.file = file;
  }

  /** Where the journal of the pool in a file lies: beside the file itself, by whatever link it was reached. */
  static Path pathFor(Path pool) {
    Path real;
    try {
      real = pool.toRealPath();
    } catch (IOException e) {
      // There is no such pool.
      real = pool;
    }
    return real.resolveSibling(real.getFileName() + ".journal");
  }

  /** How long the file of a journal is. */
  static long fileBytes(long ringBytes) {
    return JournalLayout.FIRST_BYTE + ringBytes;
  }

  /**
   * (i) 1 Begins an empty journal in a file that is long enough; durable when this returns.
   *
   * @param poolSerial of the pool's header
   * @param numbers makes its name and its salt, of numbers that no earlier journal in that file was given
   */
  static JournalFile begin(DiskFile file, UUID pool, long poolSerial, LongUnaryOperator numbers, long ringBytes) throws IOException {
    JournalFile journal = new JournalFile(file);
    // Above whatever was there, so that no older copy counts.
    journal.serial = journal.read() ? journal.serial : 0;
    long number = numbers.applyAsLong(2 * journal.serial);
    journal.name = number == 0 ? 1 : number;
    journal.pool = pool;
    journal.poolSerial = poolSerial;
    journal.salt = numbers.applyAsLong(2 * journal.serial + 1);
    journal.ringBytes = ringBytes;
    journal.cut = 0;
    for (int copy = 0; copy < COPIES; copy++) {
      journal.write();
    }
    return journal;
  }

  /**
   * (i) 1
   *
   * @param serial of the pool's header, which names no journal
   * @throws MediaUnavailable if a file is no journal, or is what another pool needs, or a newer state of this one
   */
  static void requireFree(DiskFile file, UUID pool, long serial) throws IOException {
    JournalFile journal = new JournalFile(file);
    if (journal.read()) {
      // What is older than the pool that it was begun for is a copy, and the pool may still be somewhere.
      if (journal.name != NOBODYS && (!journal.pool.equals(pool) || serial < journal.poolSerial)) {
        throw new MediaUnavailable(
            file.describe(),
            "this is " + wanted(journal.pool, journal.name)
                + ", which was not closed and needs it; put it beside that pool, or delete it if that pool is no more");
      }
    } else if (!journal.isZero()) {
      throw new MediaUnavailable(file.describe(), "is in the way of a journal and is something else, or no copy of its header is sound; move it away, or delete it");
    }
  }

  private boolean isZero() throws IOException {
    byte[] bytes = new byte[(int) Math.min(JournalLayout.FIRST_BYTE, file.sizeBytes())];
    file.read(0, ByteBuffer.wrap(bytes));
    return Arrays.equals(bytes, new byte[bytes.length]);
  }

  /** (h) 5 No pool's header names it any more. */
  void retire() throws IOException {
    name = NOBODYS;
    write();
  }

  /** Whether a journal was begun in a file that was as long then as it is now: what it lies on is durable. */
  static boolean hasBegun(DiskFile file) throws IOException {
    JournalFile journal = new JournalFile(file);
    return journal.read() && fileBytes(journal.ringBytes) == file.sizeBytes();
  }

  /**
   * (h) 1 The journal of that name.
   *
   * @throws Damaged if the file has another, or none
   */
  static JournalFile open(DiskFile file, UUID pool, long name) throws IOException {
    JournalFile journal = new JournalFile(file);
    if (!journal.read()) {
      throw new Damaged(
          file.describe(), "no copy of the header of this journal is sound, and without it " + wanted(pool, name) + " is not whole; restore both from a backup");
    }
    if (journal.name != name || !journal.pool.equals(pool)) {
      throw new Damaged(
          file.describe(),
          "this is journal " + Long.toHexString(journal.name) + " of pool " + journal.pool + ", and " + wanted(pool, name)
              + " belongs beside the pool; put that one there, nothing was changed");
    }
    if (file.sizeBytes() < fileBytes(journal.ringBytes)) {
      throw new Damaged(
          file.describe(), "the file has " + file.sizeBytes() + " bytes, its header says " + fileBytes(journal.ringBytes) + "; it was truncated, restore it with its pool");
    }
    return journal;
  }

  static String wanted(UUID pool, long name) {
    return "journal " + Long.toHexString(name) + " of pool " + pool;
  }

  private boolean read() throws IOException {
    boolean found = false;
    for (int copy = 0; copy < COPIES; copy++) {
      long offset = (long) copy * Geometry.PAGE_BYTES;
      if (file.sizeBytes() < offset + JournalLayout.HEADER_BYTES) {
        continue;
      }
      byte[] bytes = new byte[JournalLayout.HEADER_BYTES];
      file.read(offset, ByteBuffer.wrap(bytes));
      boolean sound =
          Bytes.getLong(bytes, JournalLayout.MAGIC) == MAGIC
              && checksum.ofRecord(bytes, 0, bytes.length, JournalLayout.HEADER_CRC32C) == Bytes.getInt(bytes, JournalLayout.HEADER_CRC32C)
              && isPossible(bytes);
      if (sound && Bytes.getShort(bytes, JournalLayout.MAJOR) != MAJOR) {
        throw new UnsupportedFormat(
            file.describe(),
            "a journal of format " + Bytes.getShort(bytes, JournalLayout.MAJOR) + ", this build reads " + MAJOR + "; use the version of Dormouse that wrote it");
      }
      if (sound && (!found || Bytes.getLong(bytes, JournalLayout.SERIAL) > serial)) {
        found = true;
        serial = Bytes.getLong(bytes, JournalLayout.SERIAL);
        name = Bytes.getLong(bytes, JournalLayout.NAME);
        poolSerial = Bytes.getLong(bytes, JournalLayout.POOL_SERIAL);
        pool = new UUID(Bytes.getLong(bytes, JournalLayout.UUID_HIGH), Bytes.getLong(bytes, JournalLayout.UUID_LOW));
        salt = Bytes.getLong(bytes, JournalLayout.HEADER_SALT);
        ringBytes = Bytes.getLong(bytes, JournalLayout.RING_BYTES);
        cut = Bytes.getLong(bytes, JournalLayout.CUT);
      }
    }
    return found;
  }

  /** A CRC proves what was written, not that it can be meant: what follows is computed from these. */
  private static boolean isPossible(byte[] header) {
    long ring = Bytes.getLong(header, JournalLayout.RING_BYTES);
    long position = Bytes.getLong(header, JournalLayout.CUT);
    long count = Bytes.getLong(header, JournalLayout.SERIAL);
    return ring > 0
        && ring <= JournalOptions.MOST_JOURNAL
        && ring % JournalLayout.SECTOR_BYTES == 0
        && position >= 0
        && position <= MOST_POSITION
        && position % JournalLayout.UNIT_BYTES == 0
        && count >= 0
        && count <= MOST_POSITION;
  }

  /** Writes the header over the older copy, and waits until it is durable. */
  private void write() throws IOException {
    serial++;
    byte[] bytes = new byte[JournalLayout.HEADER_BYTES];
    Bytes.putLong(bytes, JournalLayout.MAGIC, MAGIC);
    Bytes.putShort(bytes, JournalLayout.MAJOR, (short) MAJOR);
    Bytes.putLong(bytes, JournalLayout.SERIAL, serial);
    Bytes.putLong(bytes, JournalLayout.NAME, name);
    Bytes.putLong(bytes, JournalLayout.UUID_HIGH, pool.getMostSignificantBits());
    Bytes.putLong(bytes, JournalLayout.UUID_LOW, pool.getLeastSignificantBits());
    Bytes.putLong(bytes, JournalLayout.HEADER_SALT, salt);
    Bytes.putLong(bytes, JournalLayout.RING_BYTES, ringBytes);
    Bytes.putLong(bytes, JournalLayout.CUT, cut);
    Bytes.putLong(bytes, JournalLayout.POOL_SERIAL, poolSerial);
    Bytes.putInt(bytes, JournalLayout.HEADER_CRC32C, checksum.ofRecord(bytes, 0, bytes.length, JournalLayout.HEADER_CRC32C));
    file.writeThrough((serial % COPIES) * Geometry.PAGE_BYTES, ByteBuffer.wrap(bytes));
  }

  /** (f) 4 */
  void cutAt(long position) throws IOException {
    cut = position;
    write();
  }

  DiskFile file() {
    return file;
  }

  long name() {
    return name;
  }

  long salt() {
    return salt;
  }

  long cut() {
    return cut;
  }

  /** What lies in the ring from the cut on, once around. */
  byte[] fromCut() throws IOException {
    byte[] bytes = new byte[Math.toIntExact(ringBytes)];
    for (int done = 0; done < bytes.length; ) {
      long at = (cut + done) % ringBytes;
      int part = (int) Math.min(bytes.length - done, ringBytes - at);
      file.read(JournalLayout.FIRST_BYTE + at, ByteBuffer.wrap(bytes, done, part));
      done += part;
    }
    return bytes;
  }
}
