package dev.dormouse.region;

/** What a component may do with a region. */
public enum RegionRights {
  READ(1),
  READ_WRITE(2);

  private final int code;

  RegionRights(int code) {
    this.code = code;
  }

  /** As stored in a region's entry. */
  public int code() {
    return code;
  }

  /** What is left where both must allow it. */
  public RegionRights least(RegionRights other) {
    return this == READ || other == READ ? READ : READ_WRITE;
  }

  /** The rights of a code; null if there are none. */
  public static RegionRights ofCode(int code) {
    return code == READ.code ? READ : code == READ_WRITE.code ? READ_WRITE : null;
  }
}
