package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * The file {@code POOL.lock} beside a pool. The operating system holds the lock for the process and lets go when it ends,
 * by whatever cause; the text in the file only says who it is. Nothing about the holder lies in the pool itself.
 */
public final class PoolLock implements AutoCloseable {
  private static final int TEXT_BYTES = 512;
  // The system's lock belongs to the process: two openers in one JVM must be told apart here.
  private static final Map<Path, String> HELD_HERE = new HashMap<>();

  // By the file itself, which may have been renamed since.
  private static final Map<FileIdentity, Path> FILES_HELD_HERE = new HashMap<>();

  private final Path key;
  private final FileChannel channel;
  private final FileLock lock;

  private PoolLock(Path key, FileChannel channel, FileLock lock) {
    this.key = key;
    this.channel = channel;
    this.lock = lock;
  }

  /** Where the lock of a pool lies. */
  public static Path pathFor(Path pool) {
    return pool.resolveSibling(pool.getFileName() + ".lock");
  }

  /**
   * Takes the lock at once, or not at all.
   *
   * @throws InUse if another opener holds it; the message says who
   * @throws MediaUnavailable if the lock file cannot be made beside the pool, or the pool's file has more names than one
   */
  public static PoolLock take(Path pool) {
    try {
      // Beside the file itself, so that openers who come by different links meet.
      boolean there = Files.exists(pool);
      Path real = there ? pool.toRealPath() : pool.toAbsolutePath().getParent().toRealPath().resolve(pool.getFileName());
      Path key = pathFor(real);
      FileIdentity.Look file = there ? FileIdentity.look(real) : FileIdentity.Look.AT_NO_FILE;
      refuseSeveralNames(pool, file.names());
      String holder =
          "process " + ProcessHandle.current().pid() + " of user " + System.getProperty("user.name") + " since " + Instant.now();
      synchronized (HELD_HERE) {
        if (HELD_HERE.containsKey(key)) {
          throw inUse(pool, HELD_HERE.get(key) + " (this process)");
        }
        Path formerKey = FILES_HELD_HERE.get(file.file());
        if (formerKey != null) {
          throw inUse(pool, HELD_HERE.get(formerKey) + " (this process), under the name that it had before it was renamed");
        }
        return takeFromOthers(pool, key, holder);
      }
    } catch (IOException e) {
      throw new MediaUnavailable(
          pool.toString(),
          "its lock file " + pathFor(pool) + " cannot be made: the system said " + e.getClass().getSimpleName() + " "
              + e.getMessage() + "; the folder must exist and be writable",
          e);
    }
  }

  /** The lock lies beside a name: openers who come by different names of one file would not meet. */
  private static void refuseSeveralNames(Path pool, int names) {
    if (names > 1) {
      throw new MediaUnavailable(
          pool.toString(),
          "its file has " + names + " names (hard links), and the lock of one is not seen by who opens another; delete the other names, or copy"
              + " the file");
    }
  }

  private static PoolLock takeFromOthers(Path pool, Path key, String holder) throws IOException {
    FileChannel channel =
        FileChannel.open(key, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      // A whole-file lock would stop others from reading who holds it where locks are mandatory.
      FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
      if (lock == null) {
        throw inUse(pool, text(channel));
      }
      sayWho(channel, holder);
      HELD_HERE.put(key, holder);
      return new PoolLock(key, channel, lock);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The lock is had by then: on a full disk others are not told who has it, and that is all. */
  private static void sayWho(FileChannel channel, String holder) throws IOException {
    try {
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      // An unnamed process, to them.
      return;
    }
  }

  /**
   * Refuses a pool whose file was renamed while somebody has it open: the lock lies beside the name that it had.
   *
   * @throws InUse if the lock beside {@code formerName} is held
   */
  static void refuseIfHeld(Path pool, Path formerName) {
    Path key = pathFor(formerName);
    synchronized (HELD_HERE) {
      // Opened only where this process does not hold it: closing any channel of a file gives back the process's locks of it.
      if (HELD_HERE.containsKey(key)) {
        throw inUse(pool, HELD_HERE.get(key) + " (this process), as " + formerName);
      }
      if (!Files.exists(key)) {
        return;
      }
      try (FileChannel channel = FileChannel.open(key, StandardOpenOption.READ, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false)) {
        if (lock == null) {
          throw inUse(pool, text(channel) + ", as " + formerName);
        }
      } catch (IOException e) {
        throw new MediaUnavailable(
            pool.toString(), "the lock beside its former name, " + key + ", cannot be asked for: the system said " + e.getMessage(), e);
      }
    }
  }

  private static InUse inUse(Path pool, String holder) {
    return new InUse(
        pool.toString(),
        "in use by " + holder + "; one opener at a time, close it there first");
  }

  private static String text(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(TEXT_BYTES);
    int count = channel.read(text, 0);
    return count <= 0 ? "an unnamed process" : new String(text.array(), 0, count, StandardCharsets.UTF_8).strip();
  }

  /** Says which file it is that this lock speaks of, so that nobody in this process opens it under another name. */
  void isOf(FileIdentity file) {
    synchronized (HELD_HERE) {
      if (!file.withoutPath().equals(FileIdentity.UNKNOWN)) {
        FILES_HELD_HERE.put(file.withoutPath(), key);
      }
    }
  }

  /** Lets go. The empty file stays. */
  @Override
  public void close() {
    synchronized (HELD_HERE) {
      if (HELD_HERE.remove(key) == null) {
        return;
      }
      FILES_HELD_HERE.values().remove(key);
      try {
        // The text is emptied, not the file deleted: a deleted file could be locked by one opener while the next makes another.
        channel.truncate(0);
        lock.release();
        channel.close();
      } catch (IOException e) {
        throw new MediaUnavailable(key.toString(), "the lock could not be given back: " + e.getMessage(), e);
      }
    }
  }

  /** Removes the lock file of a pool that was deleted. */
  static void forget(Path pool) throws IOException {
    Files.deleteIfExists(pathFor(pool));
  }
}
