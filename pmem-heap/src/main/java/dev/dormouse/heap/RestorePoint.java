package dev.dormouse.heap;

import java.time.Instant;
import java.util.Comparator;

/**
 * A point to which a pool can be restored from its archive. Later points are greater.
 *
 * @param life which opening of the pool it belongs to, as the archive counts them
 * @param position in the journal of that life, in bytes
 * @param time when it was written, by the clock of the machine; nothing depends on it
 * @param name that it was given; empty for one that came about by itself
 */
public record RestorePoint(long life, long position, Instant time, String name) implements Comparable<RestorePoint> {
  private static final Comparator<RestorePoint> ORDER = Comparator.comparingLong(RestorePoint::life).thenComparingLong(RestorePoint::position);

  /** By life and position: two names of the same point are equal in this order. */
  @Override
  public int compareTo(RestorePoint other) {
    return ORDER.compare(this, other);
  }

  /** The point as a person writes it: {@code 3@41216}. */
  public String text() {
    return life + "@" + position;
  }
}
