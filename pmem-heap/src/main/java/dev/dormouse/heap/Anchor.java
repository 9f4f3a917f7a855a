package dev.dormouse.heap;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * The file {@code POOL.anchor} beside a pool: how far the pool had come when it was last opened, closed or shortened under this
 * name. A pool that has not come so far is an older state of itself, which nothing in the pool could tell. It is written after
 * the header that it speaks of is durable, so it is never ahead of its pool; that it is behind, torn or missing does no harm.
 *
 * @param openCount of the header
 * @param serial of the header
 * @param place of the pool
 */
public record Anchor(UUID uuid, long openCount, long serial, URI place) {
  /** Births have no room for another opening then. An anchor that says so many is not believed, and cannot use them up. */
  private static final long MOST_OPENINGS = PoolHeader.MOST_OPENINGS;

  private static final Comparator<Anchor> BY_AGE = Comparator.comparingLong(Anchor::openCount).thenComparingLong(Anchor::serial);

  private static final String TITLE = "dormouse anchor 1";
  private static final int LINES = 6;

  /** How far the copies lie apart. A text is shorter, and ends with a zero byte. */
  private static final int COPY_BYTES = 16 << 10;

  private static final int COPIES = 2;

  /** As much of a copy as is read at first: only a path of extreme length is not in it. */
  private static final int USUAL_BYTES = 1 << 10;

  /** Where the anchor of a pool lies. */
  public static Path pathFor(Path pool) {
    return pool.resolveSibling(pool.getFileName() + ".anchor");
  }

  /**
   * Reads the anchor of a pool.
   *
   * @param uuid of the pool: what speaks of it is preferred
   * @return what it says; empty if there is none
   * @throws IOException if it cannot be read, or no copy is what was written
   */
  static Optional<Anchor> read(Path pool, UUID uuid) throws IOException {
    return readFile(pathFor(pool), uuid);
  }

