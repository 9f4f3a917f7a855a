package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A disk's file in memory, that counts what is asked of it, and can fail. */
class ArrayDisk implements DiskFile {
  final byte[] bytes;
  int writes;
  int syncs;
  /** What the next call is to throw; null for nothing. */
  IOException failure;

  ArrayDisk(long sizeBytes) {
    bytes = new byte[Math.toIntExact(sizeBytes)];
  }

  @Override
  public String describe() {
    return "array";
  }

  @Override
  public long sizeBytes() {
    return bytes.length;
  }

  @Override
  public synchronized void read(long position, ByteBuffer destination) throws IOException {
    int length = destination.remaining();
    if (position < 0 || position > bytes.length - length) {
      throw new IOException("the file ends before byte " + (position + length));
    }
    destination.put(bytes, (int) position, length);
  }

  @Override
  public synchronized void write(long position, ByteBuffer source) throws IOException {
    fail();
    Objects.checkFromIndexSize(position, source.remaining(), (long) bytes.length);
    source.get(bytes, (int) position, source.remaining());
    writes++;
  }

  @Override
  public synchronized void sync() throws IOException {
    fail();
    syncs++;
  }

  private void fail() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {
    // It is looked at afterwards.
  }
}
