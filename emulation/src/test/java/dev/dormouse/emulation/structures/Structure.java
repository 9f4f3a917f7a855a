package dev.dormouse.emulation.structures;

import dev.dormouse.heap.Media;
import java.util.zip.CRC32C;

/**
 * A persistent structure with a short script of operations, and the plain model of what a user should find in it. What it
 * promises is the same for all: after any crash and recovery its contents are those after the last operation that
 * returned, or after the one that was under way.
 */
interface Structure {
  /** How many bytes it needs; they are zero at first. */
  long sizeBytes();

  /** What is done to the zeros before the first operation. No crash is tried during it. */
  default void format(Media media) {}

  /** The number of operations of the script. */
  int steps();

  /** Carries out an operation, the first being 0. When it returns, what it did is durable. */
  void step(Media media, int number);

  /** What is done first after a crash. It may be cut short and done again. */
  default void recover(Media media) {}

  /** What a user finds. */
  Object contents(Media media);

  /** What a user should find after that many operations. */
  Object expected(int steps);

  /**
   * Makes a range durable before anything that is stored later. Persistent memory needs the flush and the fence, a page
   * cache the fence, and a file that has to survive a power loss the sync; together they are right on every medium.
   */
  static void persist(Media media, long offset, long length) {
    media.persist(offset, length);
    media.sync();
  }

  /** A check over words, by which a record that was only written in part is told from a whole one. */
  static long check(long... words) {
    CRC32C crc = new CRC32C();
    for (long word : words) {
      for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
        crc.update((int) (word >>> shift) & 0xff);
      }
    }
    return crc.getValue();
  }
}
