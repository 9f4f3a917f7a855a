package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.FileMedium;
import dev.dormouse.heap.FileReader;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.MediaUnavailable;
import dev.dormouse.heap.PoolException;
import dev.dormouse.heap.PoolHeader;
import dev.dormouse.heap.PoolReader;
import dev.dormouse.heap.PoolRepair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Files that keep what a repair changes: the pages that it changes, or a copy of the whole pool. */
final class KeptFile implements RepairKeep {
  private static final long MAGIC = Bytes.getLong("DORMKEPT".getBytes(StandardCharsets.US_ASCII), 0);
  private static final int HEAD_BYTES = 40;
  private static final int ENTRY_BYTES = 16;

  private final Path pool;
  private final Path chosen;
  private final boolean whole;

  /**
   * @param chosen where to keep; null for the next free {@code POOL.before-repair-N}
   */
  KeptFile(Path pool, Path chosen, boolean whole) {
    this.pool = pool;
    this.chosen = chosen;
    this.whole = whole;
  }

  @Override
  public Path keep(Kept pages) {
    Path file = chosen == null ? next() : chosen;
    if (Files.exists(file)) {
      throw new MediaUnavailable(file.toString(), "there is a file of that name already, and what a repair keeps must not replace it; choose another");
    }
    Path unfinished = file.resolveSibling(file.getFileName() + ".creating");
    try {
      // What an attempt left that was cut short.
      Files.deleteIfExists(unfinished);
      keep(pages, file, unfinished);
      return file;
    } catch (IOException failure) {
      try {
        Files.deleteIfExists(unfinished);
      } catch (IOException left) {
        failure.addSuppressed(left);
      }
      throw new MediaUnavailable(
          file.toString(), "cannot keep what the repair would change: the system said " + failure.getClass().getSimpleName() + " " + failure.getMessage()
              + "; the pool was not changed, choose another place",
          failure);
    }
  }

  private void keep(Kept pages, Path file, Path unfinished) throws IOException {
    if (whole) {
      Files.copy(pool, unfinished);
      try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    } else {
      write(pages, unfinished);
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private Path next() {
    int number = 1;
    while (Files.exists(numbered(number))) {
      number++;
    }
    return numbered(number);
  }

  private Path numbered(int number) {
    return pool.resolveSibling(pool.getFileName() + ".before-repair-" + number);
  }

  @Override
  public Found find(PoolHeader begun, PoolReader now) {
    List<Path> files = new ArrayList<>();
    if (chosen != null && Files.exists(chosen)) {
      files.add(chosen);
    }
    int count = 0;
    while (Files.exists(numbered(count + 1))) {
      count++;
    }
    // The newest first: an attempt that was cut short before it began has left one that keeps the same header, and perhaps other pages.
    for (int number = count; number > 0; number--) {
      files.add(numbered(number));
    }
    for (Path file : files) {
      PoolReader found = read(file, begun.uuid(), begun.serial() - 1, now);
      if (found != null) {
        return new Found(file, found);
      }
    }
    return null;
  }

  /** What a file keeps, shown over the pool; null where it keeps something else. */
  private static PoolReader read(Path file, UUID uuid, long serial, PoolReader now) {
    try {
      if (isCopyOfPool(file)) {
        PoolReader copy = FileMedium.of(file).reader(file);
        PoolHeader header = PoolRepair.headerOf(copy);
        if (header.uuid().equals(uuid) && header.serial() == serial) {
          now.close();
          return copy;
        }
        copy.close();
        return null;
      }
      Kept kept = read(file);
      return kept.uuid().equals(uuid) && kept.serial() == serial ? kept.over(now) : null;
    } catch (PoolException e) {
      // Not what is looked for.
      return null;
    }
  }

  /** Whether a file is a copy of a whole pool. */
  static boolean isCopyOfPool(Path file) {
    try (FileReader reader = new FileReader(file)) {
      byte[] first = new byte[Long.BYTES];
      if (reader.sizeBytes() < first.length) {
        return false;
      }
      reader.read(0, first, 0, first.length);
      return Bytes.getLong(first, 0) != MAGIC;
    }
  }

  private static void write(Kept kept, Path file) throws IOException {
    CRC32C crc = new CRC32C();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] head = new byte[HEAD_BYTES];
      Bytes.putLong(head, 0, MAGIC);
      Bytes.putLong(head, 8, kept.uuid().getMostSignificantBits());
      Bytes.putLong(head, 16, kept.uuid().getLeastSignificantBits());
      Bytes.putLong(head, 24, kept.serial());
      Bytes.putLong(head, 32, kept.pages().size());
      put(channel, crc, head);
      for (Map.Entry<Long, byte[]> page : kept.pages().entrySet()) {
        byte[] entry = new byte[ENTRY_BYTES];
        Bytes.putLong(entry, 0, page.getKey());
        Bytes.putLong(entry, 8, page.getValue().length);
        put(channel, crc, entry);
        put(channel, crc, page.getValue());
      }
      byte[] end = new byte[Long.BYTES];
      Bytes.putLong(end, 0, crc.getValue());
      put(channel, crc, end);
      channel.force(true);
    }
  }

