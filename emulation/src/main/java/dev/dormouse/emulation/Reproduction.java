package dev.dormouse.emulation;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The one crash to try, if somebody names it: a point for the scenario and, after slashes, one for each recovery that is
 * crashed inside in turn; and the choices that make one state at each of them. By the system properties
 * {@code crash.seed}, {@code crash.point} and {@code crash.choices}, or by the explorer itself, which tries again what it
 * found.
 */
final class Reproduction {
  private static final String SEED = "crash.seed";
  private static final String POINT = "crash.point";
  private static final String CHOICES = "crash.choices";

  /** Nothing is named; everything is tried. */
  static final Reproduction NONE = new Reproduction(OptionalLong.empty(), List.of(), List.of(), List.of());

  private final OptionalLong seed;
  private final List<Integer> points;
  private final List<String> choices;
  private final List<int[]> guides;

  private Reproduction(OptionalLong seed, List<Integer> points, List<String> choices, List<int[]> guides) {
    this.seed = seed;
    this.points = points;
    this.choices = choices;
    this.guides = guides;
  }

  /** These points, and what the text of {@link Choices} says at each. */
  static Reproduction of(List<Integer> points, List<String> choices) {
    return new Reproduction(OptionalLong.empty(), points, choices, List.of());
  }

  /** These points; at each the choices say which release stores were executed, and the versions the rest. */
  static Reproduction guided(List<Integer> points, List<String> releases, List<int[]> guides) {
    return new Reproduction(OptionalLong.empty(), points, releases, guides);
  }

  static Reproduction fromSystemProperties() {
    List<Integer> points = new ArrayList<>();
    for (String part : parts(POINT)) {
      points.add(Math.toIntExact(number(POINT, part)));
    }
    List<String> choices = parts(CHOICES);
    if (choices.size() > points.size()) {
      throw new IllegalArgumentException(
          CHOICES + ": names the choices at " + choices.size() + " points, but " + POINT + " names " + points.size()
              + "; name the point of each");
    }
    for (String part : choices) {
      try {
        Choices.parse(part);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            CHOICES + ": \"" + part + "\" found, expected digits and letters as a violation's message has them", e);
      }
    }
    List<String> seeds = parts(SEED);
    return new Reproduction(
        seeds.isEmpty() ? OptionalLong.empty() : OptionalLong.of(number(SEED, seeds.getFirst())), points, choices, List.of());
  }

  private static List<String> parts(String property) {
    String text = System.getProperty(property, "").strip();
    return text.isEmpty() ? List.of() : List.of(text.split("/", -1));
  }

  private static long number(String property, String part) {
    try {
      return part.startsWith("0x") ? Long.parseUnsignedLong(part.substring(2), 16) : Long.parseLong(part);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          property + ": \"" + part + "\" found, expected a number, decimal or after 0x, or several with slashes between", e);
    }
  }

  long seedOr(long other) {
    return seed.orElse(other);
  }

  boolean isWanted() {
    return !points.isEmpty();
  }

  /** Whether crashes at that depth are tried; below the last that is named, none are. */
  boolean wantsDepth(int depth) {
    return points.isEmpty() || depth < points.size();
  }

  boolean wantsPoint(int depth, int point) {
    return points.isEmpty() || points.get(depth) == point;
  }

  /** Whether one state is named there. */
  boolean namesState(int depth) {
    return depth < choices.size();
  }

  Choices choices(int depth) {
    return Choices.parse(choices.get(depth));
  }

  /** Lets the states at that depth be decided as it was named, where it was by versions. */
  void guide(int depth, Undecided undecided) {
    if (depth < guides.size()) {
      undecided.follow(guides.get(depth));
    }
  }

  /** Whether a crash at that depth is the last of those that are named, or any is wanted. */
  boolean endsAt(int depth) {
    return points.isEmpty() || depth == points.size() - 1;
  }

  @Override
  public String toString() {
    return POINT + "=" + join(points) + (choices.isEmpty() ? "" : " " + CHOICES + "=" + String.join("/", choices));
  }

  static String join(List<Integer> points) {
    return String.join("/", points.stream().map(String::valueOf).toList());
  }

  /** The system properties that name a crash. */
  static String line(long seed, List<Integer> points, List<String> choices) {
    return String.format(
        "-D%s=0x%x -D%s=%s -D%s=%s", SEED, seed, POINT, join(points), CHOICES, String.join("/", choices));
  }
}
