package dev.dormouse.heap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What an archive has of a life: read once, in order.
 *
 * @param header of its first segment
 * @param lastSegment the number of the last segment that can be read
 * @param isWhole whether every segment goes on where the one before ended
 * @param end up to which position redo reaches without a gap
 * @param blocks of all kinds, in order, up to there
 * @param lastBytes how long the last segment is, up to where it can be read
 */
record ArchiveLife(ArchiveSegment.Header header, long lastSegment, boolean isWhole, long end, List<Part> blocks, long lastBytes) {
  static final String REDO = ".redo";
  static final String BASE = ".base";

  /** A block, and in which segment it is. */
  record Part(long segment, ArchiveSegment.Block block) {}

  /** A life of which not even the first header can be read. */
  static ArchiveLife unreadable(long number) {
    return new ArchiveLife(new ArchiveSegment.Header(new UUID(0, 0), number, 1, 0, 0, 0, 0, 0, 0, false), 1, false, 0, List.of(), 0);
  }

  static String segmentName(long life, long segment) {
    return String.format(Locale.ROOT, "%06d-%06d%s", life, segment, REDO);
  }

  static String baseName(long life, long number) {
    return String.format(Locale.ROOT, "%06d-%06d%s", life, number, BASE);
  }

  /** The numbers of the segments that there are, by life. */
  static TreeMap<Long, TreeSet<Long>> segments(ArchiveFolder folder) throws IOException {
    TreeMap<Long, TreeSet<Long>> found = new TreeMap<>();
    for (String name : folder.names()) {
      long[] numbers = numbers(name, REDO);
      if (numbers != null) {
        found.computeIfAbsent(numbers[0], _ -> new TreeSet<>()).add(numbers[1]);
      }
    }
    return found;
  }

  /** The two numbers of a file's name; null if it is not one of that kind. */
  static long[] numbers(String name, String kind) {
    int dash = name.indexOf('-');
    if (dash < 1 || !name.endsWith(kind)) {
      return null;
    }
    try {
      return new long[] {Long.parseLong(name.substring(0, dash)), Long.parseLong(name.substring(dash + 1, name.length() - kind.length()))};
    } catch (NumberFormatException other) {
      return null;
    }
  }

  /**
   * Reads what there is of a life: the heads of its blocks, and each segment's last payload, so that the end is what can be believed.
   *
   * @return null if nothing was ever in it
   * @throws Damaged if not even the header of its first segment is what was written
   */
  static ArchiveLife read(ArchiveFolder folder, long life, TreeSet<Long> segments) throws IOException {
    ArchiveSegment.Header first = null;
    List<Part> blocks = new ArrayList<>();
    long end = 0;
    long last = 0;
    long lastBytes = 0;
    boolean isWhole = true;
    for (long number : segments) {
      boolean isLast = number == segments.last();
      DiskFile file = folder.open(segmentName(life, number));
      try (ArchiveSegment segment = ArchiveSegment.read(file)) {
        boolean isSound = segment != null && segment.header().life() == life && segment.header().number() == number;
        if (!isSound && first == null) {
          if (isLast && segment == null && ArchiveSegment.isEmpty(file)) {
            return null;
          }
          throw unsound(file);
        }
        if (!isSound) {
          // A crash may leave the last one without a header, and nothing behind it.
          isWhole &= isLast && ArchiveSegment.isEmpty(file);
          break;
        }
        if (first == null) {
          first = segment.header();
          end = first.from();
        }
        if (segment.header().from() != end || segment.header().salt() != first.salt()) {
          isWhole = false;
          break;
        }
        end = readBlocks(segment, number, end, blocks);
        last = number;
        lastBytes = segment.bytes();
        isWhole &= !segment.goesOnBehind();
      } finally {
        file.close();
      }
    }
    return new ArchiveLife(first, last, isWhole, end, blocks, lastBytes);
  }

  /** Redo is read where it may be half there: behind another block, it was durable. */
  private static long readBlocks(ArchiveSegment segment, long number, long from, List<Part> blocks) throws IOException {
    long end = from;
    ArchiveSegment.Block next = segment.next();
    while (next != null) {
      ArchiveSegment.Block block = next;
      next = segment.next();
      boolean follows = block.position() == end || (block.kind() != ArchiveLayout.REDO && block.position() <= end);
      boolean isRead = next == null || block.kind() != ArchiveLayout.REDO;
      if (!follows || (isRead && segment.payload(block) == null)) {
        segment.standBefore(block);
        return end;
      }
      blocks.add(new Part(number, block));
      end = Math.max(end, block.end());
    }
    return end;
  }

  long number() {
    return header.life();
  }

  /** Whether the life ended with that header of the pool, so that nobody has written to it since. */
  boolean endedWith(PoolHeader found, ArchiveFolder folder) throws IOException {
    Part last = blocks.stream().filter(part -> part.block.kind() == ArchiveLayout.END).reduce((_, later) -> later).orElse(null);
    if (last == null || !isWhole || found.serial() < last.block.a() || found.serial() >= last.block.a() + last.block.b()) {
      return false;
    }
    byte[] salt = payload(last, folder);
    return salt != null && salt.length == Long.BYTES && Bytes.getLong(salt, 0) == found.salt();
  }

  /** What a block holds; null if it is not what was written. */
  byte[] payload(Part part, ArchiveFolder folder) throws IOException {
    try (ArchiveSegment segment = open(part.segment, folder)) {
      return segment.payload(part.block);
    }
  }

  private ArchiveSegment open(long number, ArchiveFolder folder) throws IOException {
    DiskFile file = folder.open(segmentName(header.life(), number));
    ArchiveSegment read = null;
    try {
      read = ArchiveSegment.read(file);
      if (read == null) {
        throw unsound(file);
      }
      return read;
    } finally {
      if (read == null) {
        file.close();
      }
    }
  }

  private static Damaged unsound(DiskFile file) {
    return new Damaged(file.describe(), "the header of this part of an archive is not what was written; nothing from there on can be restored from it");
  }

  List<Part> bases() {
    return blocks.stream().filter(part -> part.block.kind() == ArchiveLayout.BASE).toList();
  }
}
