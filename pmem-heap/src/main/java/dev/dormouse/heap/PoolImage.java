package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.function.LongConsumer;

/** A copy of a pool that is being made in a new file, and gets its name when it is whole. Closing it before deletes it. For one thread. */
public final class PoolImage implements AutoCloseable {
  private static final int PIECE_BYTES = 1 << 20;

  private final Path target;
  private final Path creating;
  private final PoolLock lock;
  private long leastOpenings;
  private boolean published;

  private PoolImage(Path target, Path creating, PoolLock lock) {
    this.target = target;
    this.creating = creating;
    this.lock = lock;
  }

  /**
   * (a) Makes an empty file beside the target.
   *
   * @throws MediaUnavailable if there is something of the target's name, or the file cannot be made
   * @throws InUse if somebody else is making it
   */
  public static PoolImage begin(Path target) {
    PoolLock lock = PoolLock.take(target);
    Path creating = target.resolveSibling(target.getFileName() + ".creating");
    try {
      if (Files.exists(target)) {
        throw new MediaUnavailable(target.toString(), "there is a file of that name already; name another, or delete it first");
      }
      Files.deleteIfExists(creating);
      Files.createFile(creating);
      return new PoolImage(target, creating, lock);
    } catch (IOException e) {
      lock.close();
      throw unavailable(target, e);
    } catch (RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Copies the first bytes of a medium, on which nothing happens meanwhile.
   *
   * @param progress is told after each piece how many bytes there are
   * @throws PoolFull if the disk has no room
   */
  public void copy(Media media, long lengthBytes, LongConsumer progress) {
    byte[] piece = new byte[(int) Math.min(PIECE_BYTES, lengthBytes)];
    write(
        file -> {
          for (long done = 0; done < lengthBytes; ) {
            int length = (int) Math.min(piece.length, lengthBytes - done);
            media.read(done, piece, 0, length);
            file.write(done, ByteBuffer.wrap(piece, 0, length));
            done += length;
            progress.accept(done);
          }
          file.sync();
          return lengthBytes;
        });
  }

  /**
   * (b) to (e) Copies the pool on a journaled file, while it is used.
   *
   * @throws PoolFull if the disk has no room
   * @return how many bytes it has
   */
  public long copy(JournaledMedia media, LongConsumer progress) {
    return write(file -> media.copyTo(file, progress));
  }

  /**
   * (l) 1 to (l) 3 Makes the pool of a point out of its archive.
   *
   * @param point null for the last one
   * @throws NoSuchPoint if it cannot be restored
   * @throws Damaged if a part of the archive is not what was written
   * @throws PoolFull if the disk has no room
   */
  public Restored restore(Path archive, RestorePoint point, LongConsumer progress) {
    try (SystemFolder folder = SystemFolder.look(archive)) {
      ArchiveIndex index = ArchiveIndex.read(folder);
      ArchiveRestore restore = new ArchiveRestore(index, point == null ? index.last() : point);
      long bytes = write(file -> restore.run(file, progress));
      leastOpenings = index.openings();
      return new Restored(restore.point(), restore.from(), index.livesBehind(restore.point()), bytes);
    } catch (IOException e) {
      throw PoolArchive.unavailable(archive, e);
    }
  }

  /**
   * What was restored.
   *
   * @param point to which
   * @param base from which
   * @param livesBehind how many lives there are behind that of the point
   * @param bytes how long the pool is
   */
  public record Restored(RestorePoint point, RestorePoint base, int livesBehind, long bytes) {}

  private interface Copying {
    long copyTo(DiskFile file) throws IOException;
  }

  private long write(Copying copying) {
    try (Copy file = new Copy(new SystemFile(creating))) {
      return copying.copyTo(file);
    } catch (IOException e) {
      if (e instanceof NotWritten || e.getCause() instanceof NotWritten) {
        throw new PoolFull(
            target.toString(),
            "copying a pool to it failed (" + e.getMessage() + "); what is copied is as it was, and the copy was deleted; free some disk space, or name another place");
      }
      throw new MediaUnavailable(
          target.toString(), "what is to be copied to it could not be read: the system said " + e.getMessage() + "; nothing was changed, and the copy was deleted", e);
    }
  }

  /** An error of the copy's file, and not of what is copied. */
  private static final class NotWritten extends IOException {
    private static final long serialVersionUID = 1L;

    NotWritten(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private record Copy(SystemFile file) implements DiskFile {
    @Override
    public String describe() {
      return file.describe();
    }

    @Override
    public long sizeBytes() {
      return file.sizeBytes();
    }

    @Override
    public void read(long position, ByteBuffer destination) throws IOException {
      file.read(position, destination);
    }

    @Override
    public void write(long position, ByteBuffer source) throws IOException {
      try {
        file.write(position, source);
      } catch (IOException e) {
        throw new NotWritten(e);
      }
    }

    @Override
    public void sync() throws IOException {
      try {
        file.sync();
      } catch (IOException e) {
        throw new NotWritten(e);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** (f) Opens what was copied, to finish its lanes. It is closed by {@link #becomeAnother}. */
  public Pool open(BootIdentity boot) {
    long length;
    try {
      length = Files.size(creating);
    } catch (IOException e) {
      throw unavailable(target, e);
    }
    Media media = MappedMedia.open(creating, length);
    try {
      return Pool.open(media, boot);
    } catch (RuntimeException | Error e) {
      media.close();
      throw e;
    }
  }

  /** (f) Closes the copy, whose lanes are finished, as a pool of another identity. */
  public UUID becomeAnother(Pool copy) {
    return copy.closeAsAnother(leastOpenings);
  }

  /** Shows what was copied. Must be closed. */
  public PoolReader reader() {
    return new FileReader(creating);
  }

  /** (g) Gives it its name, durably. */
  public void publish() {
    try {
      Files.move(creating, target, StandardCopyOption.ATOMIC_MOVE);
      published = true;
      Anchor.forget(target);
      Anchor.syncFolder(target);
    } catch (IOException e) {
      throw unavailable(target, e);
    }
  }

  private static MediaUnavailable unavailable(Path target, IOException e) {
    return new MediaUnavailable(
        target.toString(), "a copy of a pool cannot be made there: the system said " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      if (!published) {
        Files.deleteIfExists(creating);
      }
    } catch (IOException e) {
      throw unavailable(target, e);
    } finally {
      lock.close();
      if (!published) {
        forgetLock();
      }
    }
  }

  private void forgetLock() {
    try {
      PoolLock.forget(target);
    } catch (IOException e) {
      // An empty lock file is left, which harms nobody.
      return;
    }
  }
}
