package dev.dormouse.heap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The archive of a pool, in a folder, as whoever restores or keeps it sees it: {@code docs/snapshots.md}. The store that writes to it
 * may be open.
 *
 * <p>Threads: any.
 */
public final class PoolArchive {
  private final Path folder;

  private PoolArchive(Path folder) {
    this.folder = folder;
  }

  /** The archive in a folder; it is looked at when something is asked. */
  public static PoolArchive in(Path folder) {
    return new PoolArchive(folder);
  }

  private interface Asked<T> {
    T in(ArchiveIndex index) throws IOException;
  }

  private <T> T ask(Asked<T> asked) {
    try (SystemFolder read = SystemFolder.look(folder)) {
      return asked.in(ArchiveIndex.read(read));
    } catch (IOException e) {
      throw unavailable(folder, e);
    }
  }

  static MediaUnavailable unavailable(Path folder, IOException e) {
    return new MediaUnavailable(
        folder.toString(), "this archive cannot be used: the system said " + e.getClass().getSimpleName() + " " + e.getMessage() + "; check the path", e);
  }

  /**
   * Every point that can be restored, the oldest first.
   *
   * @throws MediaUnavailable if there is no such folder, or it cannot be read
   * @throws Damaged if a part of it is not what was written
   */
  public List<RestorePoint> points() {
    return ask(ArchiveIndex::points);
  }

  /** The last point that was written at that time or before; empty if there is none. Errors as for {@link #points}. */
  public Optional<RestorePoint> at(Instant time) {
    return points().stream().filter(point -> !point.time().isAfter(time)).reduce((_, later) -> later);
  }

  /** The last point that was given that name; empty if none was. Errors as for {@link #points}. */
  public Optional<RestorePoint> named(String name) {
    return points().stream().filter(point -> point.name().equals(name)).reduce((_, later) -> later);
  }

  /**
   * Deletes what is not needed to restore that point, or a later one: older bases, and redo that lies before the base that is needed.
   *
   * @return how many bytes that were
   * @throws NoSuchPoint if it cannot be restored; nothing was deleted
   * @throws Damaged if the base that it is restored from is not what was written; nothing was deleted
   * @throws MediaUnavailable if something cannot be deleted
   */
  public long forgetBefore(RestorePoint point) {
    return ask(
        index -> {
          ArchiveRestore kept = new ArchiveRestore(index, point);
          // The others are deleted for it.
          kept.requireBase();
          List<Path> files = index.before(kept.from()).stream().map(folder::resolve).toList();
          long bytes = 0;
          boolean hadRedo = false;
          for (Path file : files) {
            boolean isRedo = file.toString().endsWith(ArchiveLife.REDO);
            if (isRedo && !hadRedo) {
              // No crash may bring a base back, and not the redo behind it.
              Anchor.syncFolder(file);
            }
            hadRedo |= isRedo;
            bytes += Files.size(file);
            Files.delete(file);
          }
          return bytes;
        });
  }
}
