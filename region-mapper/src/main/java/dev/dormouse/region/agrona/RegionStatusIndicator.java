package dev.dormouse.region.agrona;

import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.StatusIndicator;

/** Agrona's status indicator over a region. All memory orders are that of the turn's thread. */
final class RegionStatusIndicator extends StatusIndicator {
  private final RegionBuffer values;
  private final int id;
  private final int index;

  RegionStatusIndicator(RegionBuffer values, int id) {
    this.values = values;
    this.id = id;
    this.index = CountersManager.counterOffset(id);
    values.boundsCheck(index, Long.BYTES);
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public long getVolatile() {
    return values.getLong(index);
  }

  @Override
  public long getAcquire() {
    return values.getLong(index);
  }

  @Override
  public long getOpaque() {
    return values.getLong(index);
  }

  @Override
  public void setVolatile(long value) {
    values.putLong(index, value);
  }

  @Override
  public void setOrdered(long value) {
    values.putLong(index, value);
  }

  @Override
  public void setRelease(long value) {
    values.putLong(index, value);
  }

  @Override
  public void setOpaque(long value) {
    values.putLong(index, value);
  }

  @Override
  public String toString() {
    return "RegionStatusIndicator[id=" + id + "]";
  }
}
