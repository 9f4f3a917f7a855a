package dev.dormouse.bench;

import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What the design asks of a figure.
 *
 * @param text as the design says it
 * @param value what is compared, of the figure
 * @param most the greatest value that meets it
 * @param seen the value in words where the table has no column for it, else empty
 */
record Goal(String text, ToDoubleFunction<Figure> value, double most, Function<Figure, String> seen) {
  // The harness allocates a little itself, for the floor as well; the least object has 16 bytes.
  private static final double LESS_THAN_ANY_OBJECT = 15;
  private static final double NEXT_TO_NOTHING = 0.5;

  static Goal ratio(double most) {
    return new Goal("<= " + plain(most) + "x", Figure::ratio, most, figure -> "");
  }

  static Goal median(double mostNanos) {
    return new Goal("p50 <= " + Units.nanos(mostNanos), figure -> figure.ours().p50(), mostNanos, figure -> "");
  }

  static Goal tail(double mostNanos) {
    return new Goal("p99 <= " + Units.nanos(mostNanos), figure -> figure.ours().p99(), mostNanos, figure -> "");
  }

  static Goal above(double mostNanos) {
    return new Goal(
        "<= floor + " + plain(mostNanos) + " ns", figure -> figure.ours().p50() - figure.floor().p50(), mostNanos, figure -> "");
  }

  static Goal cyclesASecond(double least) {
    return new Goal(
        String.format(Locale.ROOT, ">= %,.0f a second", least),
        figure -> figure.ours().mean(),
        1e9 / least,
        figure -> String.format(Locale.ROOT, " (%,.0f)", 1e9 / figure.ours().mean()));
  }

  static Goal statesASecond(double least) {
    return new Goal(
        String.format(Locale.ROOT, ">= %,.0f states a second", least),
        figure -> figure.ours().mean(),
        1e9 / least,
        figure -> String.format(Locale.ROOT, " (%,.0f)", 1e9 / figure.ours().mean()));
  }

  /**
   * How much more several threads do together than the one that is the floor.
   *
   * @param threads how many there are
   */
  static Goal scaling(int threads, double least) {
    return new Goal(
        "together >= " + plain(least) + "x as much",
        Figure::ratio,
        threads / least,
        figure -> String.format(Locale.ROOT, " (%.2f)", threads / figure.ratio()));
  }

  static Goal allocated(double mostBytes) {
    return new Goal(
        "<= " + plain(mostBytes) + " bytes allocated",
        figure -> figure.ours().allocatedBytes(),
        mostBytes,
        figure -> String.format(Locale.ROOT, " (%.0f)", figure.ours().allocatedBytes()));
  }

  /**
   * Nothing allocated by an access.
   *
   * @param accesses in one operation of the benchmark
   */
  static Goal nothingAllocated(int accesses) {
    return new Goal(
        "0 bytes allocated",
        figure -> figure.ours().allocatedBytes() - figure.floor().allocatedBytes(),
        accesses == 1 ? LESS_THAN_ANY_OBJECT : NEXT_TO_NOTHING,
        figure -> "");
  }

  boolean isMetBy(Figure figure) {
    return value.applyAsDouble(figure) <= most;
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? String.format(Locale.ROOT, "%.0f", number) : Double.toString(number);
  }
}
