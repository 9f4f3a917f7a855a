package dev.dormouse.heap;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A pool that is open for nothing but its repair: nothing is recovered, and nobody else gets it meanwhile. Between
 * {@link #begin} and {@link #finish} its header keeps everybody but another repair away, also after a crash. Steps and
 * reasons: {@code docs/damage.md}. For one thread.
 */
public final class PoolRepair implements AutoCloseable {
  /** How many headers a repair writes: one at its beginning, two at its end. */
  private static final int HEADERS = 3;
  /** What an undo adds to the serial at its beginning. Even, so that the copies take turns; more than repairs can add without an opening between them. */
  private static final int UNDO_STEP = 1000;

  private final Path path;
  private final FileMedium medium;
  private final Media media;
  private final PoolLock lock;
  private final PoolHeader.Found found;

  private PoolRepair(Path path, FileMedium medium, Media media, PoolLock lock, PoolHeader.Found found) {
    this.path = path;
    this.medium = medium;
    this.media = media;
    this.lock = lock;
    this.found = found;
  }

  /**
   * Opens the pool in a file. Its journal, if its header names one, is finished first. Errors as for {@link Pool#open(Path,
   * FileMedium, BootIdentity)}, but that a repair that was cut short is none.
   */
  public static PoolRepair open(Path path, FileMedium medium) {
    if (!Files.exists(path)) {
      throw new MediaUnavailable(path.toString(), "there is no such file; check the path");
    }
    PoolLock lock = PoolLock.take(path);
    try (PoolReader reader = medium.reader(path)) {
      PoolHeader.Found found = PoolHeader.readForRepair(reader);
      if (JournalRecovery.finish(path, found.header(), null) != null) {
        found = PoolHeader.readForRepair(reader).withDamage(found.damage());
      }
      // No more of it than there is: a repair makes no pool longer, and mapping what may come later would lengthen its file.
      long sizeBytes = found.header().geometry().sizeBytes();
      PoolRepair repair = new PoolRepair(path, medium, medium.offline().open(path, sizeBytes, sizeBytes, JournalOptions.STANDARD), lock, found);
      lock.isOf(FileIdentity.of(path));
      return repair;
    } catch (RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /** Opens the pool on a medium, which it then owns. */
  public static PoolRepair open(Media media) {
    return new PoolRepair(null, null, media, null, PoolHeader.readForRepair(new MediaReader(media)));
  }

  /** Where it lies; null for one on a medium. */
  public Path path() {
    return path;
  }

  public Media media() {
    return media;
  }

  /** The header that counts. */
  public PoolHeader header() {
    return found.header();
  }

  /** Whether a repair was cut short after {@link #begin}. */
  public boolean wasCutShort() {
    return found.underRepair();
  }

  /** Shows the bytes as a file's channel does, where the pool lies in a file; otherwise as its medium does. Must be closed. */
  public PoolReader reader() {
    return path == null ? new MediaReader(media) : medium.reader(path);
  }

  /**
   * Reads the header that counts in what {@code reader} shows.
   *
   * @throws Damaged if there is none, or a repair was cut short there
   */
  public static PoolHeader headerOf(PoolReader reader) {
    return PoolHeader.read(reader).header();
  }

  /**
   * The same, also where a repair was cut short.
   *
   * @throws Damaged if there is none
   */
  public static PoolHeader headerForRepair(PoolReader reader) {
    return PoolHeader.readForRepair(reader).header();
  }

  /** Writes, durably, the header after {@code before} that keeps everybody but a repair away. */
  public static void begin(Media media, PoolHeader before) {
    byte[] bytes = before.encodedUnderRepair();
    long offset = before.closed(1).copyOffset();
    media.write(offset, bytes, 0, bytes.length);
    media.persist(offset, bytes.length);
    media.sync();
    media.settle(0, PoolHeader.BYTES);
  }

  /** As {@link #begin}, for an undo: with a serial that no repair begins with, so that neither is taken for the other. */
  public static void beginUndo(Media media, PoolHeader before) {
    begin(media, before.closed(UNDO_STEP));
  }

  /** Whether a header that says that a repair was cut short is of the repair that found {@code was}, or of an undo of it. */
  public static boolean isCutShortAfter(PoolHeader was, PoolHeader now) {
    long steps = now.serial() - was.serial();
    return steps == 1 || isFinished(steps - UNDO_STEP - 1);
  }

  /** Whether a header is the last of a repair that found {@code was}, or is {@code was}: the repair had not begun, or was undone. */
  public static boolean isFinishedAfter(PoolHeader was, PoolHeader now) {
    return isFinished(now.serial() - was.serial());
  }

  private static boolean isFinished(long steps) {
    // Without the last one of them everything is said already.
    return steps == 0 || steps == HEADERS - 1 || steps == HEADERS;
  }

  /**
   * Commit point of a repair: writes, durably, the header that says that the pool was closed; then the same over the other
   * copy. Everything before it is durable.
   */
  public static void finish(Media media, PoolHeader before) {
    media.sync();
    media.settle(0, before.geometry().sizeBytes());
    before.closed(2).write(media);
    media.settle(0, PoolHeader.BYTES);
    before.closed(3).write(media);
    media.settle(0, PoolHeader.BYTES);
  }

  /** Gives back the medium and the lock. */
  @Override
  public void close() {
    media.close();
    if (lock != null) {
      lock.close();
    }
  }
}
