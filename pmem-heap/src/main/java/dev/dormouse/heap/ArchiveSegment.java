package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;

/** A file of an archive that holds what was committed in a part of a life, block by block. For one thread. */
final class ArchiveSegment implements AutoCloseable {
  private static final long MAGIC = Bytes.getLong("DORMARCH".getBytes(StandardCharsets.US_ASCII), 0);
  private static final int MAJOR = 1;
  private static final int SOUGHT_BYTES = 1 << 20;
  private static final int MOST_PAYLOAD = Integer.MAX_VALUE - ArchiveLayout.BLOCK_BYTES;

  private final DiskFile file;
  private final Header header;
  private final Checksum checksum = new Checksum();
  private final CRC32C payloadCrc = new CRC32C();
  private final byte[] head = new byte[ArchiveLayout.BLOCK_BYTES];
  private long place = ArchiveLayout.SEGMENT_BYTES;

  /**
   * What a segment says of itself.
   *
   * @param pool whose redo it is
   * @param life in which it was committed
   * @param number of the segment in it, from 1
   * @param name of the life's journal
   * @param salt of the life's journal
   * @param from the position at which the segment begins
   * @param formerName the name of the journal of the life before, where nobody has changed the pool since that ended; otherwise 0
   * @param formerEnd the position at which that one ended
   * @param openings how often the pool was opened before
   * @param based whether there is a base from which lives go on up to the beginning of this one
   */
  record Header(UUID pool, long life, long number, long name, long salt, long from, long formerName, long formerEnd, long openings, boolean based) {
    /** The header of another segment of the same life. */
    Header of(long newNumber, long newFrom) {
      return new Header(pool, life, newNumber, name, salt, newFrom, formerName, formerEnd, openings, based);
    }
  }

  /**
   * The head of a block.
   *
   * @param place where it lies in the file
   * @param position the first of its redo, or the one at which it holds
   * @param length of its payload, in bytes
   * @param time in milliseconds of the system's clock
   * @param a of a base, its length; of an end, the first serial
   * @param b of a base, its CRC32C; of an end, how many serials there are
   */
  record Block(int kind, long place, long position, int length, long time, long a, int b, int payloadCrc32c) {
    /** Up to which position what comes before the next block reaches. */
    long end() {
      return kind == ArchiveLayout.REDO ? position + length : position;
    }
  }

  private ArchiveSegment(DiskFile file, Header header) {
    this.file = file;
    this.header = header;
  }

  /** Begins a segment in a file that is empty; durable when this returns. */
  static ArchiveSegment begin(DiskFile file, Header header) throws IOException {
    byte[] bytes = new byte[ArchiveLayout.SEGMENT_BYTES];
    Bytes.putLong(bytes, ArchiveLayout.MAGIC, MAGIC);
    Bytes.putShort(bytes, ArchiveLayout.MAJOR, (short) MAJOR);
    Bytes.putLong(bytes, ArchiveLayout.UUID_HIGH, header.pool.getMostSignificantBits());
    Bytes.putLong(bytes, ArchiveLayout.UUID_LOW, header.pool.getLeastSignificantBits());
    Bytes.putLong(bytes, ArchiveLayout.LIFE, header.life);
    Bytes.putLong(bytes, ArchiveLayout.SEGMENT_NUMBER, header.number);
    Bytes.putLong(bytes, ArchiveLayout.NAME, header.name);
    Bytes.putLong(bytes, ArchiveLayout.SEGMENT_SALT, header.salt);
    Bytes.putLong(bytes, ArchiveLayout.FROM, header.from);
    Bytes.putLong(bytes, ArchiveLayout.FORMER_NAME, header.formerName);
    Bytes.putLong(bytes, ArchiveLayout.FORMER_END, header.formerEnd);
    Bytes.putLong(bytes, ArchiveLayout.OPENINGS, header.openings);
    Bytes.putShort(bytes, ArchiveLayout.BASED, (short) (header.based ? 1 : 0));
    Bytes.putInt(bytes, ArchiveLayout.SEGMENT_CRC32C, new Checksum().ofRecord(bytes, 0, bytes.length, ArchiveLayout.SEGMENT_CRC32C));
    file.writeThrough(0, ByteBuffer.wrap(bytes));
    return new ArchiveSegment(file, header);
  }

