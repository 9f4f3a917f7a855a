package dev.dormouse.emulation;

import dev.dormouse.emulation.DiskFault.Unsynced;
import dev.dormouse.heap.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Another disk, some of whose calls fail as a disk of Linux does: a write before anything or after any part of it is written, a
 * sync that loses what it was for. Above a {@link MediaDisk} in an exploration a crash leaves what such a disk would: after a
 * failed sync a sector has its old or its new content, and after a later one that succeeded the old one, if that is how it
 * failed.
 *
 * <p>Every write reads first what it replaces. Threads: all methods but {@link #close} by any, one after the other; but plans
 * ({@link DiskFaults.Plan}) stop only their caller.
 */
public final class FaultyDisk implements DiskFile {
  private static final int SECTOR_BYTES = MediaDisk.SECTOR_BYTES;

  private final DiskFile disk;
  private final DiskFaults faults;
  private final ReentrantLock lock = new ReentrantLock();

  /** What the disk had at the last sync of each sector that was written to since. */
  private final NavigableMap<Long, byte[]> synced = new TreeMap<>();

  /** What is read of sectors of which the disk has something older, and will have: a sync takes them for clean. */
  private final Map<Long, byte[]> cached = new TreeMap<>();

  /** Shows {@code disk}, and closes it when it is closed. */
  public FaultyDisk(DiskFile disk, DiskFaults faults) {
    this.disk = disk;
    this.faults = faults;
  }

  /** The system forgets what it has in memory and not on the disk, though it takes it for clean: {@link Unsynced#CACHED}. */
  public void dropCache() {
    lock.lock();
    try {
      cached.clear();
    } finally {
      lock.unlock();
    }
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
    int length = destination.remaining();
    Optional<DiskFault> fault = faults.before(DiskFaults.Kind.READ, describe(), position, length);
    lock.lock();
    try {
      if (fault.isPresent()) {
        throw fault.get().exception();
      }
      int start = destination.position();
      disk.read(position, destination.slice());
      cached.forEach(
          (sector, content) -> {
            long first = sector * SECTOR_BYTES;
            long from = Math.max(position, first);
            long to = Math.min(position + length, first + content.length);
            if (from < to) {
              destination.put(start + (int) (from - position), content, (int) (from - first), (int) (to - from));
            }
          });
      destination.position(start + length);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void write(long position, ByteBuffer source) throws IOException {
    write(DiskFaults.Kind.WRITE, position, source);
  }

  @Override
  public void writeThrough(long position, ByteBuffer source) throws IOException {
    write(DiskFaults.Kind.WRITE_THROUGH, position, source);
  }

  private void write(DiskFaults.Kind kind, long position, ByteBuffer source) throws IOException {
    int length = source.remaining();
    Optional<DiskFault> fault = faults.before(kind, describe(), position, length);
    boolean through = kind == DiskFaults.Kind.WRITE_THROUGH;
    lock.lock();
    try {
      int written = fault.isPresent() ? Math.min(length, fault.get().writtenBytes()) : length;
      if (written > 0) {
        write(position, source.slice(source.position(), written), through && fault.isEmpty());
      }
      if (fault.isPresent()) {
        if (through && written > 0) {
          lose(fault.get(), sectors(position, position + written));
        }
        throw fault.get().exception();
      }
      source.position(source.limit());
    } finally {
      lock.unlock();
    }
  }

  /** Sectors that are written to are to be synced from then on, each whole: with what the cache alone had of it. */
  private void write(long position, ByteBuffer source, boolean through) throws IOException {
    long end = position + source.remaining();
    if (position < 0 || end > sizeBytes()) {
      // It is the disk's to refuse that.
      disk.write(position, source);
      return;
    }
    byte[] head = cached.get(position / SECTOR_BYTES);
    byte[] tail = cached.get((end - 1) / SECTOR_BYTES);
    int before = head == null ? 0 : (int) (position % SECTOR_BYTES);
    int after = tail == null ? 0 : tail.length - 1 - (int) ((end - 1) % SECTOR_BYTES);
    ByteBuffer whole = source;
    if (before + after > 0) {
      whole = ByteBuffer.allocate(before + source.remaining() + after);
      if (before > 0) {
        whole.put(head, 0, before);
      }
      whole.put(source);
      if (after > 0) {
        whole.put(tail, tail.length - after, after);
      }
      whole.flip();
    }
    for (long sector = position / SECTOR_BYTES; sector * SECTOR_BYTES < end; sector++) {
      if (!synced.containsKey(sector)) {
        synced.put(sector, onDisk(sector));
      }
    }
    if (through) {
      disk.writeThrough(position - before, whole);
      sectors(position, end).clear();
    } else {
      disk.write(position - before, whole);
    }
    cached.keySet().removeIf(sector -> (sector + 1) * SECTOR_BYTES > position && sector * SECTOR_BYTES < end);
  }

  /** Those of the unsynced sectors that have a byte in the range. */
  private SortedMap<Long, byte[]> sectors(long from, long to) {
    return synced.subMap(from / SECTOR_BYTES, true, (to - 1) / SECTOR_BYTES, true);
  }

  private byte[] onDisk(long sector) throws IOException {
    long first = sector * SECTOR_BYTES;
    byte[] content = new byte[(int) Math.min(SECTOR_BYTES, disk.sizeBytes() - first)];
    disk.read(first, ByteBuffer.wrap(content));
    return content;
  }

  @Override
  public void sync() throws IOException {
    Optional<DiskFault> fault = faults.before(DiskFaults.Kind.SYNC, describe(), 0, 0);
    lock.lock();
    try {
      if (fault.isEmpty()) {
        disk.sync();
        synced.clear();
      } else {
        lose(fault.get(), synced);
        throw fault.get().exception();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The sectors that do not get to the disk have their old content on it again. None of them is unsynced any more. */
  private void lose(DiskFault fault, SortedMap<Long, byte[]> unsynced) throws IOException {
    for (Map.Entry<Long, byte[]> old : unsynced.entrySet()) {
      Unsynced fate = fault.unsynced(old.getKey());
      if (fate == Unsynced.CACHED) {
        cached.put(old.getKey(), onDisk(old.getKey()));
      }
      if (fate != Unsynced.WRITTEN) {
        disk.write(old.getKey() * SECTOR_BYTES, ByteBuffer.wrap(old.getValue()));
      }
    }
    unsynced.clear();
  }

  @Override
  public void close() throws IOException {
    disk.close();
  }
}
