package dev.dormouse.cli.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What one turn does to a component. It is decided by the turn's seed and by what it finds there, so that whoever knows the
 * order of the seeds knows every byte.
 *
 * <pre>
 *  offset  size  field     meaning, in the region "state"
 *       0     8  order     how many turns were committed
 *       8     8  digest    of their seeds, in their order
 *      16     8  attached  which of the regions are attached that come and go, a bit for each
 *      24        payload   to the region's end
 * </pre>
 */
final class Deed {
  /** Two regions that stay; the others come and go. */
  static final String STATE = "state";
  static final String MORE = "more";
  static final long ORDER = 0;
  static final long DIGEST = 8;
  static final long PAYLOAD = 24;

  /** The slot of the file. */
  static final int FILE_SLOT = 0;

  private static final long ATTACHED = 16;
  private static final List<String> PASSING = List.of("r0", "r1", "r2", "r3", "r4", "r5");
  private static final int MOST_STEPS = 5;
  private static final int LEAST_STATE_BYTES = 64;
  private static final int MOST_REGION_BYTES = 9000;
  /** More than a lane's log holds in a pool of less than 32 MiB, so that some turns need more log than that. */
  private static final int MOST_STATE_BYTES = 24 << 10;
  private static final int MOST_WRITE_BYTES = 300;
  private static final long PLACE_BYTES = 1 << 20;

  private final Space space;
  private final SplittableRandom random;

  private Deed(Space space, SplittableRandom random) {
    this.space = space;
    this.random = random;
  }

  /** How the component of that seed is made. */
  record Birth(long stateBytes, long moreBytes, boolean file) {
    static Birth of(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      return new Birth(random.nextInt(LEAST_STATE_BYTES, 4096), random.nextInt(1, 2048), random.nextInt(3) == 0);
    }
  }

  /** Where a region lies in a component's address space: far enough from the others for all that it may grow to. */
  static long address(String region) {
    long place = region.equals(STATE) ? 0 : region.equals(MORE) ? 1 : 2 + PASSING.indexOf(region);
    return place * PLACE_BYTES;
  }

  static Answer answer(Space space) {
    return new Answer(space.getLong(STATE, ORDER), space.getLong(STATE, DIGEST));
  }

  /** Does what that seed says. */
  static Answer apply(Space space, long seed) {
    Deed deed = new Deed(space, new SplittableRandom(seed));
    for (int steps = 1 + deed.random.nextInt(MOST_STEPS); steps > 0; steps--) {
      deed.step();
    }
    Answer answer = answer(space).next(seed);
    space.putLong(STATE, DIGEST, answer.digest());
    space.putLong(STATE, ORDER, answer.order());
    return answer;
  }

  private void step() {
    switch (random.nextInt(24)) {
      case 0, 1 -> attachOrDetach(random.nextInt(PASSING.size()));
      case 2 -> resize(pick());
      case 3 -> fill(pick());
      case 4 -> copy(pick());
      case 5, 6 -> readFile();
      default -> write(pick());
    }
  }

  private boolean isAttached(int index) {
    return (space.getLong(STATE, ATTACHED) >>> index & 1) != 0;
  }

  private String pick() {
    int index = random.nextInt(PASSING.size() + 2);
    if (index < PASSING.size() && isAttached(index)) {
      return PASSING.get(index);
    }
    return index % 2 == 0 ? STATE : MORE;
  }

  private static long first(String region) {
    return region.equals(STATE) ? PAYLOAD : 0;
  }

  /** An offset at which a range of that length fits; the length is not more than there is room for. */
  private long place(String region, long length) {
    return random.nextLong(first(region), space.lengthBytes(region) - length + 1);
  }

  private long length(String region, long most) {
    return random.nextLong(1, Math.min(most, space.lengthBytes(region) - first(region)) + 1);
  }

  private void attachOrDetach(int index) {
    String region = PASSING.get(index);
    if (isAttached(index)) {
      space.detach(region);
    } else {
      space.attach(region, random.nextInt(1, MOST_REGION_BYTES));
    }
    space.putLong(STATE, ATTACHED, space.getLong(STATE, ATTACHED) ^ 1L << index);
  }

  private void resize(String region) {
    boolean state = region.equals(STATE);
    int most = state && random.nextInt(4) == 0 ? MOST_STATE_BYTES : MOST_REGION_BYTES;
    space.resize(region, random.nextInt(state ? LEAST_STATE_BYTES : 1, most));
  }

  private void fill(String region) {
    long length = length(region, Long.MAX_VALUE);
    space.fill(region, place(region, length), length, (byte) random.nextInt());
  }

  private void copy(String region) {
    long length = length(region, MOST_WRITE_BYTES);
    space.copy(region, place(region, length), place(region, length), length);
  }

  private void write(String region) {
    byte[] bytes = new byte[(int) length(region, MOST_WRITE_BYTES)];
    random.nextBytes(bytes);
    space.put(region, place(region, bytes.length), bytes);
  }

  private void readFile() {
    byte[] piece = new byte[(int) length(MORE, MOST_WRITE_BYTES)];
    try {
      int count = space.readFile(piece);
      if (count < 0) {
        space.rewindFile();
      } else if (count > 0) {
        space.put(MORE, place(MORE, piece.length), piece);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