  /**
   * Stands before the first block of a segment, which it then owns; null if its header is not what was written.
   *
   * @throws UnsupportedFormat if a newer build wrote it
   */
  static ArchiveSegment read(DiskFile file) throws IOException {
    byte[] bytes = new byte[ArchiveLayout.SEGMENT_BYTES];
    if (file.sizeBytes() < bytes.length) {
      return null;
    }
    file.read(0, ByteBuffer.wrap(bytes));
    boolean sound =
        Bytes.getLong(bytes, ArchiveLayout.MAGIC) == MAGIC
            && new Checksum().ofRecord(bytes, 0, bytes.length, ArchiveLayout.SEGMENT_CRC32C) == Bytes.getInt(bytes, ArchiveLayout.SEGMENT_CRC32C);
    if (!sound) {
      return null;
    }
    if (Bytes.getShort(bytes, ArchiveLayout.MAJOR) != MAJOR) {
      throw new UnsupportedFormat(
          file.describe(),
          "an archive of format " + Bytes.getShort(bytes, ArchiveLayout.MAJOR) + ", this build reads " + MAJOR + "; use the version of Dormouse that wrote it");
    }
    return new ArchiveSegment(
        file,
        new Header(
            new UUID(Bytes.getLong(bytes, ArchiveLayout.UUID_HIGH), Bytes.getLong(bytes, ArchiveLayout.UUID_LOW)),
            Bytes.getLong(bytes, ArchiveLayout.LIFE),
            Bytes.getLong(bytes, ArchiveLayout.SEGMENT_NUMBER),
            Bytes.getLong(bytes, ArchiveLayout.NAME),
            Bytes.getLong(bytes, ArchiveLayout.SEGMENT_SALT),
            Bytes.getLong(bytes, ArchiveLayout.FROM),
            Bytes.getLong(bytes, ArchiveLayout.FORMER_NAME),
            Bytes.getLong(bytes, ArchiveLayout.FORMER_END),
            Bytes.getLong(bytes, ArchiveLayout.OPENINGS),
            Bytes.getShort(bytes, ArchiveLayout.BASED) != 0));
  }

  /** Whether nothing was ever written to a file but the beginning of a segment's header. */
  static boolean isEmpty(DiskFile file) throws IOException {
    byte[] bytes = new byte[Math.clamp(file.sizeBytes() - ArchiveLayout.SEGMENT_BYTES, 0, ArchiveLayout.BLOCK_BYTES)];
    if (bytes.length > 0) {
      file.read(ArchiveLayout.SEGMENT_BYTES, ByteBuffer.wrap(bytes));
    }
    return Arrays.equals(bytes, new byte[bytes.length]);
  }

  Header header() {
    return header;
  }

  /** How long the segment is, up to where it was read or written. */
  long bytes() {
    return place;
  }

  /** The next block's head, whose payload may be unsound; null where there is none. */
  Block next() throws IOException {
    if (place > file.sizeBytes() - ArchiveLayout.BLOCK_BYTES) {
      return null;
    }
    file.read(place, ByteBuffer.wrap(head));
    if (!isHead(head, 0, place)) {
      return null;
    }
    long length = Bytes.getLong(head, ArchiveLayout.LENGTH);
    if (length < 0 || length > MOST_PAYLOAD || length > file.sizeBytes() - place - ArchiveLayout.BLOCK_BYTES) {
      return null;
    }
    Block block =
        new Block(
            Bytes.getInt(head, ArchiveLayout.KIND),
            place,
            Bytes.getLong(head, ArchiveLayout.POSITION),
            (int) length,
            Bytes.getLong(head, ArchiveLayout.TIME),
            Bytes.getLong(head, ArchiveLayout.A),
            Bytes.getInt(head, ArchiveLayout.B),
            Bytes.getInt(head, ArchiveLayout.PAYLOAD_CRC32C));
    place = placeBehind(block);
    return block;
  }

