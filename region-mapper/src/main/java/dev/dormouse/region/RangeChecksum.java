package dev.dormouse.region;

import dev.dormouse.heap.Media;
import java.util.zip.CRC32C;

/** CRC32C over ranges of a pool, whatever it lies on. Allocates nothing after it was made; for one thread at a time. */
final class RangeChecksum {
  static final int BUFFER_BYTES = 4096;

  private final CRC32C crc = new CRC32C();
  private final byte[] buffer = new byte[BUFFER_BYTES];

  int of(Media media, long offset, long length) {
    crc.reset();
    long end = offset + length;
    for (long at = offset; at < end; at += BUFFER_BYTES) {
      int count = (int) Math.min(BUFFER_BYTES, end - at);
      media.read(at, buffer, 0, count);
      crc.update(buffer, 0, count);
    }
    return (int) crc.getValue();
  }
}
