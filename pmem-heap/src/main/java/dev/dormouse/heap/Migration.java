package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Moves what is durable in a journal to its place in home, so that the journal can be written again, and gives pages of memory back.
 * Steps (f) and (g) of {@code docs/journal.md}: recovery, running behind. Threads: any.
 */
final class Migration implements Journal.Room, AutoCloseable {
  private static final int LEAST_WINDOW = 8 << 20;
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final int COPIED_BYTES = 1 << 20;
  private static final int MOST_PAUSES = 2000;

  private final Journal journal;
  private final JournalFile file;
  // Null where there is none.
  private final Archive archive;
  private final DiskFile home;
  private final long poolBytes;
  private final PrivatePages pages;
  private final PrivatePages.Giver giver;
  private final long mostPrivateBytes;
  private final ReentrantLock working = new ReentrantLock();
  private final ReentrantLock copying = new ReentrantLock();
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean asked;
  private volatile boolean givesBack;
  // What has home so far, while it is being copied. Guarded by the lock.
  private Copy copy;
  private boolean marked;
  private long markedTail;
  private final AtomicLong rounds = new AtomicLong();
  private final AtomicLong pieces = new AtomicLong();
  private final AtomicLong waits = new AtomicLong();
  private final AtomicLong waitNanos = new AtomicLong();

  Migration(Journal journal, JournalFile file, Archive archive, DiskFile home, long poolBytes, PrivatePages pages, PrivatePages.Giver giver, JournalOptions options) {
    this.journal = journal;
    this.file = file;
    this.archive = archive;
    this.home = home;
    this.poolBytes = poolBytes;
    this.pages = pages;
    this.giver = giver;
    this.mostPrivateBytes = options.privateBytes();
    this.thread = options.background() ? Thread.ofPlatform().daemon().name("dormouse-migration").unstarted(this::run) : null;
    journal.makeRoomBy(this);
    if (thread != null) {
      thread.start();
    }
  }

  private void run() {
    long seenTail = 0;
    long lastNanos = System.nanoTime();
    while (!closed && !journal.hasFailed()) {
      LockSupport.parkNanos(this, IDLE_NANOS);
      long tail = journal.tail();
      // Not behind every commit: a page that several of them change is written once, and the disk is left to those who wait for it.
      boolean quiet = tail == seenTail;
      seenTail = tail;
      if (quiet || asked || privatePagesAreMany() || System.nanoTime() - lastNanos > LONGEST_NANOS) {
        asked = false;
        try {
          long target = journal.durable();
          boolean more = step();
          // What came meanwhile is left for the next time.
          while (more && !closed && journal.cut() < target) {
            more = step();
          }
        } catch (RuntimeException | Error e) {
          // The journal has failed by it, and says so to everybody who asks, even where there was no memory to say why.
          journal.torn = true;
          return;
        }
        lastNanos = System.nanoTime();
      }
    }
  }

  private boolean privatePagesAreMany() {
    return givesBack && pages.bytes() > mostPrivateBytes / 2;
  }

  /** From now on every store to a page is made under a pin, so that pages without one may be given back. */
  void mayGiveBack() {
    givesBack = true;
  }

