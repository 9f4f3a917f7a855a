package dev.dormouse.heap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import jdk.nio.mapmode.ExtendedMapMode;

/**
 * A file on persistent memory, mapped once and without the page cache between: loads and stores reach the memory itself.
 * That takes a DAX file system (ext4 or XFS, mounted with {@code dax}), a processor that can write a line back, and a
 * mapping in which the file system's own records are durable before a page can be stored to ({@code MAP_SYNC} of Linux).
 * The class is {@link DurabilityClass#POWER_LOSS}.
 */
public final class DaxMedia extends FileMapping {
  private static final int PROBE_BYTES = 4096;

  private final long lineNanos;

  private DaxMedia(PoolFile file, Arena arena, MemorySegment memory, long lineNanos) {
    super(file, arena, memory);
    this.lineNanos = lineNanos;
  }

  /**
   * Makes a file of {@code sizeBytes} written zeros on a DAX file system and maps it.
   *
   * @throws PoolFull if the file system has no room; the file is deleted again
   * @throws MediaUnavailable if there is a file at {@code path}, or it cannot be made or mapped in this way, or this JVM
   *     cannot write lines back; the message says which, and no file is left
   */
  public static DaxMedia create(Path path, long sizeBytes) {
    return create(path, sizeBytes, sizeBytes);
  }

  /** As {@link #create(Path, long)}; what lies behind, up to {@code maxBytes}, may be had by {@link #provision}. */
  static DaxMedia create(Path path, long sizeBytes, long maxBytes) {
    WriteBack.requireUsable(path);
    return PoolFiles.create(path, sizeBytes, channel -> probe(path, channel), (file, arena) -> map(file, maxBytes, arena));
  }

  /**
   * Maps the first {@code sizeBytes} bytes of a file on a DAX file system.
   *
   * @throws MediaUnavailable if the file cannot be opened for reading and writing, is shorter than that, or cannot be mapped
   *     in this way, or this JVM cannot write lines back; the message says which
   */
  public static DaxMedia open(Path path, long sizeBytes) {
    return open(path, sizeBytes, sizeBytes);
  }

  /** As {@link #open(Path, long)}; what lies behind, up to {@code maxBytes}, may be had by {@link #provision}. */
  static DaxMedia open(Path path, long sizeBytes, long maxBytes) {
    WriteBack.requireUsable(path);
    return PoolFiles.open(path, sizeBytes, (file, arena) -> map(file, maxBytes, arena));
  }

  /** Before a whole pool of zeros is written to where it cannot be mapped. */
  private static void probe(Path path, FileChannel channel) {
    try (Arena arena = Arena.ofConfined()) {
      // Extends the new file by a page, which will be written in any case.
      mapSync(path, channel, PROBE_BYTES, arena);
    }
  }

  private static DaxMedia map(PoolFile file, long maxBytes, Arena arena) throws IOException {
    // The length of a file that was just made or copied, and its name, are the file system's to make durable.
    file.channel().force(true);
    MemorySegment memory = mapSync(file.path(), file.channel(), maxBytes, arena);
    return new DaxMedia(file, arena, memory, FlushChoice.tried(new ForcedPages(file.path().toString()), memory));
  }

  private static MemorySegment mapSync(Path path, FileChannel channel, long sizeBytes, Arena arena) {
    try {
      return channel.map(ExtendedMapMode.READ_WRITE_SYNC, 0, sizeBytes, arena);
    } catch (IOException | UnsupportedOperationException e) {
      throw new MediaUnavailable(path.toString(), refusal(path, e), e);
    }
  }

  private static String refusal(Path path, Exception e) {
    return "mapping it with READ_WRITE_SYNC (MAP_SYNC) failed: the system said " + e.getMessage() + "; that needs persistent memory"
        + " under a file system that is mounted with dax (ext4 or XFS on Linux), and the file is on " + Mount.describe(path)
        + "; mount one and put the pool there, or open it as a mapped file, which survives kill -9 but no loss of power";
  }

  @Override
  public DurabilityClass durabilityClass() {
    return DurabilityClass.POWER_LOSS;
  }

  @Override
  public String describe() {
    return "DAX file " + path();
  }

  @Override
  public List<String> notes() {
    return List.of(
        "lines are written back by the processor's instruction, without a system call (MAP_SYNC): " + FlushChoice.inWords(lineNanos)
            + " for one, as tried when it was opened");
  }

  @Override
  public boolean flushes() {
    return true;
  }

  @Override
  public void flush(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, sizeBytes());
    if (length > 0) {
      // On a synchronous mapping no system call: every line of the range is written back, and a fence follows each time.
      memory().asSlice(offset, length).force();
    }
  }

  @Override
  public void fence() {
    // The processor's fence came with the last line of each flush; what is left to hold back is the compiler (R8).
    VarHandle.releaseFence();
  }

  @Override
  public void sync() {
    // A line that was written back and fenced has left the caches for the memory, or for buffers that the power supply saves.
  }

  @Override
  public void settle(long offset, long length) {
    // What another life of the pool stored through a mapping that is not flushed may still be in a cache.
    flush(offset, length);
  }
}
