package dev.dormouse.region;

/** What an entry of a region map stands for. */
public enum RegionKind {
  /** A dataspace of the component's own: an extent that it alone owns. */
  OWN(0),
  /** A window into a dataspace of the store, which any number of components may read and nobody writes. */
  SHARED(1),
  /** A region map of its own, at a range of addresses of the map that it lies in. */
  MANAGED(2);

  private final int code;

  RegionKind(int code) {
    this.code = code;
  }

  /** As stored in a region's entry. */
  public int code() {
    return code;
  }

  /** The kind of a code; null if there is none. */
  public static RegionKind ofCode(int code) {
    return switch (code) {
      case 0 -> OWN;
      case 1 -> SHARED;
      case 2 -> MANAGED;
      default -> null;
    };
  }
}