  /** Makes some room, or waits a little for the thread that does. */
  @Override
  public void make() {
    if (thread == null) {
      step();
    } else {
      asked = true;
      LockSupport.unpark(thread);
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
  }

  @Override
  public void isUsed() {
    if (thread != null) {
      asked = true;
      LockSupport.unpark(thread);
    }
  }

  private boolean isFull() {
    return journal.isTight() || (givesBack && pages.bytes() > mostPrivateBytes);
  }

  /** Waits, for a while, until there is room for another epoch; for whoever holds no lock. */
  void admit() {
    if (!isFull()) {
      return;
    }
    long start = System.nanoTime();
    for (int i = 0; i < MOST_PAUSES && !journal.hasFailed() && isFull(); i++) {
      make();
    }
    waits.incrementAndGet();
    waitNanos.addAndGet(System.nanoTime() - start);
  }

  /** Moves everything that was ordered before this call, and what is in home is durable then. */
  void checkpoint() {
    migrate(journal.tail());
    working.lock();
    try {
      journal.requireSound();
      // Where there was nothing to move, an earlier life on a medium that promises less may have left something in the page cache.
      home.sync();
    } catch (IOException e) {
      throw failed(e);
    } finally {
      working.unlock();
    }
  }

  private void migrate(long target) {
    journal.sync(target);
    while (journal.cut() < target) {
      step();
    }
  }

  private MediaUnavailable failed(IOException e) {
    journal.fail("what its journal holds could not be written to the pool", e);
    return new MediaUnavailable(
        journal.pool(), "what its journal holds could not be written to it: the system said " + e.getMessage() + "; the journal has it still", e);
  }

  /** One round of (f), and of (g); whether there was anything to do. */
  boolean step() {
    working.lock();
    try {
      // A sync that failed may have dropped what it was about: another one would say yes, and it would not be there.
      journal.requireSound();
      boolean moved = move();
      return relieve() || moved;
    } catch (IOException e) {
      throw failed(e);
    } catch (RuntimeException | Error e) {
      // Whoever waits for room would wait for ever.
      journal.fail("what its journal holds could not be moved to the pool", new IOException(e.toString(), e));
      throw e;
    } finally {
      working.unlock();
    }
  }

  private boolean move() throws IOException {
    long from = journal.cut();
    long available = journal.durable() - from;
    // (f) 1
    for (long window = Math.min(available, LEAST_WINDOW); window > 0; window = Math.min(available, window * 2)) {
      JournalScan scan = new JournalScan(journal.read(from, (int) window), from, journal.salt(), poolBytes);
      scan.run();
      if (scan.completeEnd() > from) {
        move(scan);
        return true;
      }
      if (window == available) {
        if (scan.end() < from + available) {
          throw new IOException("the record at " + scan.end() + " of the journal does not read as it was written");
        }
        return false;
      }
    }
    return false;
  }

  private void move(JournalScan scan) throws IOException {
    if (archive != null) {
      // (k) 1
      archive.redo(journal.cut(), scan.bytes(), (int) (scan.completeEnd() - journal.cut()));
    }
    // (f) 2
    NewestWords words = new NewestWords(copy == null ? new Home(home) : new HomeAndCopy(new Home(home), copy));
    words.carryOut(scan);
    // (f) 3
    home.sync();
    // (f) 4
    file.cutAt(scan.completeEnd());
    journal.isCutAt(scan.completeEnd());
    rounds.incrementAndGet();
    pieces.addAndGet(words.pieces());
    journal.hasMoved(words.pages());
  }

  /** (f) 5 */
  private boolean relieve() {
    if (!privatePagesAreMany()) {
      return false;
    }
    boolean gave = false;
    if (marked && journal.cut() >= markedTail) {
      long before = pages.bytes();
      pages.giveBack(giver);
      gave = pages.bytes() < before;
      marked = false;
    }
    if (!marked) {
      // The tail after the marks: what was stored to a page that has one lies before it.
      pages.markClean();
      markedTail = journal.tail();
      marked = true;
      if (journal.durable() < markedTail) {
        journal.sync(markedTail);
      }
    }
    return gave;
  }

  /** Home as what the newest words go to. */
  record Home(DiskFile file) implements NewestWords.Target {
    private static final byte[] ZEROS = new byte[1 << 20];

    @Override
    public void write(long offset, byte[] source, int index, int length) throws IOException {
      file.write(offset, ByteBuffer.wrap(source, index, length));
    }

    @Override
    public void zeros(long offset, long length) throws IOException {
      for (long done = 0; done < length; done += ZEROS.length) {
        file.write(offset + done, ByteBuffer.wrap(ZEROS, 0, (int) Math.min(ZEROS.length, length - done)));
      }
    }
  }

  /** A file that holds what home has up to a byte, and what became of writing it. */
  private static final class Copy {
    private final Home file;
    private long end;
    private IOException failure;

    Copy(DiskFile file) {
      this.file = new Home(file);
    }
  }

  /** Home, and a copy of it as far as there is one. What goes wrong with the copy ends the copy, and nothing else. */
  private record HomeAndCopy(Home home, Copy copy) implements NewestWords.Target {
    @Override
    public void write(long offset, byte[] source, int index, int length) throws IOException {
      home.write(offset, source, index, length);
      int part = Math.clamp(copy.end - offset, 0, length);
      copied(() -> copy.file.write(offset, source, index, part));
    }

    @Override
    public void zeros(long offset, long length) throws IOException {
      home.zeros(offset, length);
      copied(() -> copy.file.zeros(offset, Math.clamp(copy.end - offset, 0, length)));
    }

    private interface Write {
      void run() throws IOException;
    }

    private void copied(Write write) {
      try {
        if (copy.failure == null) {
          write.run();
        }
      } catch (IOException e) {
        copy.failure = e;
      }
    }
  }

  /**
   * A copy of home.
   *
   * @param bytes how long it is
   * @param position of the journal up to which it holds everything, and from where on nothing
   */
  record Copied(long bytes, long position) {}

  /** As {@link JournaledMedia#copyTo}. One at a time. */
  Copied copyTo(DiskFile file, LongConsumer progress) throws IOException {
    byte[] piece = new byte[COPIED_BYTES];
    Copy made = new Copy(file);
    copying.lock();
    try {
      copy(made, piece, progress);
      // (d) What was acknowledged by now is in the journal.
      long target = journal.tail();
      journal.sync(target);
      long position;
      while (true) {
        // It may have grown by what came home meanwhile.
        copy(made, piece, progress);
        working.lock();
        try {
          if (journal.cut() >= target && made.end >= homeBytes()) {
            // (e)
            copy = null;
            position = journal.cut();
            break;
          }
        } finally {
          working.unlock();
        }
        step();
      }
      requireWritten(made);
      file.sync();
      return new Copied(made.end, position);
    } finally {
      endCopy();
      copying.unlock();
    }
  }

  @Override
  public void end(PoolHeader header) {
    if (archive != null) {
      working.lock();
      try {
        archive.end(header);
      } finally {
        working.unlock();
      }
    }
  }

  /** As {@link JournaledMedia#mark}. */
  RestorePoint mark(String name) {
    migrate(journal.tail());
    working.lock();
    try {
      return archive.mark(journal.cut(), name);
    } finally {
      working.unlock();
    }
  }

  /** As {@link JournaledMedia#archiveBase}. */
  RestorePoint archiveBase(LongConsumer progress, Consumer<PoolReader> check) {
    copying.lock();
    boolean told = false;
    try (DiskFile base = beginBase()) {
      Copied copied = copyTo(base, progress);
      check.accept(new JournalRecovery.DiskReader(base, copied.bytes));
      int crc = Archive.crcOf(base, copied.bytes);
      working.lock();
      try {
        // A block whose writing failed may be there all the same.
        told = true;
        return archive.endBase(copied.position, copied.bytes, crc);
      } finally {
        working.unlock();
      }
    } catch (IOException e) {
      throw new MediaUnavailable(
          archive.folder().describe(), "a base cannot be written to it: the system said " + e.getMessage() + "; earlier ones are as they were", e);
    } finally {
      if (!told) {
        dropBase();
      }
      copying.unlock();
    }
  }

  private void dropBase() {
    working.lock();
    try {
      archive.dropBase();
    } catch (IOException e) {
      // The next base deletes it.
      return;
    } finally {
      working.unlock();
    }
  }

  private DiskFile beginBase() throws IOException {
    working.lock();
    try {
      return archive.beginBase();
    } finally {
      working.unlock();
    }
  }

  private void endCopy() {
    working.lock();
    try {
      copy = null;
    } finally {
      working.unlock();
    }
  }

  private static void requireWritten(Copy made) throws IOException {
    if (made.failure != null) {
      throw new IOException(made.failure.getMessage(), made.failure);
    }
  }

  /** (b), (c) */
  private void copy(Copy made, byte[] piece, LongConsumer progress) throws IOException {
    boolean more = true;
    while (more) {
      requireWritten(made);
      working.lock();
      try {
        long left = homeBytes() - made.end;
        int length = Math.clamp(left, 0, piece.length);
        home.read(made.end, ByteBuffer.wrap(piece, 0, length));
        made.file.write(made.end, piece, 0, length);
        made.end += length;
        copy = made;
        more = left > length;
      } finally {
        working.unlock();
      }
      progress.accept(made.end);
    }
  }

  /** How long the pool is, as home says. */
  private long homeBytes() {
    return PoolHeader.read(new JournalRecovery.DiskReader(home)).header().geometry().sizeBytes();
  }

  @Override
  public JournalReport report() {
    while (true) {
      // In this order, since none of them goes back: none is behind one that is read before it.
      long cut = journal.cut();
      long durable = journal.durable();
      long tail = journal.tail();
      if (journal.cut() == cut) {
        // Else more could seem to be used than there is room for.
        return new JournalReport(
            tail,
            durable,
            cut,
            journal.capacity(),
            pages.bytes(),
            mostPrivateBytes,
            journal.syncs(),
            rounds(),
            waits(),
            Duration.ofNanos(waitNanos()),
            journal.waits(),
            archive == null ? "" : archive.failure());
      }
    }
  }

  /** How many rounds there were, for reports. */
  long rounds() {
    return rounds.get();
  }

  /** How many pieces were written to home. */
  long pieces() {
    return pieces.get();
  }

  /** How often an epoch had to wait before it could begin. */
  long waits() {
    return waits.get();
  }

  /** How long epochs waited before they could begin, all together. */
  long waitNanos() {
    return waitNanos.get();
  }

  /** Stops, in the middle of what it does if need be: the next opening does the rest. */
  @Override
  public void close() {
    closed = true;
    if (thread == null) {
      return;
    }
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
