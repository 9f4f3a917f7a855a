package dev.dormouse.heap;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A pool that is open for nothing but its repair: nothing is recovered, and nobody else gets it meanwhile. Between
 * {@link #begin} and {@link #finish} its header keeps everybody but another repair away, also after a crash. Steps and
 * reasons: {@code docs/damage.md}. For one thread.
 */
public final class PoolRepair implements AutoCloseable {
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
   * Opens the pool in a file. Errors as for {@link Pool#open(Path, FileMedium, BootIdentity)}, but that a repair that was cut
   * short is none.
   */
  public static PoolRepair open(Path path, FileMedium medium) {
    if (!Files.exists(path)) {
      throw new MediaUnavailable(path.toString(), "there is no such file; check the path");
    }
    PoolLock lock = PoolLock.take(path);
    try (PoolReader reader = medium.reader(path)) {
      PoolHeader.Found found = PoolHeader.readForRepair(reader);
      Geometry geometry = found.header().geometry();
      return new PoolRepair(path, medium, medium.open(path, geometry.sizeBytes(), geometry.maxBytes()), lock, found);
    } catch (RuntimeException e) {
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

  /** What was found wrong with a copy of the header; empty if nothing. */
  public String headerDamage() {
    return found.damage();
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

  /** Writes, durably, the header after {@code before} that keeps everybody but a repair away. */
  public static void begin(Media media, PoolHeader before) {
    byte[] bytes = before.encodedUnderRepair();
    long offset = before.closed(1).copyOffset();
    media.write(offset, bytes, 0, bytes.length);
    media.persist(offset, bytes.length);
    media.sync();
    media.settle(0, PoolHeader.BYTES);
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
