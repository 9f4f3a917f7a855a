package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;

/**
 * Keeps what is committed on a {@link JournaledMedia}: the writing half of an archive, for one life. Steps (k) of
 * {@code docs/snapshots.md}. For one thread at a time.
 */
final class Archive implements AutoCloseable {
  /** Where another segment is begun, unless said otherwise. */
  static final long SEGMENT_BYTES = 64 << 20;

  private static final int READ_BYTES = 1 << 20;
  // The header of a pool is written twice where it is to say something for good.
  private static final int SERIALS = 2;

  private final ArchiveFolder folder;
  private final LongSupplier clock;
  private final long mostSegmentBytes;
  private ArchiveSegment segment;
  private long end;
  private long bases;
  // Read by whoever asks for a report.
  private volatile IOException failure;

  private Archive(ArchiveFolder folder, LongSupplier clock, long mostSegmentBytes, ArchiveSegment segment) {
    this.folder = folder;
    this.clock = clock;
    this.mostSegmentBytes = mostSegmentBytes;
    this.segment = segment;
    this.end = segment.header().from();
  }

  /**
   * (k) 3 Appends what a journal has and the archive of its life has not.
   *
   * @param named the header of the pool that names the journal
   * @param journal its bytes from its cut on
   * @param to up to which position they are whole
   * @param ending the header after which the next one, or the one behind it, names none; null where the archive was told before
   */
  static void finish(ArchiveFolder folder, LongSupplier clock, PoolHeader named, byte[] journal, long cut, long to, PoolHeader ending)
      throws IOException {
    ArchiveLife life = newest(folder, named);
    if (life == null || life.header().name() != named.journal() || !life.isWhole() || life.end() < cut || life.end() > to) {
      // The pool was used without its archive, or is older than that: the next life does not go on from what is there.
      return;
    }
    // In a segment of its own: the last one may end in a block that is half there.
    try (ArchiveSegment segment = create(folder, life.header().of(life.lastSegment() + 1, life.end()))) {
      if (life.end() < to) {
        byte[] rest = Arrays.copyOfRange(journal, (int) (life.end() - cut), (int) (to - cut));
        segment.append(ArchiveLayout.REDO, life.end(), rest, rest.length, clock.getAsLong(), 0, 0);
      }
      if (ending != null) {
        end(segment, to, ending, clock);
      }
    }
  }

  /**
   * (k) 4 Begins the life of a journal that was made and that no header names yet.
   *
   * @param header of the pool, which names none
   */
  static Archive begin(ArchiveFolder folder, LongSupplier clock, long mostSegmentBytes, PoolHeader header, JournalFile journal) throws IOException {
    TreeMap<Long, TreeSet<Long>> lives = ArchiveLife.segments(folder);
    ArchiveLife former = newest(folder, header);
    boolean goesOn = former != null && former.endedWith(header, folder);
    ArchiveSegment.Header first =
        new ArchiveSegment.Header(
            header.uuid(),
            lives.isEmpty() ? 1 : lives.lastKey() + 1,
            1,
            journal.name(),
            journal.salt(),
            0,
            goesOn ? former.header().name() : 0,
            goesOn ? former.end() : 0,
            header.openCount(),
            goesOn && (former.header().based() || !former.bases().isEmpty()));
    return new Archive(folder, clock, mostSegmentBytes, create(folder, first));
  }

  /** The newest life, but for one in which nothing happened and whose journal the pool does not name; null if there is none that can be read. */
  private static ArchiveLife newest(ArchiveFolder folder, PoolHeader header) throws IOException {
    TreeMap<Long, TreeSet<Long>> segments = ArchiveLife.segments(folder);
    for (long number : segments.descendingKeySet()) {
      ArchiveLife life;
      try {
        life = ArchiveLife.read(folder, number, segments.get(number));
      } catch (Damaged damaged) {
        return null;
      }
      if (life != null && (!life.blocks().isEmpty() || life.header().name() == header.journal())) {
        requireOf(header.uuid(), life, folder);
        return life;
      }
    }
    return null;
  }

  private static void requireOf(UUID pool, ArchiveLife life, ArchiveFolder folder) {
    if (!life.header().pool().equals(pool)) {
      throw new MediaUnavailable(
          folder.describe(), "is the archive of pool " + life.header().pool() + ", and this is pool " + pool + "; name another folder");
    }
  }

