package dev.dormouse.heap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An ordinary file, mapped once, whose lines are written back and fenced as those of {@link DaxMedia} are: for costs that are
 * close to those of persistent memory on a machine that has none. What is stored is as safe as on {@link MappedMedia} and no
 * safer, so the class is that of the file system.
 *
 * <p>How lines are written back is found out when the file is opened, by trying: see {@link FlushWay}. {@link #notes()} says
 * what was taken and what it cost.
 *
 * <p>Closing it while another thread is inside of a flush is the caller's error, as on every medium, and may end the JVM here.
 */
public final class EmulatedDaxMedia extends FileMapping {
  private final FileSystemKind fileSystem;
  private final FlushChoice choice;
  private final LineFlusher flusher;

  private EmulatedDaxMedia(PoolFile file, Arena arena, MemorySegment memory, FileSystemKind fileSystem, FlushChoice choice) {
    super(file, arena, memory);
    this.fileSystem = fileSystem;
    this.choice = choice;
    this.flusher = choice.flusher();
  }

  /**
   * Makes a file of {@code sizeBytes} written zeros, so that the disk's space is really there, and maps it. Lines are written
   * back in the way that the property {@value FlushWay#PROPERTY} names, or in the fastest.
   *
   * @param sizeBytes a line of 64 or more
   * @throws PoolFull if the disk has no room; the file is deleted again
   * @throws MediaUnavailable if there is a file at {@code path}, or it cannot be made, or the way that was named cannot be had
   */
  public static EmulatedDaxMedia create(Path path, long sizeBytes) {
    return create(path, sizeBytes, sizeBytes, FlushWay.pinned());
  }

  /** The same, where lines are written back in that way and in no other. */
  public static EmulatedDaxMedia create(Path path, long sizeBytes, FlushWay way) {
    return create(path, sizeBytes, sizeBytes, Objects.requireNonNull(way));
  }

  /** As {@link #create(Path, long)}; what lies behind, up to {@code maxBytes}, may be had by {@link #provision}. */
  static EmulatedDaxMedia create(Path path, long sizeBytes, long maxBytes) {
    return create(path, sizeBytes, maxBytes, FlushWay.pinned());
  }

  private static EmulatedDaxMedia create(Path path, long sizeBytes, long maxBytes, FlushWay pinned) {
    return PoolFiles.create(path, sizeBytes, _ -> {}, (file, arena) -> map(file, maxBytes, arena, pinned));
  }

  /**
   * Maps the first {@code sizeBytes} bytes of a file. Lines are written back in the way that the property
   * {@value FlushWay#PROPERTY} names, or in the fastest.
   *
   * @param sizeBytes a line of 64 or more
   * @throws MediaUnavailable if the file cannot be opened for reading and writing, or is shorter than that, or the way that was
   *     named cannot be had
   */
  public static EmulatedDaxMedia open(Path path, long sizeBytes) {
    return open(path, sizeBytes, sizeBytes, FlushWay.pinned());
  }

  /** The same, where lines are written back in that way and in no other. */
  public static EmulatedDaxMedia open(Path path, long sizeBytes, FlushWay way) {
    return open(path, sizeBytes, sizeBytes, Objects.requireNonNull(way));
  }

  /** As {@link #open(Path, long)}; what lies behind, up to {@code maxBytes}, may be had by {@link #provision}. */
  static EmulatedDaxMedia open(Path path, long sizeBytes, long maxBytes) {
    return open(path, sizeBytes, maxBytes, FlushWay.pinned());
  }

  private static EmulatedDaxMedia open(Path path, long sizeBytes, long maxBytes, FlushWay pinned) {
    return PoolFiles.open(path, sizeBytes, (file, arena) -> map(file, maxBytes, arena, pinned));
  }

  private static EmulatedDaxMedia map(PoolFile file, long maxBytes, Arena arena, FlushWay pinned) throws IOException {
    MemorySegment memory = file.channel().map(FileChannel.MapMode.READ_WRITE, 0, maxBytes, arena);
    return new EmulatedDaxMedia(
        file, arena, memory, FileSystemKind.of(file.path()), FlushChoice.among(file.path().toString(), memory, pinned));
  }

  /** Why lines cannot be written back in a way by this JVM on this machine; empty if they can. */
  public static Optional<String> whyNot(FlushWay way) {
    return LineFlusher.whyNot(way);
  }

  /** How lines are written back. */
  public FlushWay flushWay() {
    return choice.way();
  }

  @Override
  public DurabilityClass durabilityClass() {
    return fileSystem.durabilityClass();
  }

  @Override
  public String describe() {
    return "emulated DAX file " + path();
  }

  @Override
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add("DAX is emulated: it costs about what persistent memory costs, and is as safe as the mapped file that it is");
    notes.addAll(choice.notes());
    notes.addAll(fileSystem.notes(path(), sizeBytes()));
    return List.copyOf(notes);
  }

  @Override
  public boolean flushes() {
    return true;
  }

  @Override
  public void flush(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, sizeBytes());
    // An address outlives its mapping, and writing back what is not mapped any more would end the JVM.
    requireOpen();
    if (length > 0) {
      flusher.flush(memory(), offset, length);
    }
  }

  @Override
  public void fence() {
    flusher.fence();
  }

  @Override
  public void sync() {
    // The class promises what the page cache keeps, and it keeps it from the store on.
  }

  @Override
  public void settle(long offset, long length) {
    settlePages(fileSystem.durabilityClass(), offset, length);
  }
}
