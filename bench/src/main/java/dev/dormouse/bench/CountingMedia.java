package dev.dormouse.bench;

import dev.dormouse.heap.DurabilityClass;
import dev.dormouse.heap.Media;
import java.lang.foreign.MemorySegment;

/** Another medium that says it flushes, and counts its fences. For one thread. */
final class CountingMedia implements Media {
  private final Media media;
  private int fences;

  CountingMedia(Media media) {
    this.media = media;
  }

  int fences() {
    return fences;
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
    return true;
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
    media.putByte(offset, value);
  }

  @Override
  public void putShort(long offset, short value) {
    media.putShort(offset, value);
  }

  @Override
  public void putInt(long offset, int value) {
    media.putInt(offset, value);
  }

  @Override
  public void putLong(long offset, long value) {
    media.putLong(offset, value);
  }

  @Override
  public void putLongRelease(long offset, long value) {
    media.putLongRelease(offset, value);
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
    media.write(offset, source, index, length);
  }

  @Override
  public void write(long offset, MemorySegment source) {
    media.write(offset, source);
  }

  @Override
  public void copy(long fromOffset, long toOffset, long length) {
    media.copy(fromOffset, toOffset, length);
  }

  @Override
  public void fill(long offset, long length, byte value) {
    media.fill(offset, length, value);
  }

  @Override
  public void flush(long offset, long length) {
    media.flush(offset, length);
  }

  @Override
  public void fence() {
    fences++;
    media.fence();
  }

  @Override
  public void sync() {
    media.sync();
  }

  @Override
  public void close() {
    media.close();
  }
}
