package dev.dormouse.bench;

import java.util.SplittableRandom;

/**
 * Keys of 16 hexadecimal digits at random, all different, one behind the other in the order in which the benchmark visits them,
 * so that choosing the next costs no cache miss of its own. Maps are filled in another order.
 */
final class BenchKeys {
  private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  // Greater than any count, so it has no divisor with one: its multiples visit every key once.
  private static final long PRIME = 2_147_483_647L;

  private final byte[] keys;
  private final int count;

  BenchKeys(int count) {
    this.count = count;
    this.keys = new byte[count * BenchMap.KEY_BYTES];
    SplittableRandom random = new SplittableRandom(Sleepers.SEED);
    long first = random.nextLong();
    for (int i = 0; i < count; i++) {
      long key = mixed(first + i);
      for (int digit = 0; digit < BenchMap.KEY_BYTES; digit++) {
        keys[i * BenchMap.KEY_BYTES + digit] = DIGITS[(int) (key >>> (60 - 4 * digit)) & 0xf];
      }
    }
  }

  /** A number for each number, no two the same: the finisher of a generator whose every step can be undone. */
  private static long mixed(long number) {
    long mixed = (number ^ number >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
    return mixed ^ mixed >>> 31;
  }

  int count() {
    return count;
  }

  void get(int index, byte[] key) {
    System.arraycopy(keys, index * BenchMap.KEY_BYTES, key, 0, BenchMap.KEY_BYTES);
  }

  /** The key that comes {@code index}th when {@code filled} of them are put into a map. */
  void getForFill(int index, int filled, byte[] key) {
    get((int) (index * PRIME % filled), key);
  }
}
