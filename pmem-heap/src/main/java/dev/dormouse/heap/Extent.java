package dev.dormouse.heap;

/**
 * A contiguous run of bytes in the pool's arena.
 *
 * @param offset bytes from the pool's start, a multiple of 64
 * @param lengthBytes what the heap holds for it: what was asked for, rounded up to a size class or to whole pages
 */
public record Extent(long offset, long lengthBytes) {
  /** Whether {@code [start, start + length)} lies in this extent. Does not overflow. */
  public boolean contains(long start, long length) {
    return length >= 0 && start >= offset && start - offset <= lengthBytes - length;
  }
}
