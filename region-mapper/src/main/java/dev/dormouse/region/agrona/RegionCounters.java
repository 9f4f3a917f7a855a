package dev.dormouse.region.agrona;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.CachedEpochClock;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.Position;
import org.agrona.concurrent.status.StatusIndicator;

/**
 * Agrona's {@link CountersManager} for counters that live longer than the object. That class keeps on the Java heap which ids
 * are taken and which are free, so a new one over the counters of a former turn gives out ids that are in use; this one asks
 * the records, in time proportional to their number, and keeps nothing. Its counters and keys go through {@link RegionBuffer},
 * where those of its superclass want an address. What is written is laid out as Agrona does it: its readers understand it.
 *
 * <p>Threads and lifetime as for {@link RegionBuffer}; after {@link RegionBuffer#wrap(dev.dormouse.region.Region)} of both
 * buffers it may be used on. Needs no flag of the JVM.
 */
public final class RegionCounters extends CountersManager {
  private final RegionBuffer records;
  private final RegionBuffer values;
  private final EpochClock clock;
  private final long freeToReuseTimeoutMs;

  /** Counters with labels in UTF-8, whose ids may be given out again as soon as they are free. */
  public RegionCounters(RegionBuffer metaDataBuffer, RegionBuffer valuesBuffer) {
    this(metaDataBuffer, valuesBuffer, StandardCharsets.UTF_8, new CachedEpochClock(), 0);
  }

  /**
   * @param clock in milliseconds; what it says is kept in the records, so it should be one that goes on after a restart
   * @param freeToReuseTimeoutMs how long a free id waits until it is given out again
   * @throws IllegalArgumentException if there are fewer records than values
   * @throws IllegalStateException if the values are not aligned to 8 bytes
   */
  public RegionCounters(
      RegionBuffer metaDataBuffer, RegionBuffer valuesBuffer, Charset labelCharset, EpochClock clock, long freeToReuseTimeoutMs) {
    super(metaDataBuffer, valuesBuffer, labelCharset, clock, freeToReuseTimeoutMs);
    this.records = metaDataBuffer;
    this.values = valuesBuffer;
    this.clock = clock;
    this.freeToReuseTimeoutMs = freeToReuseTimeoutMs;
  }

  /** How many may still be allocated now. */
  @Override
  public int available() {
    long now = clock.time();
    int available = 0;
    for (int id = 0; id <= maxCounterId; id++) {
      if (isAvailable(id, now)) {
        available++;
      }
    }
    return available;
  }

  @Override
  public int allocate(String label, int typeId) {
    int id = nextId();
    setCounterLabel(id, label);
    return allocated(id, typeId);
  }

  /** As Agrona's; the key's buffer is a {@link RegionBuffer}. If the function throws, no id is taken. */
  @Override
  public int allocate(String label, int typeId, Consumer<MutableDirectBuffer> keyFunction) {
    int id = nextId();
    keyFunction.accept(key(id));
    setCounterLabel(id, label);
    return allocated(id, typeId);
  }

  @Override
  public int allocate(
      int typeId, DirectBuffer keyBuffer, int keyOffset, int keyLength, DirectBuffer labelBuffer, int labelOffset, int labelLength) {
    int id = nextId();
    if (keyBuffer != null) {
      records.putBytes(metaDataOffset(id) + KEY_OFFSET, keyBuffer, keyOffset, Math.min(keyLength, MAX_KEY_LENGTH));
    }
    int label = metaDataOffset(id) + LABEL_OFFSET;
    int length = Math.min(labelLength, MAX_LABEL_LENGTH);
    records.putInt(label, length);
    records.putBytes(label + Integer.BYTES, labelBuffer, labelOffset, length);
    return allocated(id, typeId);
  }

  @Override
  public AtomicCounter newCounter(String label) {
    return newCounter(label, DEFAULT_TYPE_ID);
  }

  @Override
  public AtomicCounter newCounter(String label, int typeId) {
    return new RegionCounter(values, allocate(label, typeId), this);
  }

  @Override
  public AtomicCounter newCounter(String label, int typeId, Consumer<MutableDirectBuffer> keyFunction) {
    return new RegionCounter(values, allocate(label, typeId, keyFunction), this);
  }

