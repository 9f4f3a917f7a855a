package dev.dormouse.bench;

import java.util.Locale;

/**
 * Who sleeps in a benchmark's pool: {@code others} components of {@value #SMALL_BYTES} bytes, and the measured ones. With a
 * state of {@value #SMALL_BYTES} bytes the others themselves are measured, at random; else a few more of that size are, in turn.
 *
 * @param stateBytes the state of a measured component
 */
record Population(long stateBytes, int others) {
  static final int SMALL_BYTES = 256;

  private static final int FEW = 4;
  private static final long POOL_OVERHEAD_BYTES = 64L << 20;
  private static final long SMALL_COMPONENT_BYTES = 768;

  /** Reads {@code STATExOTHERS}, the form in which it is a parameter of JMH: {@code 4096x1000000}. */
  static Population parse(String text) {
    String[] parts = text.split("x", 2);
    return new Population(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
  }

  static Population of(long stateBytes, int others) {
    return new Population(stateBytes, others);
  }

  boolean measuresTheOthers() {
    return stateBytes == SMALL_BYTES;
  }

  /** How many components are measured. */
  int measured() {
    return measuresTheOthers() ? others : FEW;
  }

  /** A pool in which all of them fit. */
  long poolBytes() {
    long large = measuresTheOthers() ? 0 : FEW * (stateBytes + stateBytes / 8 + 4096);
    return (POOL_OVERHEAD_BYTES + others * SMALL_COMPONENT_BYTES + large + 4095) & -4096L;
  }

  String inWords() {
    String sleepers = String.format(Locale.ROOT, "%,d %s", others, others == 1 ? "other" : "others");
    return measuresTheOthers()
        ? String.format(Locale.ROOT, "one of %,d at random", others)
        : Units.bytes(stateBytes) + " of state, " + sleepers;
  }

  @Override
  public String toString() {
    return stateBytes + "x" + others;
  }
}
