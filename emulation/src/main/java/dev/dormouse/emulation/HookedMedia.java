package dev.dormouse.emulation;

import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Journal;
import dev.dormouse.heap.JournalWriter;
import dev.dormouse.heap.Media;
import java.lang.foreign.MemorySegment;

/**
 * Another medium, with something done before and after everything that could change what it leaves: stores, flushes and
 * fences. Made to be extended, by media that count, stop or fail. What is appended to a {@link #journal} goes past the hooks: that is
 * the journal's, and its disk can be made to fail ({@link FaultyDisk}). Threads: as the medium below.
 */
public class HookedMedia implements Media {
  private final Media media;

  /** Shows {@code media}, and closes it when it is closed. */
  public HookedMedia(Media media) {
    this.media = media;
  }

  /** What it throws happens in place of the call. */
  protected void before() {}

  /** The call has happened. */
  protected void after() {}

  private void hooked(Runnable call) {
    before();
    call.run();
    after();
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
    return media.describe();
  }

  @Override
  public boolean flushes() {
    return media.flushes();
  }

  @Override
  public byte getByte(long offset) {
    return media.getByte(offset);
  }

  @Override
  public short getShort(long offset) {
    return media.getShort(offset);
  }

  @Override
  public int getInt(long offset) {
    return media.getInt(offset);
  }

  @Override
  public long getLong(long offset) {
    return media.getLong(offset);
  }

  @Override
  public long getLongAcquire(long offset) {
    return media.getLongAcquire(offset);
  }

  @Override
  public void putByte(long offset, byte value) {
    hooked(() -> media.putByte(offset, value));
  }

  @Override
  public void putShort(long offset, short value) {
    hooked(() -> media.putShort(offset, value));
  }

  @Override
  public void putInt(long offset, int value) {
    hooked(() -> media.putInt(offset, value));
  }

  @Override
  public void putLong(long offset, long value) {
    hooked(() -> media.putLong(offset, value));
  }

  @Override
  public void putLongRelease(long offset, long value) {
    hooked(() -> media.putLongRelease(offset, value));
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    media.read(offset, destination, index, length);
  }

  @Override
  public void read(long offset, MemorySegment destination) {
    media.read(offset, destination);
  }

  @Override
  public void write(long offset, byte[] source, int index, int length) {
    hooked(() -> media.write(offset, source, index, length));
  }

  @Override
  public void write(long offset, MemorySegment source) {
    hooked(() -> media.write(offset, source));
  }

  @Override
  public void copy(long fromOffset, long toOffset, long length) {
    hooked(() -> media.copy(fromOffset, toOffset, length));
  }

  @Override
  public void fill(long offset, long length, byte value) {
    hooked(() -> media.fill(offset, length, value));
  }

  @Override
  public void flush(long offset, long length) {
    hooked(() -> media.flush(offset, length));
  }

  /** Two calls, as wherever a word is stored and flushed, while the medium below keeps the page. */
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
    hooked(media::fence);
  }

  @Override
  public void sync() {
    media.sync();
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
    hooked(() -> media.provision(fromOffset, toOffset));
  }

  @Override
  public void close() {
    media.close();
  }
}
