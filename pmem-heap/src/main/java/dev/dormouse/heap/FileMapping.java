package dev.dormouse.heap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;

/**
 * A file that is mapped once: how its bytes are reached. How they become durable is the kinds' affair. All accesses are
 * here and none is overridden, so a caller that has met one kind only is compiled as if there were no other.
 */
abstract sealed class FileMapping implements Media permits MappedMedia, EmulatedDaxMedia, DaxMedia, LlplMedia, JournaledMedia {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();

  private static final int FILLED_BY_WORDS = 512;
  private static final int MOST_COPIED_BYTES = 32 << 10;

  private final MappedFile file;
  private final Arena arena;
  private final MemorySegment memory;

  /** Owns {@code file}, and {@code arena}, in which {@code memory} was mapped. */
  FileMapping(MappedFile file, Arena arena, MemorySegment memory) {
    this.file = file;
    this.arena = arena;
    this.memory = memory;
  }

  final Path path() {
    return file.path();
  }

  final MemorySegment memory() {
    return memory;
  }

  final void requireOpen() {
    if (!arena.scope().isAlive()) {
      throw new IllegalStateException(describe() + " is closed");
    }
  }

  /** What {@link #settle} is where the page cache lies between: the pages are written to the disk, unless there is none. */
  final void settlePages(DurabilityClass durabilityClass, long offset, long length) {
    if (durabilityClass == DurabilityClass.VOLATILE) {
      return;
    }
    MemorySegment pages = memory.asSlice(offset, length);
    ForcedPages.write(describe(), pages::force);
  }

  @Override
  public final long sizeBytes() {
    return memory.byteSize();
  }

  @Override
  public final byte getByte(long offset) {
    return memory.get(BYTE, offset);
  }

  @Override
  public final short getShort(long offset) {
    return memory.get(SHORT, offset);
  }

  @Override
  public final int getInt(long offset) {
    return memory.get(INT, offset);
  }

  @Override
  public final long getLong(long offset) {
    return memory.get(LONG, offset);
  }

  @Override
  public final long getLongAcquire(long offset) {
    return (long) WORD.getAcquire(memory, offset);
  }

  @Override
  public final void putByte(long offset, byte value) {
    memory.set(BYTE, offset, value);
  }

  @Override
  public final void putShort(long offset, short value) {
    memory.set(SHORT, offset, value);
  }

  @Override
  public final void putInt(long offset, int value) {
    memory.set(INT, offset, value);
  }

  @Override
  public final void putLong(long offset, long value) {
    memory.set(LONG, offset, value);
  }

  @Override
  public final void putLongRelease(long offset, long value) {
    WORD.setRelease(memory, offset, value);
  }

  @Override
  public final void read(long offset, byte[] destination, int index, int length) {
    MemorySegment.copy(memory, BYTE, offset, destination, index, length);
  }

  @Override
  public final void read(long offset, MemorySegment destination) {
    MemorySegment.copy(memory, offset, destination, 0, destination.byteSize());
  }

  @Override
  public final void write(long offset, byte[] source, int index, int length) {
    MemorySegment.copy(source, index, memory, BYTE, offset, length);
  }

  @Override
  public final void write(long offset, MemorySegment source) {
    MemorySegment.copy(source, 0, memory, offset, source.byteSize());
  }

  @Override
  public final void copy(long fromOffset, long toOffset, long length) {
    MemorySegment.copy(memory, fromOffset, memory, toOffset, length);
  }

  @Override
  public final void fill(long offset, long length, byte value) {
    Objects.checkFromIndexSize(offset, length, sizeBytes());
    long filled = Math.min(length, FILLED_BY_WORDS);
    fillByWords(offset, offset + filled, (value & 0xffL) * 0x0101_0101_0101_0101L);
    // Copying what is in the cache to what is not takes less time than filling, and no slice is made: docs/performance.md.
    while (filled < length) {
      long part = Math.min(Math.min(filled, MOST_COPIED_BYTES), length - filled);
      MemorySegment.copy(memory, offset, memory, offset + filled, part);
      filled += part;
    }
  }

  private void fillByWords(long from, long end, long word) {
    long at = from;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      memory.set(LONG, at, word);
    }
    for (; at < end; at++) {
      memory.set(BYTE, at, (byte) word);
    }
  }

  @Override
  public final <R> R lend(long offset, long length, Function<? super MemorySegment, ? extends R> use) {
    return use.apply(memory.asSlice(offset, length));
  }

  @Override
  public final void provision(long fromOffset, long toOffset) {
    Objects.checkFromToIndex(fromOffset, toOffset, sizeBytes());
    requireOpen();
    // The page cache shows the mapping what is written to the file.
    file.extend(fromOffset, toOffset, durabilityClass() == DurabilityClass.POWER_LOSS);
  }

  @Override
  public String populate(long offset, long length) {
    return FirstTouch.of(memory.asSlice(offset, length), durabilityClass() == DurabilityClass.VOLATILE);
  }

  @Override
  public final void close() {
    if (!arena.scope().isAlive()) {
      return;
    }
    release();
    arena.close();
    try {
      file.close();
    } catch (IOException e) {
      throw new MediaUnavailable(describe(), "closing it failed: the system said " + e.getMessage(), e);
    }
  }

  /** Ends what uses the mapping, before it goes. Nothing by default. */
  void release() {}
}