  static Optional<Anchor> readFile(Path file, UUID uuid) throws IOException {
    List<Anchor> sound = new ArrayList<>();
    IOException unsound = new IOException("it is empty");
    // Not through a channel, which an interrupt would close.
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      for (int copy = 0; copy < COPIES; copy++) {
        String text = textIn(in, copy);
        try {
          sound.add(parse(text));
        } catch (IOException e) {
          unsound = e;
        }
      }
    } catch (FileNotFoundException e) {
      if (Files.exists(file)) {
        throw e;
      }
      return Optional.empty();
    }
    Comparator<Anchor> order = Comparator.comparing((Anchor anchor) -> anchor.uuid.equals(uuid)).thenComparing(BY_AGE);
    return Optional.of(sound.stream().max(order).orElseThrow(asThrown(unsound)));
  }

  private static Supplier<IOException> asThrown(IOException e) {
    return () -> e;
  }

  /** What lies there in place of a copy, whatever it is; empty if nothing. */
  private static String textIn(RandomAccessFile file, int copy) throws IOException {
    byte[] text = bytesIn(file, copy, USUAL_BYTES);
    if (text.length == USUAL_BYTES) {
      text = bytesIn(file, copy, COPY_BYTES);
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  /** Up to the first zero byte, or to the end of the file. */
  private static byte[] bytesIn(RandomAccessFile file, int copy, int mostBytes) throws IOException {
    byte[] bytes = new byte[mostBytes];
    file.seek((long) copy * COPY_BYTES);
    int count = 0;
    int read = file.read(bytes);
    while (read > 0) {
      count += read;
      read = file.read(bytes, count, mostBytes - count);
    }
    int end = 0;
    while (end < count && bytes[end] != 0) {
      end++;
    }
    return Arrays.copyOf(bytes, end);
  }

  private static Anchor parse(String text) throws IOException {
    if (text.isEmpty()) {
      throw new IOException("it is empty");
    }
    List<String> lines = List.of(text.split("\n"));
    if (lines.size() != LINES || !lines.getFirst().equals(TITLE)) {
      throw new IOException("it is not an anchor of version 1");
    }
    try {
      Anchor anchor =
          new Anchor(
              UUID.fromString(value(lines, 1, "uuid ")),
              Long.parseLong(value(lines, 2, "openings ")),
              Long.parseLong(value(lines, 3, "serial ")),
              URI.create(value(lines, 4, "path ")));
      // Compared as a whole: what reads as the same and is not what was written is no anchor either.
      if (!anchor.text().equals(text) || anchor.openCount < 0 || anchor.openCount >= MOST_OPENINGS) {
        throw new IOException("its crc32c is not that of what it says");
      }
      return anchor;
    } catch (IllegalArgumentException e) {
      throw new IOException("it cannot be: " + e.getMessage(), e);
    }
  }

  private static String value(List<String> lines, int index, String key) throws IOException {
    if (!lines.get(index).startsWith(key)) {
      throw new IOException("its line " + (index + 1) + " does not begin with " + key.strip());
    }
    return lines.get(index).substring(key.length());
  }

  /** The path of the pool that it was written for. */
  Optional<Path> path() {
    try {
      return Optional.of(Path.of(place));
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      return Optional.empty();
    }
  }

  private String text() {
    String said =
        TITLE + "\nuuid " + uuid + "\nopenings " + openCount + "\nserial " + serial + "\npath " + place + "\n";
    CRC32C crc = new CRC32C();
    crc.update(said.getBytes(StandardCharsets.UTF_8));
    return said + "crc32c 0x" + HexFormat.of().toHexDigits((int) crc.getValue()) + "\n";
  }

  /**
   * Tells an anchor how far its pool has come, over the older of its two copies: whatever a crash leaves of that, the other is there.
   *
   * @param durably whether to wait until it is on the disk
   * @throws IOException if it cannot be written; the newer copy is as it was
   */
  public static void write(Path pool, PoolHeader header, boolean durably) throws IOException {
    Path real = pool.toRealPath();
    Path file = pathFor(real);
    byte[] text = new Anchor(header.uuid(), header.openCount(), header.serial(), real.toUri()).text().getBytes(StandardCharsets.UTF_8);
    if (text.length >= COPY_BYTES) {
      throw new IOException("the pool's path is too long for it");
    }
    boolean isNew = !Files.exists(file);
    // Its length never changes, so that waiting for the disk is one write to it, and nothing of the file system's own.
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), durably ? "rwd" : "rw")) {
      Anchor first = ownCopy(out, 0, header.uuid());
      Anchor second = ownCopy(out, 1, header.uuid());
      if (out.length() < COPIES * COPY_BYTES || (first == null && second == null)) {
        byte[] both = new byte[COPIES * COPY_BYTES];
        System.arraycopy(text, 0, both, 0, text.length);
        System.arraycopy(text, 0, both, COPY_BYTES, text.length);
        out.seek(0);
        out.write(both);
        out.setLength(both.length);
      } else {
        out.seek(isOlder(first, second) ? 0 : COPY_BYTES);
        out.write(Arrays.copyOf(text, text.length + 1));
      }
    }
    if (isNew && durably) {
      syncFolder(file);
    }
  }

  /** The copy that lies there, if it is sound and speaks of that pool; otherwise null. */
  private static Anchor ownCopy(RandomAccessFile file, int copy, UUID uuid) throws IOException {
    String text = textIn(file, copy);
    try {
      Anchor anchor = parse(text);
      return anchor.uuid.equals(uuid) ? anchor : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static boolean isOlder(Anchor one, Anchor other) {
    return one == null || (other != null && BY_AGE.compare(one, other) < 0);
  }

  /** Makes the name of a file durable: what is in it must be found after the machine went down. */
  static void syncFolder(Path file) throws IOException {
    boolean interrupted = false;
    try {
      boolean synced = false;
      while (!synced) {
        // An interrupt closes channels, and folders cannot be opened in another way.
        interrupted |= Thread.interrupted();
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
          folder.force(true);
          synced = true;
        } catch (ClosedByInterruptException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Removes the anchor of a pool that is no more. */
  static void forget(Path pool) throws IOException {
    Files.deleteIfExists(pathFor(pool));
  }
}
