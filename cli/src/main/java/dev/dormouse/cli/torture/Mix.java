package dev.dormouse.cli.torture;

/** Makes one number of two, so that similar ones give different ones: the finalizer of SplitMix64. */
final class Mix {
  private Mix() {}

  static long of(long a, long b) {
    long mixed = a * 0x9E3779B97F4A7C15L + b;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
