package dev.dormouse.heap;

/**
 * Who owns an extent: a component, by its birth, or a part of the pool itself. Births start at {@link #FIRST_BIRTH} and
 * never come again, so a publish or release that is repeated after a crash can tell whether it was done. No two owners that
 * can be, nobody included, differ in a single bit of the first forty: one that flips makes nobody's of nothing.
 */
public final class Owner {
  /** Nobody: the bytes are free. */
  public static final long NONE = 0;

  /** The directory of components. */
  public static final long DIRECTORY = 3;

  /** The table of symbols. */
  public static final long SYMBOLS = 5;

  /** The least birth of a component; the bits above bit 40 are the count of openings. */
  public static final long FIRST_BIRTH = 1L << 40;

  private Owner() {}

  public static String describe(long owner) {
    if (owner == NONE) {
      return "nobody";
    }
    if (owner == DIRECTORY) {
      return "the directory";
    }
    if (owner == SYMBOLS) {
      return "the symbol table";
    }
    return "component " + Long.toHexString(owner);
  }
}
