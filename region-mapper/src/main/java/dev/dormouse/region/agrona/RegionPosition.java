package dev.dormouse.region.agrona;

import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.Position;

/** Agrona's position over a region. All memory orders are that of the turn's thread. */
final class RegionPosition extends Position {
  private final RegionBuffer values;
  private final int id;
  private final int index;
  private final CountersManager manager;
  private boolean closed;

  RegionPosition(RegionBuffer values, int id, CountersManager manager) {
    this.values = values;
    this.id = id;
    this.index = CountersManager.counterOffset(id);
    this.manager = manager;
    values.boundsCheck(index, Long.BYTES);
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public long get() {
    return values.getLong(index);
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
  public void set(long value) {
    values.putLong(index, value);
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
  public boolean proposeMax(long proposedValue) {
    return RegionCounters.proposeMax(values, index, proposedValue);
  }

  @Override
  public boolean proposeMaxOrdered(long proposedValue) {
    return RegionCounters.proposeMax(values, index, proposedValue);
  }

  @Override
  public boolean proposeMaxRelease(long proposedValue) {
    return RegionCounters.proposeMax(values, index, proposedValue);
  }

  @Override
  public boolean proposeMaxOpaque(long proposedValue) {
    return RegionCounters.proposeMax(values, index, proposedValue);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      manager.free(id);
    }
  }

  @Override
  public String toString() {
    return "RegionPosition[id=" + id + ", closed=" + closed + "]";
  }
}
