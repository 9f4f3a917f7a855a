package dev.dormouse.heap;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** Finishes the journal that a pool's header names. Steps (h) of {@code docs/journal.md}. */
final class JournalRecovery {
  private JournalRecovery() {}

  /**
   * What a journal held.
   *
   * @param bytes of it that were carried out
   * @param torn whether something behind them was never whole, as where power fails while it is written
   */
  record Report(long bytes, boolean torn) {
    String sentence() {
      return "it was left with a journal, of which " + bytes + " bytes were carried out"
          + (torn ? "; behind them lay a commit that was never whole, and nobody was told of" : "");
    }
  }

  /**
   * Does what {@link #finish(DiskFile, DiskFile, ArchiveFolder, LongSupplier)} does for the pool in a file, if its header names a
   * journal; null if it does not.
   *
   * @param archive in which folder the pool's archive is; null if it has none
   */
  static Report finish(Path pool, PoolHeader header, Path archive) {
    if (header.journal() == 0) {
      return null;
    }
    try (SystemFile journal = openJournal(pool, header);
        SystemFile home = new SystemFile(pool);
        ArchiveFolder folder = archive == null ? null : SystemFolder.own(archive)) {
      return finish(home, journal, folder, System::currentTimeMillis);
    } catch (IOException e) {
      throw unavailable(pool, e);
    }
  }

  private static SystemFile openJournal(Path pool, PoolHeader header) throws IOException {
    try {
      return new SystemFile(JournalFile.pathFor(pool));
    } catch (FileNotFoundException missing) {
      throw new Damaged(
          pool.toString(),
          "it was not closed, and its journal " + JournalFile.pathFor(pool).getFileName() + " is not beside it ("
              + JournalFile.wanted(header.uuid(), header.journal()) + "); without it the pool is no state that it ever had, put it there; nothing was changed");
    }
  }

  static MediaUnavailable unavailable(Path pool, IOException e) {
    return new MediaUnavailable(
        pool.toString(), "its journal cannot be used: the system said " + e.getClass().getSimpleName() + " " + e.getMessage() + "; nothing that was committed is lost", e);
  }

  /**
   * Carries out what the journal holds that a pool's header names, and makes the header name none. Does nothing where it names none.
   *
   * @param archive which gets it first; null if there is none
   * @param clock for the archive
   * @throws Damaged if it is not that journal, or a part of it is missing that was acknowledged; nothing was changed
   */
  static Report finish(DiskFile home, DiskFile journal, ArchiveFolder archive, LongSupplier clock) throws IOException {
    PoolHeader header = PoolHeader.read(new DiskReader(home)).header();
    if (header.journal() == 0) {
      return null;
    }
    JournalFile file = JournalFile.open(journal, header.uuid(), header.journal());
    JournalScan scan = scan(file, home.sizeBytes());
    // (h) 4
    new NewestWords(new Migration.Home(home)).carryOut(scan);
    home.sync();
    // (h) 5. What was carried out may be a newer header, which names it too, or none.
    PoolHeader found = PoolHeader.read(new DiskReader(home)).header();
    if (archive != null) {
      // (k) 3. Where the newer header names none, the archive was told before that was written.
      Archive.finish(archive, clock, header, scan.bytes(), file.cut(), scan.completeEnd(), found.journal() == 0 ? null : found);
    }
    if (found.journal() != 0) {
      writeBoth(found.withJournal(0), home);
    }
    file.retire();
    return new Report(scan.completeEnd() - file.cut(), scan.end() > scan.completeEnd());
  }

  /** (h) 2, (h) 3 */
  private static JournalScan scan(JournalFile file, long poolBytes) throws IOException {
    JournalScan scan = new JournalScan(file.fromCut(), file.cut(), file.salt(), poolBytes);
    scan.run();
    long proof = scan.provesDamage();
    if (proof >= 0) {
      throw new Damaged(
          file.file().describe(),
          "its record at " + scan.end() + " is not what was written, and the one at " + proof
              + " says that it was durable; what was acknowledged behind it would be lost, restore pool and journal from a backup; nothing was changed");
    }
    return scan;
  }

  /** Shows the pool in a file as its journal will leave it. */
  static PoolReader shown(Path pool, PoolReader raw) {
    OverlayMedia overlay = new OverlayMedia(raw);
    carryOutInMemory(pool, PoolHeader.readForRepair(raw).header(), overlay);
    return new PoolReader() {
      @Override
      public String describe() {
        return raw.describe();
      }

      @Override
      public long sizeBytes() {
        return overlay.sizeBytes();
      }

      @Override
      public void read(long offset, byte[] destination, int index, int length) {
        overlay.read(offset, destination, index, length);
      }

      @Override
      public void close() {
        // With the file that it reads.
        overlay.close();
      }
    };
  }

  /** Shows a medium that holds the bytes of the pool in a file what its journal holds. */
  static void carryOutInMemory(Path pool, PoolHeader header, Media shown) {
    if (header.journal() == 0) {
      return;
    }
    try (SystemFile journal = openJournal(pool, header)) {
      JournalFile file = JournalFile.open(journal, header.uuid(), header.journal());
      new NewestWords(
              new NewestWords.Target() {
                @Override
                public void write(long offset, byte[] source, int index, int length) {
                  shown.write(offset, source, index, length);
                }

                @Override
                public void zeros(long offset, long length) {
                  shown.fill(offset, length, (byte) 0);
                }
              })
          .carryOut(scan(file, shown.sizeBytes()));
    } catch (IOException e) {
      throw unavailable(pool, e);
    }
  }

  /** Writes a header over both copies, the older first; each is durable before the other is touched. */
  static void writeBoth(PoolHeader header, DiskFile home) throws IOException {
    write(header, home);
    write(header.resized(header.geometry().sizeBytes()), home);
  }

  private static void write(PoolHeader header, DiskFile home) throws IOException {
    home.write(header.copyOffset(), ByteBuffer.wrap(header.encode()));
    home.sync();
  }

  /** Shows a file of a disk as a reader does. */
  record DiskReader(DiskFile file, long sizeBytes) implements PoolReader {
    DiskReader(DiskFile file) {
      this(file, file.sizeBytes());
    }

    @Override
    public String describe() {
      return file.describe();
    }

    @Override
    public void read(long offset, byte[] destination, int index, int length) {
      try {
        file.read(offset, ByteBuffer.wrap(destination, index, length));
      } catch (IOException e) {
        throw new MediaUnavailable(describe(), "bytes [" + offset + ", +" + length + ") cannot be read: the system said " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      // The file belongs to whoever opened it.
    }
  }
}
