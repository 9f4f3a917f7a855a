package dev.dormouse.emulation.slow;

import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.JournalWriter;
import dev.dormouse.heap.Media;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Function;

/**
 * Another medium, at the speed of slower memory: callers spin for as long as a {@link LatencyProfile} says. What is modelled, what is
 * not, and how exact it is stands in the package's description. Bytes, errors and durability are those of the medium below.
 *
 * <p>Threads: any thread may call any method. Each owes for itself; the cache and the bandwidth of the device are shared by all. Nothing
 * is allocated by an access. Opening and closing ({@link #settle}) are not charged, nor is what is read to be written into a {@link
 * #journal}.
 */
public final class SlowMedia implements Media {
  private final Media media;
  private final LatencyProfile profile;
  private final CacheModel cache;
  private final Bill bill;

  /** Shows {@code media} slowed down, with an empty cache, and closes it when it is closed. */
  public SlowMedia(Media media, LatencyProfile profile) {
    this(media, profile, SpinClock.INSTANCE);
  }

  SlowMedia(Media media, LatencyProfile profile, NanoClock clock) {
    this.media = media;
    this.profile = profile;
    this.cache = new CacheModel(profile.cache(), media.sizeBytes());
    this.bill = new Bill(profile, clock);
  }

  /** What it is slowed down to. */
  public LatencyProfile profile() {
    return profile;
  }

  /** How long callers had to wait in all, by the model, in nanoseconds. While others use the medium, a value of about then. */
  public long chargedNanos() {
    return bill.chargedNanos();
  }

  /** How many blocks were not in the cache when they were read or stored to. */
  public long missedBlocks() {
    return bill.misses();
  }

  /** How many lines flushes handed over, or blocks a sync wrote. */
  public long writtenBackBlocks() {
    return bill.writtenBack();
  }

  @Override
  public long sizeBytes() {
    return media.sizeBytes();
  }

  @Override
  public DurabilityClass durabilityClass() {
    return media.durabilityClass();
  }

  @Override
  public String describe() {
    return media.describe() + " (" + profile.label() + ")";
  }

  @Override
  public boolean flushes() {
    return profile.write().flushes() || media.journal() != null;
  }

  @Override
  public byte getByte(long offset) {
    if (cache.holds(offset, Byte.BYTES)) {
      return media.getByte(offset);
    }
    long start = bill.now();
    byte value = media.getByte(offset);
    bill.read(cache, start, offset, Byte.BYTES);
    return value;
  }

  @Override
  public short getShort(long offset) {
    if (cache.holds(offset, Short.BYTES)) {
      return media.getShort(offset);
    }
    long start = bill.now();
    short value = media.getShort(offset);
    bill.read(cache, start, offset, Short.BYTES);
    return value;
  }

  @Override
  public int getInt(long offset) {
    if (cache.holds(offset, Integer.BYTES)) {
      return media.getInt(offset);
    }
    long start = bill.now();
    int value = media.getInt(offset);
    bill.read(cache, start, offset, Integer.BYTES);
    return value;
  }

  @Override
  public long getLong(long offset) {
    if (cache.holds(offset, Long.BYTES)) {
      return media.getLong(offset);
    }
    long start = bill.now();
    long value = media.getLong(offset);
    bill.read(cache, start, offset, Long.BYTES);
    return value;
  }

  @Override
  public long getLongAcquire(long offset) {
    if (cache.holds(offset, Long.BYTES)) {
      return media.getLongAcquire(offset);
    }
    long start = bill.now();
    long value = media.getLongAcquire(offset);
    bill.read(cache, start, offset, Long.BYTES);
    return value;
  }

  @Override
  public void putByte(long offset, byte value) {
    media.putByte(offset, value);
    stored(offset, Byte.BYTES);
  }

  @Override
  public void putShort(long offset, short value) {
    media.putShort(offset, value);
    stored(offset, Short.BYTES);
  }

