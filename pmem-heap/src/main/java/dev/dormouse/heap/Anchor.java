package dev.dormouse.heap;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
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
  /** Births have no room for more openings. An anchor that says more is not believed, and cannot use them up. */
  private static final long MOST_OPENINGS = (1L << 24) - 1;

  private static final String TITLE = "dormouse anchor 1";
  private static final int MOST_BYTES = 16 << 10;
  private static final int LINES = 6;

  /** Where the anchor of a pool lies. */
  public static Path pathFor(Path pool) {
    return beside(pool, ".anchor");
  }

  private static Path beside(Path pool, String suffix) {
    return pool.resolveSibling(pool.getFileName() + suffix);
  }

  /**
   * Reads the anchor of a pool.
   *
   * @return what it says; empty if there is none
   * @throws IOException if it cannot be read, or is not what was written
   */
  static Optional<Anchor> read(Path pool) throws IOException {
    return readFile(pathFor(pool));
  }

  static Optional<Anchor> readFile(Path file) throws IOException {
    byte[] bytes;
    // Not through a channel, which an interrupt would close.
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      bytes = in.readNBytes(MOST_BYTES);
    } catch (FileNotFoundException e) {
      if (Files.exists(file)) {
        throw e;
      }
      return Optional.empty();
    }
    return Optional.of(parse(new String(bytes, StandardCharsets.UTF_8)));
  }

  private static Anchor parse(String text) throws IOException {
    List<String> lines = text.lines().toList();
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
      if (!anchor.text().equals(text) || anchor.openCount < 0 || anchor.openCount > MOST_OPENINGS) {
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
    return said + String.format("crc32c 0x%08x\n", crc.getValue());
  }

  /**
   * Puts an anchor in the place of the former one, in one step: a crash leaves the one or the other, or on a medium that does
   * not survive the machine, if that goes down, one that is not believed.
   *
   * @param durably whether to wait until it is on the disk
   * @throws IOException if it cannot be written; the former one is there then
   */
  public static void write(Path pool, PoolHeader header, boolean durably) throws IOException {
    Path real = pool.toRealPath();
    Anchor anchor = new Anchor(header.uuid(), header.openCount(), header.serial(), real.toUri());
    Path unfinished = beside(real, ".anchor.new");
    try (FileOutputStream out = new FileOutputStream(unfinished.toFile())) {
      out.write(anchor.text().getBytes(StandardCharsets.UTF_8));
      if (durably) {
        out.getFD().sync();
      }
    }
    Files.move(unfinished, pathFor(real), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Removes the anchor of a pool that is no more. */
  static void forget(Path pool) throws IOException {
    Files.deleteIfExists(pathFor(pool));
    Files.deleteIfExists(beside(pool, ".anchor.new"));
  }
}