  /** Whether a block that was written lies behind where this stands, so that what lies here is damaged, and no crash has cut it short. */
  boolean goesOnBehind() throws IOException {
    byte[] piece = new byte[SOUGHT_BYTES];
    // What lies here may be the head of what a crash has cut short.
    for (long from = place + ArchiveLayout.UNIT_BYTES; from <= file.sizeBytes() - ArchiveLayout.BLOCK_BYTES; from += piece.length) {
      int length = (int) Math.min(piece.length, file.sizeBytes() - from);
      file.read(from, ByteBuffer.wrap(piece, 0, length));
      for (int at = 0; at <= length - ArchiveLayout.BLOCK_BYTES; at += ArchiveLayout.UNIT_BYTES) {
        if (isHead(piece, at, from + at)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isHead(byte[] bytes, int at, long where) {
    return Bytes.getLong(bytes, at + ArchiveLayout.BLOCK_SALT) == header.salt
        && Bytes.getLong(bytes, at + ArchiveLayout.PLACE) == where
        && checksum.ofRecord(bytes, at, ArchiveLayout.BLOCK_BYTES, ArchiveLayout.BLOCK_CRC32C) == Bytes.getInt(bytes, at + ArchiveLayout.BLOCK_CRC32C);
  }

  /** Stands before a block that was read, and is not what was written. */
  void standBefore(Block block) {
    place = block.place;
  }

  private static long placeBehind(Block block) {
    return Geometry.alignUp(block.place + ArchiveLayout.BLOCK_BYTES + block.length, ArchiveLayout.UNIT_BYTES);
  }

  /** The payload of a block; null if it is not what was written. */
  byte[] payload(Block block) throws IOException {
    byte[] bytes = new byte[block.length];
    file.read(block.place + ArchiveLayout.BLOCK_BYTES, ByteBuffer.wrap(bytes));
    payloadCrc.reset();
    payloadCrc.update(bytes, 0, bytes.length);
    return (int) payloadCrc.getValue() == block.payloadCrc32c ? bytes : null;
  }

  /** Writes a block behind the last one, through to the disk. */
  Block append(int kind, long position, byte[] payload, int length, long time, long a, int b) throws IOException {
    payloadCrc.reset();
    payloadCrc.update(payload, 0, length);
    byte[] bytes = Arrays.copyOf(head, ArchiveLayout.BLOCK_BYTES + length);
    Block block = new Block(kind, place, position, length, time, a, b, (int) payloadCrc.getValue());
    Bytes.putInt(bytes, ArchiveLayout.KIND, kind);
    Bytes.putLong(bytes, ArchiveLayout.BLOCK_SALT, header.salt);
    Bytes.putLong(bytes, ArchiveLayout.PLACE, place);
    Bytes.putLong(bytes, ArchiveLayout.POSITION, position);
    Bytes.putLong(bytes, ArchiveLayout.LENGTH, length);
    Bytes.putLong(bytes, ArchiveLayout.TIME, time);
    Bytes.putLong(bytes, ArchiveLayout.A, a);
    Bytes.putInt(bytes, ArchiveLayout.B, b);
    Bytes.putInt(bytes, ArchiveLayout.PAYLOAD_CRC32C, block.payloadCrc32c);
    Bytes.putInt(bytes, ArchiveLayout.BLOCK_CRC32C, checksum.ofRecord(bytes, 0, ArchiveLayout.BLOCK_BYTES, ArchiveLayout.BLOCK_CRC32C));
    System.arraycopy(payload, 0, bytes, ArchiveLayout.BLOCK_BYTES, length);
    file.writeThrough(place, ByteBuffer.wrap(bytes));
    place = placeBehind(block);
    return block;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