  @Override
  public AtomicCounter newCounter(
      int typeId, DirectBuffer keyBuffer, int keyOffset, int keyLength, DirectBuffer labelBuffer, int labelOffset, int labelLength) {
    return new RegionCounter(
        values, allocate(typeId, keyBuffer, keyOffset, keyLength, labelBuffer, labelOffset, labelLength), this);
  }

  /** A counter that was allocated before, in this turn or another. Closing it frees its id. */
  public AtomicCounter counter(int counterId) {
    requireAllocated(counterId);
    return new RegionCounter(values, counterId, this);
  }

  /** An allocated counter as a position. Closing it frees its id. */
  public Position position(int counterId) {
    requireAllocated(counterId);
    return new RegionPosition(values, counterId, this);
  }

  /** An allocated counter as a status. */
  public StatusIndicator statusIndicator(int counterId) {
    requireAllocated(counterId);
    return new RegionStatusIndicator(values, counterId);
  }

  /** Frees an id. */
  @Override
  public void free(int counterId) {
    requireAllocated(counterId);
    int record = metaDataOffset(counterId);
    records.putInt(record, RECORD_RECLAIMED);
    records.setMemory(record + KEY_OFFSET, MAX_KEY_LENGTH, (byte) 0);
    records.putLong(record + FREE_FOR_REUSE_DEADLINE_OFFSET, clock.time() + freeToReuseTimeoutMs);
  }

  @Override
  public void setCounterKey(int counterId, Consumer<MutableDirectBuffer> keyFunction) {
    validateCounterId(counterId);
    keyFunction.accept(key(counterId));
  }

  /** As Agrona's; the keys' buffers are {@link RegionBuffer}s. */
  @Override
  public void forEach(MetaData metaData) {
    for (int id = 0; id <= maxCounterId && getCounterState(id) != RECORD_UNUSED; id++) {
      if (getCounterState(id) == RECORD_ALLOCATED) {
        metaData.accept(id, getCounterTypeId(id), key(id), getCounterLabel(id));
      }
    }
  }

  @Override
  public String toString() {
    return "RegionCounters[capacity=" + capacity() + "]";
  }

  static boolean proposeMax(RegionBuffer values, int index, long proposedValue) {
    boolean isGreater = values.getLong(index) < proposedValue;
    if (isGreater) {
      values.putLong(index, proposedValue);
    }
    return isGreater;
  }

  private RegionBuffer key(int id) {
    return records.slice(metaDataOffset(id) + KEY_OFFSET, MAX_KEY_LENGTH);
  }

  private boolean isAvailable(int id, long now) {
    int state = getCounterState(id);
    return state == RECORD_UNUSED || (state == RECORD_RECLAIMED && now >= getFreeForReuseDeadline(id));
  }

  /** The lowest that is available: those that were never used are the last ones, where Agrona's readers stop. */
  private int nextId() {
    long now = clock.time();
    for (int id = 0; id <= maxCounterId; id++) {
      if (isAvailable(id, now)) {
        return id;
      }
    }
    throw new IllegalStateException(
        "counters: all " + capacity() + " are in use or wait to be given out again; free one, or make the regions longer");
  }

  /** The last step: an id whose record says so is taken. */
  private int allocated(int id, int typeId) {
    int value = counterOffset(id);
    values.putLong(value, 0);
    values.putLong(value + REGISTRATION_ID_OFFSET, DEFAULT_REGISTRATION_ID);
    values.putLong(value + OWNER_ID_OFFSET, DEFAULT_OWNER_ID);
    values.putLong(value + REFERENCE_ID_OFFSET, DEFAULT_REFERENCE_ID);
    int record = metaDataOffset(id);
    records.putInt(record + TYPE_ID_OFFSET, typeId);
    records.putLong(record + FREE_FOR_REUSE_DEADLINE_OFFSET, NOT_FREE_TO_REUSE);
    records.putInt(record, RECORD_ALLOCATED);
    return id;
  }

  private void requireAllocated(int counterId) {
    validateCounterId(counterId);
    if (getCounterState(counterId) != RECORD_ALLOCATED) {
      throw new IllegalStateException("counter " + counterId + " is not allocated; take an id that allocate returned");
    }
  }
}
