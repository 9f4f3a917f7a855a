package dev.dormouse.heap;

import java.util.zip.CRC32C;

/** CRC32C over ranges of a medium. Reuses its buffer, allocates nothing; for one thread at a time. */
public final class Checksum {
  private static final int BUFFER_BYTES = 4096;
  private static final byte[] ZERO = new byte[Integer.BYTES];

  private final CRC32C crc = new CRC32C();
  private final byte[] buffer = new byte[BUFFER_BYTES];

  /** The CRC32C of an array's range in which the 4 bytes at {@code crcIndex} count as zero. */
  public int ofRecord(byte[] bytes, int index, int length, int crcIndex) {
    crc.reset();
    crc.update(bytes, index, crcIndex);
    crc.update(ZERO, 0, Integer.BYTES);
    int rest = crcIndex + Integer.BYTES;
    crc.update(bytes, index + rest, length - rest);
    return (int) crc.getValue();
  }

  /** Starts a sum that {@link #add} continues. */
  public void start() {
    crc.reset();
  }

  /** Adds bytes of an array. */
  public void add(byte[] bytes, int index, int length) {
    crc.update(bytes, index, length);
  }

  /** Adds a range of a medium. */
  public void add(Media media, long offset, long lengthBytes) {
    for (long done = 0; done < lengthBytes; ) {
      int piece = (int) Math.min(BUFFER_BYTES, lengthBytes - done);
      media.read(offset + done, buffer, 0, piece);
      crc.update(buffer, 0, piece);
      done += piece;
    }
  }

  /** The CRC32C of all that was added since {@link #start}. */
  public int value() {
    return (int) crc.getValue();
  }
}