  @Override
  public void putInt(long offset, int value) {
    media.putInt(offset, value);
    stored(offset, Integer.BYTES);
  }

  @Override
  public void putLong(long offset, long value) {
    media.putLong(offset, value);
    stored(offset, Long.BYTES);
  }

  @Override
  public void putLongRelease(long offset, long value) {
    media.putLongRelease(offset, value);
    stored(offset, Long.BYTES);
  }

  /** A number was stored. */
  private void stored(long offset, int length) {
    if (!cache.holdsStored(offset, length)) {
      bill.store(cache, offset, length);
    }
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    if (cache.holds(offset, length)) {
      media.read(offset, destination, index, length);
      return;
    }
    long start = bill.now();
    media.read(offset, destination, index, length);
    rangeRead(start, offset, length);
  }

  @Override
  public void read(long offset, MemorySegment destination) {
    long start = bill.now();
    media.read(offset, destination);
    rangeRead(start, offset, destination.byteSize());
  }

  @Override
  public void write(long offset, byte[] source, int index, int length) {
    media.write(offset, source, index, length);
    rangeStored(offset, length);
  }

  @Override
  public void write(long offset, MemorySegment source) {
    media.write(offset, source);
    rangeStored(offset, source.byteSize());
  }

  @Override
  public void copy(long fromOffset, long toOffset, long length) {
    long start = bill.now();
    media.copy(fromOffset, toOffset, length);
    rangeRead(start, fromOffset, length);
    rangeStored(toOffset, length);
  }

  @Override
  public void fill(long offset, long length, byte value) {
    media.fill(offset, length, value);
    rangeStored(offset, length);
  }

  /** Charged as if all of the range were read and stored to: what is done through the segment is not seen. */
  @Override
  public <R> R lend(long offset, long length, Function<? super MemorySegment, ? extends R> use) {
    Objects.checkFromIndexSize(offset, length, media.sizeBytes());
    rangeRead(bill.now(), offset, length);
    // Dirty already while it is lent, so that a flush inside of the call hands it over.
    rangeStored(offset, length);
    try {
      return media.lend(offset, length, use);
    } finally {
      rangeStored(offset, length);
    }
  }

  private void rangeRead(long start, long offset, long length) {
    if (length > 0) {
      bill.read(cache, start, offset, length);
    }
  }

  private void rangeStored(long offset, long length) {
    if (length > 0) {
      bill.store(cache, offset, length);
    }
  }

  @Override
  public void flush(long offset, long length) {
    media.flush(offset, length);
    if (length > 0 && profile.write().flushes()) {
      bill.flush(cache, offset, length);
    }
  }

  @Override
  public void putAndFlush(long offset, long value) {
    media.pin(offset, Long.BYTES);
    try {
      Media.super.putAndFlush(offset, value);
    } finally {
      media.unpin(offset, Long.BYTES);
    }
  }

  @Override
  public void zeroAndFlush(long offset, long length) {
    media.pin(offset, length);
    try {
      Media.super.zeroAndFlush(offset, length);
    } finally {
      media.unpin(offset, length);
    }
  }

  @Override
  public void fence() {
    media.fence();
    bill.fence();
  }

  @Override
  public void sync() {
    media.sync();
    bill.sync(cache);
  }

  @Override
  public Journal journal() {
    return media.journal();
  }

  @Override
  public JournalWriter journalWriter() {
    return media.journalWriter();
  }

  @Override
  public void pin(long offset, long length) {
    media.pin(offset, length);
  }

  @Override
  public void unpin(long offset, long length) {
    media.unpin(offset, length);
  }

  @Override
  public void admit() {
    media.admit();
  }

  @Override
  public void settle(long offset, long length) {
    media.settle(offset, length);
  }

  @Override
  public void provision(long fromOffset, long toOffset) {
    media.provision(fromOffset, toOffset);
  }

  @Override
  public void close() {
    media.close();
  }
}