  private static void put(FileChannel channel, CRC32C crc, byte[] bytes) throws IOException {
    crc.update(bytes, 0, bytes.length);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /**
   * Reads a file that keeps pages.
   *
   * @throws Damaged if it is none, or not what was written
   */
  static Kept read(Path file) {
    try (FileReader reader = new FileReader(file)) {
      CRC32C crc = new CRC32C();
      byte[] head = get(reader, crc, 0, HEAD_BYTES);
      TreeMap<Long, byte[]> pages = new TreeMap<>();
      long at = HEAD_BYTES;
      for (long i = 0; Bytes.getLong(head, 0) == MAGIC && i < Bytes.getLong(head, 32); i++) {
        byte[] entry = get(reader, crc, at, ENTRY_BYTES);
        byte[] page = get(reader, crc, at + ENTRY_BYTES, Bytes.getLong(entry, 8));
        if (!isPage(Bytes.getLong(entry, 0), page.length)) {
          throw notKept(file);
        }
        pages.put(Bytes.getLong(entry, 0), page);
        at += ENTRY_BYTES + page.length;
      }
      long found = crc.getValue();
      if (Bytes.getLong(head, 0) != MAGIC || Bytes.getLong(get(reader, crc, at, Long.BYTES), 0) != found) {
        throw notKept(file);
      }
      return new Kept(new UUID(Bytes.getLong(head, 8), Bytes.getLong(head, 16)), Bytes.getLong(head, 24), pages);
    } catch (IndexOutOfBoundsException e) {
      throw notKept(file);
    }
  }

  /** A right checksum does not say that what is kept can be put back. */
  private static boolean isPage(long offset, int length) {
    return offset >= 0 && offset % Geometry.PAGE_BYTES == 0 && length > 0 && length <= Geometry.PAGE_BYTES && length % Media.LINE_BYTES == 0;
  }

  /** Refuses a file whose pages do not all lie in the pool that they are to be put back into. */
  static void requireInside(Kept kept, Path file, long poolBytes) {
    for (Map.Entry<Long, byte[]> page : kept.pages().entrySet()) {
      if (page.getKey() > poolBytes - page.getValue().length) {
        throw notKept(file);
      }
    }
  }

  private static Damaged notKept(Path file) {
    return new Damaged(file.toString(), "it does not keep what a repair changed, or is not what was written; nothing was put back");
  }

  private static byte[] get(FileReader reader, CRC32C crc, long at, long length) {
    if (length < 0 || length > reader.sizeBytes() - at) {
      throw new IndexOutOfBoundsException("bytes at " + at);
    }
    byte[] bytes = new byte[(int) length];
    reader.read(at, bytes, 0, bytes.length);
    crc.update(bytes, 0, bytes.length);
    return bytes;
  }
}
