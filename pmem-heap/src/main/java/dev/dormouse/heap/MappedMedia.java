package dev.dormouse.heap;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * An ordinary file, mapped once. The page cache keeps every store that was made when the process ends by whatever cause,
 * so flushing is nothing to do and a fence is a store fence of compiler and CPU. On a RAM file system the class is
 * {@link DurabilityClass#VOLATILE}, elsewhere {@link DurabilityClass#PROCESS_CRASH}.
 */
public final class MappedMedia implements Media {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();
  private static final int ZEROS_BYTES = 1 << 20;

  private final Path path;
  private final Arena arena;
  private final MemorySegment memory;
  private final DurabilityClass durabilityClass;

  private MappedMedia(Path path, Arena arena, MemorySegment memory, DurabilityClass durabilityClass) {
    this.path = path;
    this.arena = arena;
    this.memory = memory;
    this.durabilityClass = durabilityClass;
  }

  /**
   * Makes a file of {@code sizeBytes} written zeros, so that the disk's space is really there, and maps it.
   *
   * @throws PoolFull if the disk has no room; the file is deleted again
   * @throws MediaUnavailable if there is a file at {@code path}, or it cannot be made
   */
  public static MappedMedia create(Path path, long sizeBytes) {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      try {
        writeZeros(channel, sizeBytes);
      } catch (IOException e) {
        Files.deleteIfExists(path);
        if (e instanceof InterruptedIOException || e instanceof ClosedByInterruptException) {
          throw e;
        }
        throw new PoolFull(
            path.toString(),
            "writing " + sizeBytes + " bytes failed (" + e.getMessage() + "); the file was deleted again, free some disk"
                + " space or ask for a smaller pool");
      }
      return map(path, channel, sizeBytes);
    } catch (FileAlreadyExistsException e) {
      throw new MediaUnavailable(path.toString(), "there is a file of that name already; open it, or delete it first", e);
    } catch (IOException e) {
      throw unavailable(path, "created", e);
    }
  }

  /**
   * Maps the first {@code sizeBytes} bytes of a file.
   *
   * @throws MediaUnavailable if the file cannot be opened for reading and writing, or is shorter than that
   */
  public static MappedMedia open(Path path, long sizeBytes) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      // FileChannel.map would extend a shorter file, sparse, and a full disk would then end the JVM (R17).
      if (channel.size() < sizeBytes) {
        throw new MediaUnavailable(
            path.toString(), "the file has " + channel.size() + " bytes, " + sizeBytes + " expected", null);
      }
      return map(path, channel, sizeBytes);
    } catch (IOException e) {
      throw unavailable(path, "opened for reading and writing", e);
    }
  }

  private static MediaUnavailable unavailable(Path path, String wanted, IOException e) {
    return new MediaUnavailable(
        path.toString(),
        "cannot be " + wanted + ": the system said " + e.getClass().getSimpleName() + " " + e.getMessage()
            + "; check the folder, the rights and the file system",
        e);
  }

  private static void writeZeros(FileChannel channel, long sizeBytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS_BYTES, sizeBytes));
    long at = 0;
    while (at < sizeBytes) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), sizeBytes - at));
      while (zeros.hasRemaining()) {
        at += channel.write(zeros, at);
      }
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // It is closed with the medium, or here where mapping fails.
  private static MappedMedia map(Path path, FileChannel channel, long sizeBytes) throws IOException {
    // Shared, because components run in any thread; closed once, with the pool.
    Arena arena = Arena.ofShared();
    try {
      MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes, arena);
      return new MappedMedia(path, arena, memory, classOf(path));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static DurabilityClass classOf(Path path) throws IOException {
    String type = Files.getFileStore(path).type();
    return type.equals("tmpfs") || type.equals("ramfs") ? DurabilityClass.VOLATILE : DurabilityClass.PROCESS_CRASH;
  }

  @Override
  public long sizeBytes() {
    return memory.byteSize();
  }

  @Override
  public DurabilityClass durabilityClass() {
    return durabilityClass;
  }

  @Override
  public String describe() {
    return "mapped file " + path;
  }

  @Override
  public boolean flushes() {
    return false;
  }

  @Override
  public byte getByte(long offset) {
    return memory.get(BYTE, offset);
  }

  @Override
  public short getShort(long offset) {
    return memory.get(SHORT, offset);
  }

  @Override
  public int getInt(long offset) {
    return memory.get(INT, offset);
  }

  @Override
  public long getLong(long offset) {
    return memory.get(LONG, offset);
  }

  @Override
  public long getLongAcquire(long offset) {
    return (long) WORD.getAcquire(memory, offset);
  }

  @Override
  public void putByte(long offset, byte value) {
    memory.set(BYTE, offset, value);
  }

  @Override
  public void putShort(long offset, short value) {
    memory.set(SHORT, offset, value);
  }

  @Override
  public void putInt(long offset, int value) {
    memory.set(INT, offset, value);
  }

  @Override
  public void putLong(long offset, long value) {
    memory.set(LONG, offset, value);
  }

  @Override
  public void putLongRelease(long offset, long value) {
    WORD.setRelease(memory, offset, value);
  }

  @Override
  public void read(long offset, byte[] destination, int index, int length) {
    MemorySegment.copy(memory, BYTE, offset, destination, index, length);
  }

  @Override
  public void read(long offset, MemorySegment destination) {
    MemorySegment.copy(memory, offset, destination, 0, destination.byteSize());
  }

  @Override
  public void write(long offset, byte[] source, int index, int length) {
    MemorySegment.copy(source, index, memory, BYTE, offset, length);
  }

  @Override
  public void write(long offset, MemorySegment source) {
    MemorySegment.copy(source, 0, memory, offset, source.byteSize());
  }

  @Override
  public void copy(long fromOffset, long toOffset, long length) {
    MemorySegment.copy(memory, fromOffset, memory, toOffset, length);
  }

  @Override
  public void fill(long offset, long length, byte value) {
    memory.asSlice(offset, length).fill(value);
  }

  @Override
  public void flush(long offset, long length) {
    // The page cache has every store already: there is nothing to hand over.
    Objects.checkFromIndexSize(offset, length, memory.byteSize());
  }

  @Override
  public void fence() {
    // R8: without it the JIT may hoist a data store above the undo store that must come first.
    VarHandle.releaseFence();
  }

  @Override
  public void sync() {
    // PROCESS_CRASH promises what the page cache keeps, and it keeps it from the store on.
  }

  @Override
  public void settle(long offset, long length) {
    if (durabilityClass == DurabilityClass.VOLATILE) {
      return;
    }
    try {
      memory.asSlice(offset, length).force();
    } catch (UncheckedIOException e) {
      throw new MediaUnavailable(
          describe(), "the system could not write it to the disk: " + e.getCause().getMessage() + "; free space, or check the disk", e);
    }
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
