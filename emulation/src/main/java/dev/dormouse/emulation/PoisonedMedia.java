package dev.dormouse.emulation;

import dev.dormouse.heap.Media;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Another medium, some of whose lines cannot be read: what a processor's machine check makes of memory that lost its bits, and
 * the kernel of a page that it cannot bring in. A JVM that touches such a place in a mapping gets the same {@link InternalError} as here. What is stored to a line does not heal it.
 *
 * <p>Threads: as the medium below; lines can be poisoned while it is in use.
 */
public final class PoisonedMedia extends HookedMedia {
  private final ConcurrentSkipListSet<Long> poisoned = new ConcurrentSkipListSet<>();

  /** Shows {@code media}, all of which can be read so far, and closes it when it is closed. */
  public PoisonedMedia(Media media) {
    super(media);
  }

  /** Makes every line unreadable that has a byte in the range. */
  public void poison(long offset, long length) {
    for (long line = offset / LINE_BYTES; line * LINE_BYTES < offset + length; line++) {
      poisoned.add(line);
    }
  }

  /** Makes all lines readable again; they hold what was stored last. */
  public void heal() {
    poisoned.clear();
  }

  private void touch(long offset, long length) {
    Long line = poisoned.ceiling(offset / LINE_BYTES);
    if (line != null && length > 0 && line * LINE_BYTES < offset + length) {
      throw new InternalError("a fault occurred in an unsafe memory access operation");
    }
  }

  @Override
  public byte getByte(long offset) {
    touch(offset, Byte.BYTES);
    return super.getByte(offset);
  }

  @Override
  public short getShort(long offset) {
    touch(offset, Short.BYTES);
    return super.getShort(offset);
  }

  @Override
  public int getInt(long offset) {
    touch(offset, Integer.BYTES);
    return super.getInt(offset);
  }

  @Override
  public long getLong(long offset) {
    touch(offset, Long.BYTES);
    return super.getLong(offset);
  }

  @Override
  public long getLongAcquire(long offset) {
    touch(offset, Long.BYTES);
    return super.getLongAcquire(offset);
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    touch(offset, length);
    super.read(offset, destination, index, length);
  }

  @Override
  public void read(long offset, MemorySegment destination) {
    touch(offset, destination.byteSize());
    super.read(offset, destination);
  }

  @Override
  public void copy(long fromOffset, long toOffset, long length) {
    touch(fromOffset, length);
    super.copy(fromOffset, toOffset, length);
  }
}
