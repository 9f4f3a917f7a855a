package dev.dormouse.region;

/**
 * Whose bytes a region's are: a component's birth, and where its record lies. Names it in the undo log. Belongs to one
 * awake component; changed only while no view of it is alive.
 */
public final class Holder {
  private long birth;
  private long recordOffset;

  public void set(long newBirth, long newRecordOffset) {
    birth = newBirth;
    recordOffset = newRecordOffset;
  }

  public long birth() {
    return birth;
  }

  public long recordOffset() {
    return recordOffset;
  }
}
