package dev.dormouse.component.mutants;

import dev.dormouse.heap.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Another disk: what is overridden is seen, or done differently. */
class HookedDisk implements DiskFile {
  private final DiskFile disk;

  HookedDisk(DiskFile disk) {
    this.disk = disk;
  }

  @Override
  public String describe() {
    return disk.describe();
  }

  @Override
  public long sizeBytes() {
    return disk.sizeBytes();
  }

  @Override
  public void read(long position, ByteBuffer destination) throws IOException {
    disk.read(position, destination);
  }

  @Override
  public void write(long position, ByteBuffer source) throws IOException {
    disk.write(position, source);
  }

  @Override
  public void writeThrough(long position, ByteBuffer source) throws IOException {
    disk.writeThrough(position, source);
  }

  @Override
  public void sync() throws IOException {
    disk.sync();
  }

  @Override
  public void close() throws IOException {
    disk.close();
  }
}
