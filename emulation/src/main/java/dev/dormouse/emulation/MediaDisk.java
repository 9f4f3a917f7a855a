package dev.dormouse.emulation;

import dev.dormouse.heap.DiskFile;
import dev.dormouse.heap.Media;
import java.io.EOFException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A range of a medium as a file on a disk, so that several files can crash together: a write is one store call, a sync is
 * {@link Media#settle} of the range, and of nothing else; what is written through is settled alone. Made for
 * {@link PersistencyModel#SECTORS}, where a sync of one file makes nothing durable of another, and for
 * {@link PersistencyModel#EADR}, which leaves what a process that is killed has written, in its order. Under the other models,
 * where no file is written by system calls, a sync would order nothing.
 *
 * <p>Threads: as the medium.
 */
public final class MediaDisk implements DiskFile {
  /** Files begin at multiples of so many bytes of their medium, because what is synced is whole sectors. */
  public static final int SECTOR_BYTES = 512;

  private final String name;
  private final Media media;
  private final long offset;
  private final long sizeBytes;

  /**
   * The bytes {@code [offset, offset + sizeBytes)} of {@code media}, which stays open when the file is closed.
   *
   * @param name of the file, for messages
   * @param offset a multiple of {@link #SECTOR_BYTES}
   * @throws IllegalArgumentException if it is none, or the range is not all on the medium
   */
  public MediaDisk(String name, Media media, long offset, long sizeBytes) {
    if (offset < 0 || sizeBytes < 0 || offset > media.sizeBytes() - sizeBytes) {
      throw new IllegalArgumentException(
          name + ": bytes [" + offset + ", +" + sizeBytes + ") are outside the " + media.sizeBytes() + " bytes of its medium");
    }
    if (offset % SECTOR_BYTES != 0) {
      throw new IllegalArgumentException(
          name + ": begins at byte " + offset + " of its medium, a multiple of " + SECTOR_BYTES
              + " expected, so that no two files share a sector");
    }
    this.name = name;
    this.media = media;
    this.offset = offset;
    this.sizeBytes = sizeBytes;
  }

  @Override
  public String describe() {
    return name;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long position, ByteBuffer destination) throws EOFException {
    int length = destination.remaining();
    if (isOutside(position, length)) {
      throw new EOFException(
          name + ": bytes [" + position + ", +" + length + ") asked for, it has " + sizeBytes + "; nothing was read");
    }
    media.read(offset + position, MemorySegment.ofBuffer(destination));
    destination.position(destination.limit());
  }

  /**
   * Writes as the interface says.
   *
   * @throws IndexOutOfBoundsException if the range is not all in the file, whose length is fixed
   */
  @Override
  public void write(long position, ByteBuffer source) {
    int length = source.remaining();
    if (isOutside(position, length)) {
      throw new IndexOutOfBoundsException(
          name + ": bytes [" + position + ", +" + length + ") are outside its " + sizeBytes + " bytes; nothing was written");
    }
    media.write(offset + position, MemorySegment.ofBuffer(source));
    source.position(source.limit());
  }

  /** Writes, and syncs the sectors that it wrote to: no others, though a sync of the file would do. */
  @Override
  public void writeThrough(long position, ByteBuffer source) {
    int length = source.remaining();
    write(position, source);
    media.settle(offset + position, length);
  }

  private boolean isOutside(long position, int length) {
    return position < 0 || position > sizeBytes - length;
  }

  @Override
  public void sync() {
    media.settle(offset, sizeBytes);
  }

  /** Does nothing: the medium is not this file's, and the file can still be used. */
  @Override
  public void close() {
    // See above.
  }
}
