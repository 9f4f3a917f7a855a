package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import java.util.function.ToIntFunction;

/**
 * Puts a flipped bit back: the one bit without which a record passes its CRC32C. Any two records of these lengths that pass
 * differ in four bits at least, so of a record with one flipped bit there is one such bit, and it is the right one.
 */
final class OneBit {
  private OneBit() {}

  /**
   * Looks for the bit.
   *
   * @param bytes the record, and perhaps what lies behind it; not changed
   * @param lengthOf how long a record is that begins with such bytes
   * @return the bytes with the bit put back; null if there is no such bit
   */
  static byte[] mended(byte[] bytes, int crcIndex, ToIntFunction<byte[]> lengthOf) {
    byte[] tried = bytes.clone();
    Checksum checksum = new Checksum();
    for (int bit = 0; bit < tried.length * Byte.SIZE; bit++) {
      tried[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      int length = lengthOf.applyAsInt(tried);
      if (bit / Byte.SIZE < length
          && length >= crcIndex + Integer.BYTES
          && length <= tried.length
          && Bytes.getInt(tried, crcIndex) == checksum.ofRecord(tried, 0, length, crcIndex)) {
        return tried;
      }
      tried[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }
    return null;
  }
}
