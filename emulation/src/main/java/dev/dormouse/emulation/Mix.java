package dev.dormouse.emulation;

/** Hashes whose exclusive or is a hash of a set (Zobrist hashing), so that a change of one element costs one element. */
final class Mix {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Mix() {}

  /** The finaliser of SplitMix64: a bijection that leaves no pattern. */
  static long of(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  static long of(long key, long value) {
    return of(value + of(key + GOLDEN));
  }
}
