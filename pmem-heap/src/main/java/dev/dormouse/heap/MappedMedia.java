package dev.dormouse.heap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * An ordinary file, mapped once. The page cache keeps every store that was made when the process ends by whatever cause,
 * so flushing is nothing to do and a fence is a store fence of compiler and CPU. On a RAM file system the class is
 * {@link DurabilityClass#VOLATILE}, elsewhere {@link DurabilityClass#PROCESS_CRASH}.
 */
public final class MappedMedia extends FileMapping {
  private final FileSystemKind fileSystem;

  private MappedMedia(PoolFile file, Arena arena, MemorySegment memory, FileSystemKind fileSystem) {
    super(file, arena, memory);
    this.fileSystem = fileSystem;
  }

  /**
   * Makes a file of {@code sizeBytes} written zeros, so that the disk's space is really there, and maps it.
   *
   * @throws PoolFull if the disk has no room; the file is deleted again
   * @throws MediaUnavailable if there is a file at {@code path}, or it cannot be made
   */
  public static MappedMedia create(Path path, long sizeBytes) {
    return create(path, sizeBytes, sizeBytes);
  }

  /** As {@link #create(Path, long)}; what lies behind, up to {@code maxBytes}, may be had by {@link #provision}. */
  static MappedMedia create(Path path, long sizeBytes, long maxBytes) {
    return PoolFiles.create(path, sizeBytes, _ -> {}, (file, arena) -> map(file, maxBytes, arena));
  }

  /**
   * Maps the first {@code sizeBytes} bytes of a file.
   *
   * @throws MediaUnavailable if the file cannot be opened for reading and writing, or is shorter than that
   */
  public static MappedMedia open(Path path, long sizeBytes) {
    return open(path, sizeBytes, sizeBytes);
  }

  /** As {@link #open(Path, long)}; what lies behind, up to {@code maxBytes}, may be had by {@link #provision}. */
  static MappedMedia open(Path path, long sizeBytes, long maxBytes) {
    return PoolFiles.open(path, sizeBytes, (file, arena) -> map(file, maxBytes, arena));
  }

  private static MappedMedia map(PoolFile file, long maxBytes, Arena arena) throws IOException {
    MemorySegment memory = file.channel().map(FileChannel.MapMode.READ_WRITE, 0, maxBytes, arena);
    return new MappedMedia(file, arena, memory, FileSystemKind.of(file.path()));
  }

  @Override
  public DurabilityClass durabilityClass() {
    return fileSystem.durabilityClass();
  }

  @Override
  public String describe() {
    return "mapped file " + path();
  }

  @Override
  public List<String> notes() {
    return fileSystem.notes(path(), sizeBytes());
  }

  @Override
  public boolean flushes() {
    return false;
  }

  @Override
  public void flush(long offset, long length) {
    // The page cache has every store already: there is nothing to hand over.
    Objects.checkFromIndexSize(offset, length, sizeBytes());
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
    settlePages(fileSystem.durabilityClass(), offset, length);
  }
}
