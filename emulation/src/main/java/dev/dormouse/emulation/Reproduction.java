package dev.dormouse.emulation;

import java.util.OptionalLong;

/**
 * The one crash to try, if system properties name it: {@code crash.seed}, {@code crash.point} and {@code crash.image}. The
 * last two have one number for the scenario and, after slashes, one for each recovery that is crashed inside in turn.
 */
final class Reproduction {
  private static final String SEED = "crash.seed";
  private static final String POINT = "crash.point";
  private static final String IMAGE = "crash.image";

  private final OptionalLong seed;
  private final long[] points;
  private final long[] images;

  private Reproduction(long[] seeds, long[] points, long[] images) {
    this.seed = seeds.length == 0 ? OptionalLong.empty() : OptionalLong.of(seeds[0]);
    this.points = points;
    this.images = images;
  }

  static Reproduction fromSystemProperties() {
    Reproduction wanted = new Reproduction(numbers(SEED), numbers(POINT), numbers(IMAGE));
    if (wanted.images.length > wanted.points.length) {
      throw new IllegalArgumentException(
          IMAGE + ": names " + wanted.images.length + " images, but " + POINT + " names " + wanted.points.length
              + " points; name the point of each image");
    }
    return wanted;
  }

  private static long[] numbers(String property) {
    String text = System.getProperty(property, "").strip();
    if (text.isEmpty()) {
      return new long[0];
    }
    String[] parts = text.split("/", -1);
    long[] numbers = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      try {
        numbers[i] =
            parts[i].startsWith("0x") ? Long.parseUnsignedLong(parts[i].substring(2), 16) : Long.parseLong(parts[i]);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            property + ": \"" + text + "\" found, expected a number, decimal or after 0x, or several with slashes between", e);
      }
    }
    return numbers;
  }

  long seedOr(long other) {
    return seed.orElse(other);
  }

  boolean isWanted() {
    return points.length > 0;
  }

  /** Whether crashes at that depth are tried; below the last that is named, none are. */
  boolean wantsDepth(int depth) {
    return points.length == 0 || depth < points.length;
  }

  boolean wantsPoint(int depth, int point) {
    return points.length == 0 || points[depth] == point;
  }

  boolean wantsImage(int depth, long key) {
    return depth >= images.length || images[depth] == key;
  }

  /** Whether a crash at that depth is the last of those that are named, or any is wanted. */
  boolean endsAt(int depth) {
    return points.length == 0 || depth == points.length - 1;
  }

  @Override
  public String toString() {
    return POINT + "=" + System.getProperty(POINT, "") + " " + IMAGE + "=" + System.getProperty(IMAGE, "");
  }
}
