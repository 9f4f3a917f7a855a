package dev.dormouse.heap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * A file on an ordinary disk, with a journal beside it, that survives the loss of power: {@link DurabilityClass#POWER_LOSS}. Stores go
 * to a private mapping, and reach the file by way of the journal alone. An epoch is made durable as a group of the {@link #journal};
 * what is {@link #flush}ed outside of one, as a record of its own. On a RAM file system the class is {@link DurabilityClass#VOLATILE}.
 *
 * <p>Protocol and reasons: {@code docs/journal.md}.
 */
public final class JournaledMedia extends FileMapping {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int LOOSE_WRITERS = 8;

  private final Home home;
  private final JournalFile journalFile;
  private final Journal journal;
  private final PrivatePages pages;
  private final Archive archive;
  private final Migration migration;
  private final FileSystemKind fileSystem;
  private final JournalOptions options;
  private final JournalWriter[] looseWriters = new JournalWriter[LOOSE_WRITERS];
  private final ReentrantLock[] looseLocks = new ReentrantLock[LOOSE_WRITERS];

  /** What is to be closed with the medium, and how a file grows. */
  private record Home(MappedFile mapped, DiskFile disk, DiskFile journal, Archive archive, MemorySegment memory, PrivatePages.Giver giver) implements MappedFile {
    @Override
    public Path path() {
      return mapped.path();
    }

    @Override
    public void extend(long fromOffset, long toOffset, boolean durably) {
      mapped.extend(fromOffset, toOffset, durably);
      if (!PrivateMapping.pagesAreThoseOfPools()) {
        memory.asSlice(fromOffset, toOffset - fromOffset).fill((byte) 0);
        return;
      }
      // A page that is a copy in memory does not see what the file has now.
      long first = Math.min(Geometry.alignUp(fromOffset, Geometry.PAGE_BYTES), toOffset);
      long last = Math.max(first, toOffset & -Geometry.PAGE_BYTES);
      memory.asSlice(fromOffset, first - fromOffset).fill((byte) 0);
      if (last > first) {
        giver.giveBack(first, last - first);
      }
      memory.asSlice(last, toOffset - last).fill((byte) 0);
    }

    @Override
    public void close() throws IOException {
      try (mapped;
          disk;
          archive) {
        journal.close();
      }
    }
  }

  private JournaledMedia(
      Home home, Begun begun, Arena arena, MemorySegment memory, PrivatePages.Giver giver, FileSystemKind fileSystem, JournalOptions options) {
    super(home, arena, memory);
    this.home = home;
    this.fileSystem = fileSystem;
    this.options = options;
    this.journalFile = begun.journal;
    this.journal = new Journal(home.journal, home.path().toString(), options, begun.journal.salt());
    PoolHeader header = headerOf(home.disk);
    this.pages = new PrivatePages(header == null ? 0 : header.geometry().arenaOffset(), memory.byteSize());
    for (int i = 0; i < LOOSE_WRITERS; i++) {
      looseWriters[i] = new JournalWriter(journal, this);
      looseLocks[i] = new ReentrantLock();
    }
    this.archive = begun.archive;
    this.migration =
        new Migration(journal, begun.journal, archive, home.disk, (memory.byteSize() + Long.BYTES - 1) & -Long.BYTES, pages, giver, options);
  }

  /** Null for bytes that are no pool. */
  private static PoolHeader headerOf(DiskFile home) {
    try {
      return PoolHeader.read(new JournalRecovery.DiskReader(home)).header();
    } catch (NotAPool bare) {
      return null;
    }
  }

  private static UUID uuidOf(PoolHeader header) {
    return header == null ? new UUID(0, 0) : header.uuid();
  }

  /**
   * Maps the pool in a file, whose journal was finished, and begins a new journal.
   *
   * @throws MediaUnavailable if the file cannot be opened for reading and writing, mapped, or is shorter than that
   * @throws PoolFull if the disk has no room for the journal
   */
  public static JournaledMedia open(Path path, long sizeBytes, long maxBytes, JournalOptions options) {
    return PoolFiles.open(path, sizeBytes, (file, arena) -> map(file, maxBytes, arena, options));
  }

  private static JournaledMedia map(PoolFile file, long maxBytes, Arena arena, JournalOptions options) throws IOException {
    Path path = file.path();
    FileSystemKind fileSystem = FileSystemKind.of(path);
    boolean durably = fileSystem.durabilityClass() != DurabilityClass.VOLATILE;
    SystemFile disk = new SystemFile(path);
    SystemFile journal = null;
    ArchiveFolder folder = null;
    Begun begun = null;
    JournaledMedia made = null;
    try {
      makeJournal(path, headerOf(disk), JournalFile.fileBytes(options.journalBytes()), durably);
      journal = new SystemFile(JournalFile.pathFor(path));
      folder = options.archive() == null ? null : SystemFolder.own(options.archive());
      PrivateMapping mapping = PrivateMapping.of(file, maxBytes, arena);
      begun = begin(disk, journal, folder, System::currentTimeMillis, _ -> RANDOM.nextLong(), options);
      made =
          new JournaledMedia(
              new Home(file, disk, journal, begun.archive, mapping.memory(), mapping.giver()), begun, arena, mapping.memory(), mapping.giver(), fileSystem, options);
      return made;
    } finally {
      if (made == null) {
        closeAll(disk, journal, folder, begun == null ? null : begun.archive);
      }
    }
  }

  private static void closeAll(SystemFile disk, SystemFile journal, ArchiveFolder folder, Archive archive) throws IOException {
    try (disk;
        journal;
        folder) {
      if (archive != null) {
        archive.close();
      }
    }
  }

  /** Where the journal of the pool in a file lies, if it has one. */
  public static Path journalOf(Path pool) {
    return JournalFile.pathFor(pool);
  }

  /** (i) 1 Makes the journal's file, or makes it as long as it has to be, of zeros. */
  private static void makeJournal(Path pool, PoolHeader header, long bytes, boolean durably) throws IOException {
    Path path = JournalFile.pathFor(pool);
    boolean isNew = !Files.exists(path);
    if (isNew) {
      Files.createFile(path);
    } else {
      try (SystemFile file = SystemFile.forReading(path)) {
        JournalFile.requireFree(file, uuidOf(header), header == null ? 0 : header.serial());
      }
    }
    try (PoolFile file = new PoolFile(path)) {
      long length = file.channel().size();
      if (length < bytes) {
        file.extend(length, bytes, durably);
      }
    } catch (PoolFull full) {
      if (isNew) {
        Files.delete(path);
      }
      throw full;
    }
    try (SystemFile file = new SystemFile(path)) {
      if (durably && !JournalFile.hasBegun(file)) {
        // Whoever made it, or made it longer, may have been killed before he had done this.
        file.sync();
        Anchor.syncFolder(path);
      }
    }
  }

  /** A journal that was begun, and the life of the archive that goes with it; null if there is none. */
  private record Begun(JournalFile journal, Archive archive) {}

  /** (i) */
  private static Begun begin(
      DiskFile home, DiskFile journal, ArchiveFolder folder, LongSupplier clock, LongUnaryOperator numbers, JournalOptions options) throws IOException {
    PoolHeader header = headerOf(home);
    JournalFile file = JournalFile.begin(journal, uuidOf(header), header == null ? 0 : header.serial(), numbers, options.journalBytes());
    if (header == null) {
      if (folder != null) {
        // Nothing of a pool is there that could be kept.
        folder.close();
      }
      return new Begun(file, null);
    }
    Archive archive = folder == null ? null : beginArchive(folder, clock, header, file);
    boolean named = false;
    try {
      JournalRecovery.writeBoth(header.withJournal(file.name()), home);
      named = true;
      return new Begun(file, archive);
    } finally {
      if (!named && archive != null) {
        archive.close();
      }
    }
  }

  private static Archive beginArchive(ArchiveFolder folder, LongSupplier clock, PoolHeader header, JournalFile journal) throws IOException {
    Archive begun = null;
    try {
      begun = Archive.begin(folder, clock, Archive.SEGMENT_BYTES, header, journal);
      return begun;
    } finally {
      if (begun == null) {
        // No header names it, and none may any more: nobody needs it, not even if the pool is deleted now.
        journal.retire();
      }
    }
  }

  /**
   * A pool and its journal on files of another kind, finished first: for tests of what a crash leaves. Memory is a copy of home. Bytes
   * that are no pool yet name no journal, so that nothing of it is found again.
   *
   * @param numbers makes the journal's name and salt, of numbers that no earlier journal in that file was given
   */
  public static JournaledMedia over(DiskFile home, DiskFile journal, LongUnaryOperator numbers, JournalOptions options) {
    return over(home, journal, null, numbers, options);
  }

  /** The same with an archive, which it then owns, and whose clock stands still; null for none. */
  public static JournaledMedia over(DiskFile home, DiskFile journal, ArchiveFolder archive, LongUnaryOperator numbers, JournalOptions options) {
    try {
      if (headerOf(home) != null) {
        JournalRecovery.finish(home, journal, archive, () -> 0);
      }
      Begun begun = begin(home, journal, archive, () -> 0, numbers, options);
      return copyOf(home, journal, begun, options);
    } catch (IOException e) {
      throw JournalRecovery.unavailable(Path.of(home.describe()), e);
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // It is closed with the medium, or here where that cannot be made.
  private static JournaledMedia copyOf(DiskFile home, DiskFile journal, Begun begun, JournalOptions options) {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment memory = arena.allocate(home.sizeBytes(), Geometry.PAGE_BYTES);
      PrivatePages.Giver copied = (offset, length) -> copy(home, memory, offset, length);
      copied.giveBack(0, memory.byteSize());
      return new JournaledMedia(new Home(new Unmapped(home), home, journal, begun.archive, memory, copied), begun, arena, memory, copied, new FileSystemKind("copy"), options);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static void copy(DiskFile home, MemorySegment memory, long offset, long length) {
    byte[] bytes = new byte[Math.toIntExact(length)];
    try {
      home.read(offset, ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      throw JournalRecovery.unavailable(Path.of(home.describe()), e);
    }
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, bytes.length);
  }

  /** A file that is not mapped, and has all the length it will ever have. */
  private record Unmapped(DiskFile file) implements MappedFile {
    @Override
    public Path path() {
      return Path.of(file.describe());
    }

    @Override
    public void extend(long fromOffset, long toOffset, boolean durably) {
      try {
        new Migration.Home(file).zeros(fromOffset, toOffset - fromOffset);
        file.sync();
      } catch (IOException e) {
        throw new PoolFull(file.describe(), "growing it to " + toOffset + " bytes failed: " + e.getMessage());
      }
    }

    @Override
    public void close() {
      // With the disk's file.
    }
  }

  @Override
  public DurabilityClass durabilityClass() {
    return fileSystem.durabilityClass() == DurabilityClass.VOLATILE ? DurabilityClass.VOLATILE : DurabilityClass.POWER_LOSS;
  }

  @Override
  public String describe() {
    return "journaled file " + path();
  }

  @Override
  public List<String> notes() {
    List<String> notes = new ArrayList<>(fileSystem.notes(path(), sizeBytes()));
    notes.add(
        "its newest state is in " + JournalFile.pathFor(path()).getFileName() + ", " + (options.journalBytes() >>> 20)
            + " MiB: until the pool is closed neither file is anything without the other");
    if (archive != null && !archive.isBased()) {
      notes.add("its archive " + archive.folder().describe() + " has no base yet from which what is committed now can be restored; make one");
    }
    return notes;
  }

  @Override
  public boolean flushes() {
    return true;
  }

  @Override
  public Journal journal() {
    return journal;
  }

  /** How it stands, and what it did since it was opened. Threads: any. */
  public JournalReport report() {
    return journal.report();
  }

  @Override
  public JournalWriter journalWriter() {
    // Whoever has one stores under pins.
    if (PrivateMapping.pagesAreThoseOfPools()) {
      migration.mayGiveBack();
    }
    return new JournalWriter(journal, this);
  }

  /** A loose record of the words of the range. Nobody else may store to them meanwhile. */
  @Override
  public void flush(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, sizeBytes());
    // Records, and no group: each piece says for itself what it says, and none is refused for its length.
    long most = journal.mostRecordBytes() - 2L * JournalLayout.UNIT_BYTES;
    for (long done = 0; done < length; done += most) {
      appendLoose(offset + done, Math.min(most, length - done));
    }
  }

  /** A loose record that says that they are zeros, and need not hold them. */
  @Override
  public void zeroAndFlush(long offset, long length) {
    pages.pin(offset, length);
    try {
      fill(offset, length, (byte) 0);
      appendLoose(writer -> writer.zeros(offset, length));
    } finally {
      pages.unpin(offset, length);
    }
  }

  private void appendLoose(long offset, long length) {
    appendLoose(writer -> writer.image(offset, length));
  }

  private void appendLoose(Consumer<JournalWriter> composed) {
    int stripe = (int) Thread.currentThread().threadId() & (LOOSE_WRITERS - 1);
    looseLocks[stripe].lock();
    try {
      composed.accept(looseWriters[stripe]);
      looseWriters[stripe].append();
    } finally {
      looseLocks[stripe].unlock();
    }
  }

  @Override
  public void putAndFlush(long offset, long value) {
    pages.pin(offset, Long.BYTES);
    try {
      super.putAndFlush(offset, value);
    } finally {
      pages.unpin(offset, Long.BYTES);
    }
  }

  @Override
  public void fence() {
    // Records are in the order in which they were appended. R8 for what is ordered in memory alone.
    VarHandle.releaseFence();
  }

  @Override
  public void sync() {
    journal.sync(journal.tail());
  }

  @Override
  public void settle(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, sizeBytes());
    migration.checkpoint();
  }

  /**
   * Copies the pool's file as it is when everything that was ordered before this call is in it, while it is used; steps (b) to (e) of
   * {@code docs/snapshots.md}.
   *
   * @param progress is told after each piece how many bytes were copied
   * @return how many bytes there are
   * @throws IOException if the copy cannot be written; the medium is none the worse for it
   */
  long copyTo(DiskFile copy, LongConsumer progress) throws IOException {
    return migration.copyTo(copy, progress).bytes();
  }

  /**
   * Copies the whole pool into its archive, while it is used: {@code docs/snapshots.md}.
   *
   * @param progress is told after each piece how many bytes were copied
   * @param check is shown the base before it counts, and throws if it is not sound
   * @return from where on the pool can be restored by it
   * @throws MediaUnavailable if it has no archive, or cannot be written to it
   */
  public RestorePoint archiveBase(LongConsumer progress, Consumer<PoolReader> check) {
    requireArchive();
    return migration.archiveBase(progress, check);
  }

  /**
   * Names a point behind everything that was ordered before this call; it is on the disk when this returns.
   *
   * @throws MediaUnavailable if it has no archive, or nothing more can be written to it
   */
  public RestorePoint mark(String name) {
    requireArchive();
    return migration.mark(name);
  }

  private void requireArchive() {
    if (archive == null) {
      throw new MediaUnavailable(describe(), "has no archive; open it with JournalOptions.withArchive");
    }
  }

  /** For reading: every page that was made ready for stores would be a copy in memory. */
  @Override
  public String populate(long offset, long length) {
    return FirstTouch.of(memory().asSlice(offset, length), true);
  }

  @Override
  public void pin(long offset, long length) {
    pages.pin(offset, length);
  }

  @Override
  public void unpin(long offset, long length) {
    pages.unpin(offset, length);
  }

  @Override
  public void admit() {
    migration.admit();
  }

  /** A pool that was opened and not begun is as it was: its header names no journal, unless something is in it. */
  @Override
  void release() {
    journal.close();
    migration.close();
    try {
      PoolHeader header = headerOf(home.disk);
      boolean named = header != null && header.journal() != 0;
      if (named && journal.tail() == 0) {
        migration.end(header);
        JournalRecovery.writeBoth(header.withJournal(0), home.disk);
        named = false;
      }
      // What home says after a sync that failed may not be on the disk.
      if (!named && !journal.hasFailed()) {
        journalFile.retire();
      }
    } catch (IOException | UncheckedIOException | PoolException e) {
      // It names an empty journal, which the next opening finishes.
      return;
    }
  }
}
