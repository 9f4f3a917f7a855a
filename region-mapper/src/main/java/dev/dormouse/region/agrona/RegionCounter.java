package dev.dormouse.region.agrona;

import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;

/**
 * Agrona's counter over a region. Its superclass keeps an address and would go past the interface, so every public method is
 * overridden; a test sees to it that none is missing. All memory orders are that of the turn's thread.
 */
final class RegionCounter extends AtomicCounter {
  // What the superclass keeps in place of an address: the middle of an array, where nothing could be harmed.
  private static final byte[] NOWHERE_BYTES = new byte[256];
  private static final AtomicBuffer NOWHERE =
      (AtomicBuffer)
          Proxy.newProxyInstance(
              AtomicBuffer.class.getClassLoader(),
              new Class<?>[] {AtomicBuffer.class},
              (_, method, _) ->
                  switch (method.getName()) {
                    case "byteArray" -> NOWHERE_BYTES;
                    case "addressOffset" -> NOWHERE_BYTES.length / 2L;
                    default -> null;
                  });

  private final RegionBuffer values;
  private final int id;
  private final int index;
  private CountersManager manager;
  private boolean closed;

  /**
   * @param manager frees the counter when it is closed; null if it stays
   */
  RegionCounter(RegionBuffer values, int id, CountersManager manager) {
    super(NOWHERE, 0);
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
  public void disconnectCountersManager() {
    manager = null;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (manager != null) {
        manager.free(id);
      }
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public String label() {
    return manager == null ? null : manager.getCounterLabel(id);
  }

  @Override
  public void updateLabel(String newLabel) {
    connected().setCounterLabel(id, newLabel);
  }

  @Override
  public AtomicCounter appendToLabel(String suffix) {
    connected().appendToLabel(id, suffix);
    return this;
  }

  @Override
  public void updateKey(Consumer<MutableDirectBuffer> keyFunction) {
    connected().setCounterKey(id, keyFunction);
  }

  @Override
  public void updateKey(DirectBuffer keyBuffer, int offset, int length) {
    connected().setCounterKey(id, keyBuffer, offset, length);
  }

  @Override
  public long increment() {
    return values.getAndAddLong(index, 1);
  }

  @Override
  public long incrementOrdered() {
    return values.getAndAddLong(index, 1);
  }

  @Override
  public long incrementRelease() {
    return values.getAndAddLong(index, 1);
  }

  @Override
  public long incrementOpaque() {
    return values.getAndAddLong(index, 1);
  }

  @Override
  public long incrementPlain() {
    return values.getAndAddLong(index, 1);
  }

  @Override
  public long decrement() {
    return values.getAndAddLong(index, -1);
  }

  @Override
  public long decrementOrdered() {
    return values.getAndAddLong(index, -1);
  }

  @Override
  public long decrementRelease() {
    return values.getAndAddLong(index, -1);
  }

  @Override
  public long decrementOpaque() {
    return values.getAndAddLong(index, -1);
  }

  @Override
  public long decrementPlain() {
    return values.getAndAddLong(index, -1);
  }

  @Override
  public void set(long value) {
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
  public void setWeak(long value) {
    values.putLong(index, value);
  }

  @Override
  public void setPlain(long value) {
    values.putLong(index, value);
  }

  @Override
  public long getAndAdd(long increment) {
    return values.getAndAddLong(index, increment);
  }

  @Override
  public long getAndAddOrdered(long increment) {
    return values.getAndAddLong(index, increment);
  }

  @Override
  public long getAndAddRelease(long increment) {
    return values.getAndAddLong(index, increment);
  }

  @Override
  public long getAndAddOpaque(long increment) {
    return values.getAndAddLong(index, increment);
  }

  @Override
  public long getAndAddPlain(long increment) {
    return values.getAndAddLong(index, increment);
  }

  @Override
  public long getAndSet(long value) {
    return values.getAndSetLong(index, value);
  }

  @Override
  public boolean compareAndSet(long expectedValue, long updateValue) {
    return values.compareAndSetLong(index, expectedValue, updateValue);
  }

  @Override
  public long get() {
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
  public long getWeak() {
    return values.getLong(index);
  }

  @Override
  public long getPlain() {
    return values.getLong(index);
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
  public String toString() {
    return "RegionCounter[id=" + id + ", closed=" + closed + "]";
  }

  private CountersManager connected() {
    if (manager == null) {
      throw new IllegalStateException("counter " + id + " has no manager, which would know its label and key");
    }
    return manager;
  }
}
