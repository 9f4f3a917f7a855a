package dev.dormouse.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Moves what is durable in a journal to its place in home, so that the journal can be written again, and gives pages of memory back.
 * Steps (f) and (g) of {@code docs/journal.md}: recovery, running behind. Threads: any.
 */
final class Migration implements Journal.Room, AutoCloseable {
  private static final int LEAST_WINDOW = 8 << 20;
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final int MOST_PAUSES = 2000;

  private final Journal journal;
  private final JournalFile file;
  private final DiskFile home;
  private final long poolBytes;
  private final PrivatePages pages;
  private final PrivatePages.Giver giver;
  private final long mostPrivateBytes;
  private final ReentrantLock working = new ReentrantLock();
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean givesBack;
  private boolean marked;
  private long markedTail;
  private final AtomicLong rounds = new AtomicLong();
  private final AtomicLong pieces = new AtomicLong();
  private final AtomicLong waits = new AtomicLong();
  private final AtomicLong waitNanos = new AtomicLong();

  Migration(Journal journal, JournalFile file, DiskFile home, long poolBytes, PrivatePages pages, PrivatePages.Giver giver, JournalOptions options) {
    this.journal = journal;
    this.file = file;
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
    while (!closed && !journal.hasFailed()) {
      LockSupport.parkNanos(this, IDLE_NANOS);
      try {
        while (!closed && step()) {
          // As long as there is something.
        }
      } catch (MediaUnavailable e) {
        // The journal has failed by it, and says so to everybody who asks.
        return;
      }
    }
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
      LockSupport.unpark(thread);
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
  }

  @Override
  public void isUsed() {
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Waits, for a while, until there is room for another epoch; for whoever holds no lock. */
  void admit() {
    if (!journal.isTight() && pages.bytes() <= mostPrivateBytes) {
      return;
    }
    long start = System.nanoTime();
    for (int i = 0; i < MOST_PAUSES && !journal.hasFailed() && (journal.isTight() || pages.bytes() > mostPrivateBytes); i++) {
      make();
    }
    waits.incrementAndGet();
    waitNanos.addAndGet(System.nanoTime() - start);
  }

  /** Moves everything that was ordered before this call, and what is in home is durable then. */
  void checkpoint() {
    long target = journal.tail();
    journal.sync(target);
    while (journal.cut() < target) {
      step();
    }
    working.lock();
    try {
      home.sync();
    } catch (IOException e) {
      throw failed(e);
    } finally {
      working.unlock();
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
      boolean moved = move();
      return relieve() || moved;
    } catch (IOException e) {
      throw failed(e);
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
        return false;
      }
    }
    return false;
  }

  private void move(JournalScan scan) throws IOException {
    // (f) 2
    NewestWords words = new NewestWords(new Home(home));
    words.carryOut(scan);
    // (f) 3
    home.sync();
    // (f) 4
    file.cutAt(scan.completeEnd());
    journal.isCutAt(scan.completeEnd());
    rounds.incrementAndGet();
    pieces.addAndGet(words.pieces());
  }

  /** (f) 5 */
  private boolean relieve() {
    if (!givesBack || pages.bytes() <= mostPrivateBytes / 2) {
      return false;
    }
    boolean gave = marked && journal.cut() >= markedTail;
    if (gave) {
      pages.giveBack(giver);
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