  private static ArchiveSegment create(ArchiveFolder folder, ArchiveSegment.Header header) throws IOException {
    DiskFile file = folder.create(ArchiveLife.segmentName(header.life(), header.number()));
    try {
      return ArchiveSegment.begin(file, header);
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** Whether there is a base from which what is committed now can be restored. */
  boolean isBased() {
    return bases > 0 || segment.header().based();
  }

  ArchiveFolder folder() {
    return folder;
  }

  /** Why nothing more is kept; empty if it is. */
  String failure() {
    IOException failed = failure;
    return failed == null ? "" : folder.describe() + " could not be written to: the system said " + said(failed);
  }

  private static String said(IOException e) {
    return e.getClass().getSimpleName() + " " + e.getMessage();
  }

  void requireSound() {
    if (failure != null) {
      throw new MediaUnavailable(
          folder.describe(),
          "nothing more is archived since it could not be written to: the system said " + said(failure)
              + "; commits are as safe as ever. Mend that, open the pool again, and make a new base",
          failure);
    }
  }

  /** (k) 1 The bytes of the journal from a position on, between which and where they end no group is half there. */
  void redo(long from, byte[] journal, int length) {
    if (failure != null) {
      return;
    }
    if (from != end) {
      throw new IllegalStateException("redo from " + from + " on, behind " + end);
    }
    try {
      if (segment.bytes() > mostSegmentBytes) {
        ArchiveSegment full = segment;
        segment = create(folder, full.header().of(full.header().number() + 1, end));
        full.close();
      }
      end = append(ArchiveLayout.REDO, from, journal, length, 0, 0).end();
    } catch (IOException e) {
      failure = e;
    }
  }

  private ArchiveSegment.Block append(int kind, long position, byte[] payload, int length, long a, int b) throws IOException {
    return segment.append(kind, position, payload, length, clock.getAsLong(), a, b);
  }

  /** (k) 2 The life ends: the next header of the pool, or the one behind it, says so. */
  void end(PoolHeader header) {
    if (failure != null) {
      return;
    }
    try {
      end(segment, end, header, clock);
    } catch (IOException e) {
      failure = e;
    }
  }

  private static void end(ArchiveSegment segment, long position, PoolHeader header, LongSupplier clock) throws IOException {
    // An older copy of the pool may come to the same serial, but in another opening, which has another salt.
    byte[] salt = new byte[Long.BYTES];
    Bytes.putLong(salt, 0, header.salt());
    segment.append(ArchiveLayout.END, position, salt, salt.length, clock.getAsLong(), header.serial() + 1, SERIALS);
  }

  /** (k) 6 */
  RestorePoint mark(long position, String name) {
    requireSound();
    if (!isBased()) {
      throw new MediaUnavailable(folder.describe(), "this archive has no base from which the mark could be restored; make one first, with archiveBase");
    }
    byte[] payload = name.getBytes(StandardCharsets.UTF_8);
    return pointOf(said(ArchiveLayout.MARK, position, payload, 0, 0), name);
  }

  /** A file for a base. What earlier ones have left that were not made to an end is deleted. */
  DiskFile beginBase() throws IOException {
    requireSound();
    Set<String> told = ArchiveIndex.read(folder).namesOfBases();
    for (String name : folder.names()) {
      if (told != null && ArchiveLife.numbers(name, ArchiveLife.BASE) != null && !told.contains(name)) {
        folder.delete(name);
      }
    }
    return folder.create(nextBase());
  }

  private String nextBase() {
    return ArchiveLife.baseName(segment.header().life(), bases + 1);
  }

  /** The base that was begun last is not to be. It would take room that redo needs. */
  void dropBase() throws IOException {
    folder.delete(nextBase());
  }

  /** The CRC32C of a file of that length. */
  static int crcOf(DiskFile file, long length) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] piece = new byte[READ_BYTES];
    for (long done = 0; done < length; done += piece.length) {
      int part = (int) Math.min(piece.length, length - done);
      file.read(done, ByteBuffer.wrap(piece, 0, part));
      crc.update(piece, 0, part);
    }
    return (int) crc.getValue();
  }

  /** (k) 5 The base that was begun last is durable, and is what home was at that position. */
  RestorePoint endBase(long position, long length, int crc) {
    byte[] name = nextBase().getBytes(StandardCharsets.UTF_8);
    ArchiveSegment.Block block = said(ArchiveLayout.BASE, position, name, length, crc);
    bases++;
    return pointOf(block, "");
  }

  private ArchiveSegment.Block said(int kind, long position, byte[] payload, long a, int b) {
    requireSound();
    try {
      return append(kind, position, payload, payload.length, a, b);
    } catch (IOException e) {
      failure = e;
    }
    requireSound();
    throw new IllegalStateException("it failed");
  }

  private RestorePoint pointOf(ArchiveSegment.Block block, String name) {
    return new RestorePoint(segment.header().life(), block.position(), Instant.ofEpochMilli(block.time()), name);
  }

  @Override
  public void close() throws IOException {
    try (folder) {
      segment.close();
    }
  }
}
