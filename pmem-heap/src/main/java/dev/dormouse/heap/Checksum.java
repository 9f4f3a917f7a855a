package dev.dormouse.heap;

import java.util.zip.CRC32C;

/** CRC32C over records. Allocates nothing; for one thread at a time. */
public final class Checksum {
  private static final byte[] ZERO = new byte[Integer.BYTES];

  private final CRC32C crc = new CRC32C();

  /** The CRC32C of an array's range in which the 4 bytes at {@code crcIndex} count as zero. */
  public int ofRecord(byte[] bytes, int index, int length, int crcIndex) {
    crc.reset();
    crc.update(bytes, index, crcIndex);
    crc.update(ZERO, 0, Integer.BYTES);
    int rest = crcIndex + Integer.BYTES;
    crc.update(bytes, index + rest, length - rest);
    return (int) crc.getValue();
  }
}
