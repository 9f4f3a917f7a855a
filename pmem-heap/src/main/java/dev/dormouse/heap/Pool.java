package dev.dormouse.heap;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/**
 * A pool that is open: its medium, its header and its heap. Opening one is three steps, so that the lanes can be finished
 * between them: {@link #open} maps and reads, recovery runs, {@link #begin} starts a new life. A pool that was opened and
 * not begun is as it was.
 *
 * <p>Threads: opening, beginning and closing are for one thread; the medium and the heap are for all.
 */
public final class Pool implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long LEAST_STEP_BYTES = 1 << 20;
  private static final long MOST_STEP_BYTES = 1 << 30;

  private final Media media;
  private final Place place;
  private final PoolLock lock;
  private final boolean anchored;
  private final String headerDamage;
  private final JournalRecovery.Report journal;
  private final Heap heap;
  private final ReentrantLock growing = new ReentrantLock();
  private volatile PoolHeader header;
  private Prefaulting prefaulting = Prefaulting.none();
  private Provenance provenance;
  private boolean begun;
  private boolean closed;

  /** @param anchored whether what becomes of the pool is told to the anchor beside it */
  private Pool(Media media, Place place, PoolLock lock, PoolHeader.Found found, boolean anchored) {
    this(media, place, lock, found, anchored, Provenance.of(found, place), null);
  }

  /**
   * @param provenance as the header said before anything was written
   * @param journal what was found in the journal that the pool was left with; null if there was none
   */
  private Pool(
      Media media, Place place, PoolLock lock, PoolHeader.Found found, boolean anchored, Provenance provenance, JournalRecovery.Report journal) {
    this.journal = journal;
    this.media = media;
    this.place = place;
    this.lock = lock;
    this.anchored = anchored;
    this.provenance = provenance;
    this.header = found.header();
    this.headerDamage = found.damage();
    this.heap = new Heap(media, header.geometry());
  }

  /** Writes what belongs into a pool while it is being made, before its header makes it one. */
  @FunctionalInterface
  public interface Format {
    /** Writes and persists the first records of the modules above. */
    PoolHeader.Roots format(Pool unborn);
  }

  /** As {@link #create(Path, FileMedium, Geometry, Host, Format)}, in an ordinary file, on this machine. */
  public static Pool create(Path path, Geometry geometry, BootIdentity boot, Format format) {
    return create(path, FileMedium.MAPPED, geometry, Host.of(boot), format);
  }

  /** As {@link #create(Path, FileMedium, Geometry, Host, Format)}, on this machine. */
  public static Pool create(Path path, FileMedium medium, Geometry geometry, BootIdentity boot, Format format) {
    return create(path, medium, geometry, Host.of(boot), format);
  }

  /**
   * Makes a pool in a new file. It appears under its name when it is whole: a crash before leaves only
   * {@code PATH.creating}, which the next attempt replaces. Where it fails, what it made is deleted again; what was there stays,
   * a file in the place of the journal, too.
   *
   * @throws PoolFull if the disk has no room
   * @throws MediaUnavailable if there is such a file already, or it cannot be made or reached as {@code medium} says
   * @throws InUse if somebody else is making it
   */
  public static Pool create(Path path, FileMedium medium, Geometry geometry, Host host, Format format) {
    return create(path, medium, geometry, host, JournalOptions.STANDARD, format);
  }

  /** As {@link #create(Path, FileMedium, Geometry, Host, Format)}; {@code journal} counts on a medium that has one. */
  public static Pool create(Path path, FileMedium medium, Geometry geometry, Host host, JournalOptions journal, Format format) {
    requireArchivable(path, medium, journal);
    PoolLock lock = PoolLock.take(path);
    boolean inPlace = medium.makesInPlace(path);
    Path unfinished = inPlace ? path : path.resolveSibling(path.getFileName() + ".creating");
    try {
      if (!inPlace) {
        if (Files.exists(path)) {
          throw new MediaUnavailable(path.toString(), "there is a file of that name already; open it, or delete it first");
        }
        Files.deleteIfExists(unfinished);
      }
      DurabilityClass durabilityClass;
      try (Media media = medium.create(unfinished, geometry.sizeBytes(), geometry.maxBytes())) {
        // That of a pool that is no more.
        Anchor.forget(path);
        durabilityClass = write(media, geometry, host.boot(), format).durabilityClass();
        // Under its name it is whole, also where a machine that goes down takes what it had not written to the disk.
        media.settle(0, geometry.sizeBytes());
      } catch (RuntimeException | Error e) {
        if (!inPlace) {
          Files.deleteIfExists(unfinished);
        }
        throw e;
      }
      if (inPlace) {
        return open(path, medium, lock, host, journal, _ -> {});
      }
      Path itsJournal = JournalFile.pathFor(path);
      boolean journalIsAnothers = Files.exists(itsJournal, LinkOption.NOFOLLOW_LINKS);
      Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
      try {
        if (durabilityClass != DurabilityClass.VOLATILE) {
          Anchor.syncFolder(path);
        }
        return open(path, medium, lock, host, journal, _ -> {});
      } catch (IOException | RuntimeException | Error e) {
        // It may lack its journal, and nothing is in it yet: whoever tries again finds what there was before.
        takeBack(journalIsAnothers ? List.of(path) : List.of(path, itsJournal), e);
        throw e;
      }
    } catch (IOException e) {
      lock.close();
      throw new MediaUnavailable(
          path.toString(), "cannot be created: the system said " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /** Deletes what was made for a pool that cannot be used. */
  private static void takeBack(List<Path> made, Throwable because) {
    for (Path file : made) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        because.addSuppressed(
            new MediaUnavailable(file.toString(), "was made by this call and could not be deleted again: the system said " + e.getMessage() + "; delete it", e));
      }
    }
  }

  /** Makes a pool on a medium that holds zeros, which the pool then owns. */
  public static Pool create(Media media, Geometry geometry, BootIdentity boot, Format format) {
    PoolHeader header = write(media, geometry, boot, format);
    return new Pool(media, Place.unknown(boot), null, new PoolHeader.Found(header, ""), false);
  }

  private static PoolHeader write(Media media, Geometry geometry, BootIdentity boot, Format format) {
    PoolHeader unborn =
        new PoolHeader(
            0, UUID.randomUUID(), geometry, media.durabilityClass(), false, 0, RANDOM.nextLong(), boot, FileIdentity.UNKNOWN, MachineIdentity.UNKNOWN, 0, PoolHeader.Roots.NONE);
    Pool pool = new Pool(media, Place.unknown(boot), null, new PoolHeader.Found(unborn, ""), false);
    pool.heap.format();
    PoolHeader.Roots roots = format.format(pool);
    // The header last: everything it names was persisted by then, so whoever can read it can believe it.
    PoolHeader header = unborn.next(unborn.durabilityClass(), false, 0, unborn.salt(), boot, roots);
    header.write(media);
    return header;
  }

  private static void requireArchivable(Path path, FileMedium medium, JournalOptions journal) {
    if (journal.archive() != null && medium != FileMedium.JOURNALED) {
      throw new MediaUnavailable(
          path.toString(), "an archive was asked for, and nothing on " + medium + " says what was changed; open it on JOURNALED, or without an archive");
    }
  }

  /** As {@link #open(Path, FileMedium, Host)}, as an ordinary file, on this machine. */
  public static Pool open(Path path, BootIdentity boot) {
    return open(path, FileMedium.MAPPED, Host.of(boot));
  }

  /** As {@link #open(Path, FileMedium, Host)}, on this machine. */
  public static Pool open(Path path, FileMedium medium, BootIdentity boot) {
    return open(path, medium, Host.of(boot));
  }

  /**
   * Opens the pool in a file.
   *
   * @throws MediaUnavailable if there is no such file, or it cannot be read and written, or not be reached as {@code medium} says
   * @throws NotAPool if the file is not a pool
   * @throws UnsupportedFormat if a newer build wrote it
   * @throws Damaged if no header is left, or the file is shorter than it says
   * @throws InUse if somebody else has it open
   */
  public static Pool open(Path path, FileMedium medium, Host host) {
    return open(path, medium, host, JournalOptions.STANDARD);
  }

  /** As {@link #open(Path, FileMedium, Host)}; {@code journal} counts on a medium that has one. */
  public static Pool open(Path path, FileMedium medium, Host host, JournalOptions journal) {
    return open(path, medium, host, journal, _ -> {});
  }

  /** The same, where {@code accepted} is told what became of the pool before anything is written to it, and throws if that will not do. */
  public static Pool open(Path path, FileMedium medium, Host host, JournalOptions journal, Consumer<Provenance> accepted) {
    if (!Files.exists(path)) {
      throw new MediaUnavailable(path.toString(), "there is no such file; create the pool first, or check the path");
    }
    PoolLock lock = PoolLock.take(path);
    try {
      return open(path, medium, lock, host, journal, accepted);
    } catch (RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  private static Pool open(
      Path path, FileMedium medium, PoolLock lock, Host host, JournalOptions journal, Consumer<Provenance> accepted) {
    requireArchivable(path, medium, journal);
    PoolHeader.Found found = readHeader(path, medium);
    // Of what was left, and not of what (h) and (i) of the journal make of it: those count the header on.
    Place place = Place.of(path, host);
    Provenance provenance = Provenance.of(found, place);
    accepted.accept(provenance);
    JournalRecovery.Report finished = JournalRecovery.finish(path, found.header(), medium == FileMedium.JOURNALED ? journal.archive() : null);
    if (finished != null) {
      found = readHeader(path, medium).withDamage(found.damage());
    }
    Geometry geometry = found.header().geometry();
    Media media = medium.open(path, geometry.sizeBytes(), geometry.maxBytes(), journal);
    try {
      if (media.journal() != null) {
        // It names the journal now.
        found = PoolHeader.read(new MediaReader(media)).withDamage(found.damage());
      }
      Pool pool = new Pool(media, place, lock, found, true, provenance, finished);
      if (pool.header.open() && pool.provenance.is(Provenance.Kind.RENAMED)) {
        Provenance.formerName(pool.header, pool.place).ifPresent(former -> PoolLock.refuseIfHeld(path, former));
      }
      lock.isOf(pool.place.file());
      return pool;
    } catch (RuntimeException | Error e) {
      media.close();
      throw e;
    }
  }

  /**
   * Opens the bytes of the pool in a file for reading only, as opening it would find them: with what its journal holds, where its header
   * names one. Nothing is written. Nobody can open the pool until this is closed, which it must be.
   *
   * @throws MediaUnavailable if there is no such file, or it cannot be read
   * @throws InUse if somebody has it open
   * @throws Damaged if the journal is not the one that is named, or is damaged
   */
  public static PoolReader look(Path path) {
    // Says that there is none, or that it cannot be read, before a lock is made for it.
    FileMedium.of(path).reader(path).close();
    PoolLock lock = PoolLock.take(path);
    PoolReader raw = null;
    PoolReader looked = null;
    try {
      raw = FileMedium.of(path).reader(path);
      looked = new LockedReader(shown(path, raw), lock);
      return looked;
    } finally {
      if (looked == null) {
        try (lock) {
          if (raw != null) {
            raw.close();
          }
        }
      }
    }
  }

  private static PoolReader shown(Path path, PoolReader raw) {
    long journal;
    try {
      journal = PoolHeader.readForRepair(raw).header().journal();
    } catch (NotAPool | UnsupportedFormat | Damaged untold) {
      // Whoever reads on is told, in the way he asks for.
      return raw;
    }
    return journal == 0 ? raw : JournalRecovery.shown(path, raw);
  }

  /** A reader of a pool that nobody has open meanwhile. */
  private record LockedReader(PoolReader reader, PoolLock lock) implements PoolReader {
    @Override
    public String describe() {
      return reader.describe();
    }

    @Override
    public long sizeBytes() {
      return reader.sizeBytes();
    }

    @Override
    public void read(long offset, byte[] destination, int index, int length) {
      reader.read(offset, destination, index, length);
    }

    @Override
    public void close() {
      try (lock) {
        reader.close();
      }
    }
  }

  private static PoolHeader.Found readHeader(Path path, FileMedium medium) {
    try (PoolReader reader = medium.reader(path)) {
      return PoolHeader.read(reader);
    }
  }

  /** As {@link #openOverlay(Path, Host)}, on this machine. */
  public static Pool openOverlay(Path path, BootIdentity boot) {
    return openOverlay(path, Host.of(boot));
  }

  /** Opens the pool in a file so that nothing is ever written to it: what is changed stays in memory. Errors as for {@link #open(Path, FileMedium, Host)}. */
  public static Pool openOverlay(Path path, Host host) {
    PoolReader reader = FileMedium.of(path).reader(path);
    PoolLock lock;
    try {
      lock = PoolLock.take(path);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
    try {
      OverlayMedia shown = new OverlayMedia(reader);
      JournalRecovery.carryOutInMemory(path, PoolHeader.read(reader).header(), shown);
      return new Pool(shown, Place.of(path, host), lock, PoolHeader.read(new MediaReader(shown)), false);
    } catch (RuntimeException | Error e) {
      reader.close();
      lock.close();
      throw e;
    }
  }

  /** Opens the pool on a medium, which it then owns. */
  public static Pool open(Media media, BootIdentity boot) {
    return open(media, Place.unknown(boot));
  }

  /** Opens the pool on a medium, which it then owns, and of which somebody knows that it shows what is there. No lock is taken. */
  public static Pool open(Media media, Place place) {
    return new Pool(media, place, null, PoolHeader.read(new MediaReader(media)), place.path() != null);
  }

  /**
   * Deletes a pool that nobody has open, and its lock file.
   *
   * @throws NotAPool if the file is something else; it is left alone
   * @throws InUse if somebody has it open
   */
  public static void delete(Path path) {
    FileMedium medium = FileMedium.of(path);
    if (medium.makesInPlace(path)) {
      throw new MediaUnavailable(path.toString(), "is a device, not a file; pmempool rm makes it free for something else");
    }
    try (PoolLock _ = PoolLock.take(path);
        PoolReader reader = medium.reader(path)) {
      PoolHeader.read(reader);
      // Not a link that leads to it.
      Path real = path.toRealPath();
      Files.delete(real);
      Anchor.forget(real);
      Files.deleteIfExists(JournalFile.pathFor(real));
      PoolLock.forget(real);
    } catch (IOException e) {
      throw new MediaUnavailable(
          path.toString(), "cannot be deleted: the system said " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
    }
  }

  /** As {@link #shrink(Path, FileMedium, long, Host)}, on this machine. */
  public static long shrink(Path path, FileMedium medium, long newSizeBytes, BootIdentity boot) {
    return shrink(path, medium, newSizeBytes, Host.of(boot));
  }

  /**
   * Makes a pool that was closed shorter, and gives the disk its space back. What is owned stays where it is, so a pool can be
   * made as short as its last extent lets it. The pool can grow again, up to the length that was declared for it.
   *
   * @param newSizeBytes a multiple of {@value Geometry#PAGE_BYTES}
   * @return the pool's length, which is {@code newSizeBytes}
   * @throws PoolFull if something is owned behind that length; the message says how short it can be made
   * @throws IllegalArgumentException if there is no room for what every pool has, or the pool is shorter
   * @throws InUse if somebody has it open
   * @throws IllegalStateException if it was not closed; open and close it first
   * @throws MediaUnavailable if the medium has no shorter pools, or it cannot be reached
   */
  public static long shrink(Path path, FileMedium medium, long newSizeBytes, Host host) {
    medium.requireResizable(path);
    try (Pool pool = open(path, medium.offline(), host)) {
      Geometry now = pool.header.geometry();
      Geometry shorter = Geometry.of(newSizeBytes, now.maxBytes(), now.laneCount(), now.laneBytes(), now.slabPages());
      if (newSizeBytes > now.sizeBytes()) {
        throw new IllegalArgumentException(
            path + ": cannot be made shorter by making it " + newSizeBytes + " bytes long, it has " + now.sizeBytes());
      }
      if (pool.header.open()) {
        throw new IllegalStateException(path + ": was not closed, so its lanes may have work to do; open and close it, then shrink it");
      }
      // (a) Nothing behind the new end is anybody's.
      long least = Math.max(Geometry.LEAST_POOL_BYTES, pool.heap.usedUpTo());
      if (least > newSizeBytes) {
        throw new PoolFull(
            path.toString(), "something is owned behind byte " + newSizeBytes + "; it can be made as short as " + least + " bytes");
      }
      // (b) Commit point. After it the file is longer than the pool, which is as it may be. Over both copies: whoever believed
      // the longer one would find a file that is too short.
      pool.header = pool.header.resized(shorter.sizeBytes());
      pool.header.write(pool.media);
      pool.writeAgain();
      pool.media.settle(0, PoolHeader.BYTES);
      pool.tellAnchor();
    }
    // (c) The space goes back to the disk, unless somebody has had the pool meanwhile.
    try (PoolLock _ = PoolLock.take(path);
        PoolReader reader = medium.reader(path);
        FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      if (PoolHeader.read(reader).header().geometry().sizeBytes() == newSizeBytes) {
        file.truncate(newSizeBytes);
      }
    } catch (IOException e) {
      throw new MediaUnavailable(
          path.toString(), "was made shorter, but the disk did not get its space back: the system said " + e.getMessage(), e);
    }
    return newSizeBytes;
  }

  /**
   * Call it before lanes are finished, which changes the pool: on a medium that promises less than the life that was cut short, the
   * header says so first. What recovery stores here is in a cache, and a header that vouched for it would let a later opening
   * believe the words of lanes without the bytes that were restored before them (R2, I6).
   */
  public void beginRecovery() {
    if (header.open() && media.durabilityClass().compareTo(header.durabilityClass()) < 0) {
      header = header.next(media.durabilityClass(), true, header.openCount(), header.salt(), place.host().boot(), header.roots());
      header.write(media);
      writeAgain();
      media.settle(0, PoolHeader.BYTES);
    }
  }

  /**
   * Starts a new life once every lane is finished: counts the opening and brings the new salt into force. Both copies are
   * written, so that no single damaged copy can bring back an older salt or count.
   */
  public void begin() {
    begin(opening -> RANDOM.nextLong());
  }

  /**
   * The same, where the caller makes the salt out of the number of the opening: for tests, in which the same pool should be
   * begun in the same way each time. No two openings of a pool may have the same salt (R5).
   */
  public void begin(LongUnaryOperator saltOfOpening) {
    if (media.durabilityClass().compareTo(header.durabilityClass()) > 0) {
      // What was committed in a life that promised less may be neither flushed nor settled yet: the new header vouches for it too.
      media.settle(0, header.geometry().sizeBytes());
    }
    // R11: durable before anybody can observe an incarnation made of it. R5: the salt only now, with every lane done.
    // An old copy goes on counting where the newer one stopped: no incarnation of the openings that it misses comes again.
    long opening = Math.max(provenance.knownOpenings(), header.openCount()) + 1;
    if (opening > PoolHeader.MOST_OPENINGS) {
      throw new Damaged(
          media.describe(),
          "it says that it was opened " + (opening - 1) + " times, and no identities are left for another opening; copy what its components keep into a new pool");
    }
    header =
        header
            .next(media.durabilityClass(), true, opening, saltOfOpening.applyAsLong(opening), place.host().boot(), header.roots())
            .at(place);
    header.write(media);
    header = header.next(header.durabilityClass(), true, header.openCount(), header.salt(), header.boot(), header.roots());
    header.write(media);
    // Before the first store of the new life: a machine that goes down during it must find a header that says open.
    media.settle(0, PoolHeader.BYTES);
    // Behind the header: an anchor that is ahead of its pool would call it an old copy of itself.
    tellAnchor();
    heap.growBy(this::grow);
    begun = true;
  }

  /** Tells the anchor how far the pool has come. Where that cannot be, the pool is none the worse for it, and says so. */
  private void tellAnchor() {
    if (!anchored) {
      return;
    }
    try {
      Anchor.write(place.path(), header, media.durabilityClass() != DurabilityClass.VOLATILE);
    } catch (IOException e) {
      provenance =
          provenance.with(
              "its anchor " + Anchor.pathFor(place.path()) + " could not be written: the system said " + e.getMessage()
                  + "; an old copy in its place may go unnoticed");
    }
  }

  /**
   * Makes the pool larger by a step, or as much as a run of pages takes. A crash in the middle undoes it: what lies behind the
   * size in the header is nobody's.
   */
  private boolean grow(long pages, long seenPages) {
    growing.lock();
    try {
      Geometry now = header.geometry();
      if (now.pageCount() != seenPages) {
        // Somebody else was faster, and may have been stopped in the middle of (d).
        heap.hasGrown(now.pageCount());
        return true;
      }
      long most = Math.min(now.maxBytes(), media.sizeBytes()) / Geometry.PAGE_BYTES * Geometry.PAGE_BYTES;
      if (pages > now.mostPages() || now.sizeBytes() >= most) {
        return false;
      }
      long step = Math.max(pages * Geometry.PAGE_BYTES, Math.clamp(now.sizeBytes() / 8, LEAST_STEP_BYTES, MOST_STEP_BYTES));
      long wanted = Geometry.alignUp(now.sizeBytes() + step, Geometry.PAGE_BYTES);
      PoolHeader larger = header.resized(Math.min(wanted, most));
      // (a) The space first: a full disk is an error here, and nothing has changed.
      media.provision(now.sizeBytes(), larger.geometry().sizeBytes());
      // (b) What the page table says of it. Durable before (c), or the header would name pages of which nothing is known.
      heap.prepareToGrow(larger.geometry().pageCount());
      // (c) Commit point: before it the pool is as it was, after it the pages are free.
      larger.write(media);
      header = larger;
      // No single damaged copy may bring back the old length: what lies behind it would be nobody's.
      writeAgain();
      // (d) In memory.
      heap.hasGrown(larger.geometry().pageCount());
      return true;
    } finally {
      growing.unlock();
    }
  }

  /** The same header over the other copy. */
  private void writeAgain() {
    header = header.resized(header.geometry().sizeBytes());
    header.write(media);
  }

  /**
   * Has the pages of the pool made ready for their first access, as far as the pool reaches now. Call it once, after
   * {@link #begin}.
   *
   * @return how, for the report; empty if nothing was done, or its medium has nothing to do
   */
  public String prefault(Prefault when) {
    long lengthBytes = header.geometry().sizeBytes();
    return switch (when) {
      case OFF -> "";
      case BEFORE_OPEN -> Prefaulting.now(media, lengthBytes);
      case BACKGROUND -> {
        prefaulting = Prefaulting.inBackground(media, lengthBytes);
        yield "it is being prefaulted in the background";
      }
    };
  }

  /** Shows the bytes as a file's channel does, where the pool lies in a file; otherwise as its medium does. Must be closed. */
  public PoolReader reader() {
    return place.path() != null && Files.isRegularFile(place.path()) ? FileMedium.of(place.path()).reader(place.path()) : new MediaReader(media);
  }

  /** Whether the machine went down while the pool was open, on a medium that does not survive that. */
  public boolean machineWentDown() {
    return header.machineWentDown(place.host().boot());
  }

  /** What became of the pool since it was last opened, as it was found when it was opened now. */
  public Provenance provenance() {
    return provenance;
  }

  /** What was found wrong with a copy of the header when the pool was opened; empty if nothing. */
  public String headerDamage() {
    return headerDamage;
  }

  /** What whoever opens it should know: of its medium, and what was found in its journal. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>(media.notes());
    if (journal != null) {
      notes.add(journal.sentence());
    }
    return notes;
  }

  public PoolHeader header() {
    return header;
  }

  public Media media() {
    return media;
  }

  public Heap heap() {
    return heap;
  }

  /** Writes that the pool was closed, if it was begun; gives back the medium and the lock. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    // Before anything is settled: what it touches may count as changed.
    prefaulting.close();
    try {
      if (begun) {
        // What a closed pool holds is settled before its header says that it was closed: a machine that goes down later
        // must not find the one without the other.
        media.settle(0, header.geometry().sizeBytes());
        if (media.journal() != null) {
          media.journal().isAboutToEnd(header);
        }
        header =
            header.next(header.durabilityClass(), false, header.openCount(), header.salt(), header.boot(), header.roots());
        header.write(media);
        if (media.journal() != null) {
          // No damaged copy may bring back the name of a journal that may be deleted by then.
          writeAgain();
        }
        media.settle(0, PoolHeader.BYTES);
        tellAnchor();
      }
    } finally {
      abandon();
    }
  }

  /**
   * Writes that the pool was closed, and is another one: for a copy whose lanes are finished. Gives back the medium.
   *
   * @param leastOpenings how often it was opened at least, as somebody knows
   */
  UUID closeAsAnother(long leastOpenings) {
    try {
      media.settle(0, header.geometry().sizeBytes());
      header = header.ofAnother(UUID.randomUUID(), media.durabilityClass(), Math.max(leastOpenings, header.openCount()), RANDOM.nextLong());
      header.write(media);
      writeAgain();
      media.settle(0, PoolHeader.BYTES);
      return header.uuid();
    } finally {
      abandon();
    }
  }

  /** Gives back the medium and the lock and leaves the pool as a killed process would. Idempotent. */
  public void abandon() {
    closed = true;
    // It works on the mapping.
    prefaulting.close();
    try {
      media.close();
    } finally {
      if (lock != null) {
        lock.close();
      }
    }
  }
}
