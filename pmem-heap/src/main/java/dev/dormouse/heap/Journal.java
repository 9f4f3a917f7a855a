package dev.dormouse.heap;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

/**
 * The order in which what is committed on a {@link JournaledMedia} becomes durable: a ring of records, the newest of them in memory,
 * written to the disk by whoever waits first, for all who wait. The letters are those of {@code docs/journal.md}.
 *
 * <p>Threads: any. Positions count the journal's bytes from the opening on and never come again.
 */
public final class Journal {
  private static final int SPINS = 100;
  private static final long PAUSE_NANOS = 20_000;
  private static final int UNIT_SHIFT = 6;
  private static final VarHandle LEADING;

  static {
    try {
      LEADING = MethodHandles.lookup().findVarHandle(Journal.class, "leading", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final DiskFile file;
  private final String pool;
  private final long capacity;
  private final byte[] ring;
  private final int mask;
  // By unit of the ring: where the record ends that begins there, once it is filled. Positions never come again, so what an earlier
  // round left there is less than any position of this one.
  private final AtomicLongArray filled;
  private final long salt;
  private final AtomicLong tail = new AtomicLong();
  private volatile long written;
  private volatile long cut;
  // Somebody writes. A field, because whoever gives it up may have no stack left for a call.
  private volatile boolean leading;
  private final Waiters waiters = new Waiters();
  private final ReentrantLock longGroups = new ReentrantLock();
  // Where a group begins, or goes on, that is longer than the ring may hold: nobody waits for it to be filled.
  private volatile long limit = Long.MAX_VALUE;
  // A group that is longer than a record finds no room: what others would take of it is kept for it.
  private volatile boolean longOneWaits;
  private volatile Failure failure;
  // Something was claimed that will never be filled, or nothing is moved home any more. A field, because whoever sets it may have
  // neither stack for a call nor memory for a reason.
  volatile boolean torn;
  private volatile Room room;
  private final DelayedSync delayed;
  private final AtomicLong syncs = new AtomicLong();
  private final AtomicLong waits = new AtomicLong();
  private final AtomicLong pages = new AtomicLong();
  private final AtomicLong homePages = new AtomicLong();

  /** Why nothing is committed any more. */
  private record Failure(String what, IOException cause) {}

  /** Makes room by moving what is durable to its place. */
  interface Room {
    /** Makes some, or waits a little for somebody who does. */
    void make();

    /** A good part of the journal is used. */
    default void isUsed() {}

    /** All of it is in its place, and a header that is written next, one or two serials behind that one, ends it. */
    default void end(PoolHeader header) {}

    /** As {@link Journal#report}. */
    JournalReport report();
  }

  /**
   * An empty journal.
   *
   * @param pool for messages
   * @param salt stands in every record
   */
  Journal(DiskFile file, String pool, JournalOptions options, long salt) {
    this.file = file;
    this.pool = pool;
    this.capacity = options.journalBytes();
    this.ring = new byte[options.ringBytes()];
    this.mask = ring.length - 1;
    this.filled = new AtomicLongArray(ring.length >>> UNIT_SHIFT);
    this.salt = salt;
    this.delayed = options.background() ? new DelayedSync(this, options.delay().toNanos()) : null;
  }

  void makeRoomBy(Room how) {
    room = how;
  }

  /** The longest record there may be. */
  int mostRecordBytes() {
    return ring.length / 4;
  }

  /** The longest group there may be. */
  long mostGroupBytes() {
    return capacity / 2 - ring.length / 4;
  }

  byte[] ring() {
    return ring;
  }

  int indexOf(long position) {
    return (int) position & mask;
  }

  String pool() {
    return pool;
  }

  /** (k) 2 Nothing more is done but that a header says so, one or two serials behind that one. */
  void isAboutToEnd(PoolHeader header) {
    room.end(header);
  }

  /** Up to where records were claimed. What is ordered by now lies before it. */
  public long tail() {
    return tail.get();
  }

  /** Up to where records are on the disk. */
  public long durable() {
    return written;
  }

  /** Up to where records are in home, and are not needed any more. */
  public long cut() {
    return cut;
  }

  /** How often the disk was asked to make something durable. */
  public long syncs() {
    return syncs.get();
  }

  /** How often somebody had to wait for room in it. */
  public long waits() {
    return waits.get();
  }

  /** How the medium stands, and what it did since it was opened. Callable after it was closed, too. */
  public JournalReport report() {
    return room.report();
  }

  /** How many pages of 4,096 bytes of the journal's file were written: a page for each of its syncs that reached it. */
  public long writtenPages() {
    return pages.get();
  }

  /** How many pages of 4,096 bytes of home were written: a page for each round of migration that changed something in it. */
  public long homePages() {
    return homePages.get();
  }

  void hasMoved(long pageCount) {
    homePages.addAndGet(pageCount);
  }

  long capacity() {
    return capacity;
  }

  long salt() {
    return salt;
  }

  /**
   * (c) 1 Claims room for a record; it must be {@link #fill}ed, whatever happens.
   *
   * @param length a multiple of 64, at most {@link #mostRecordBytes}
   * @throws MediaUnavailable if the journal has failed; nothing was claimed
   */
  long claim(int length) {
    while (true) {
      requireSound();
      long from = tail.get();
      int left = ring.length - indexOf(from);
      int skipped = left < length ? left : 0;
      long end = from + skipped + length;
      if (end > written + ring.length) {
        sync(written + 1);
      } else if (end > roomEnd()) {
        makeRoom();
      } else if (take(from, skipped, end)) {
        return from + skipped;
      }
    }
  }

  /**
   * Moves the tail on, unless somebody else has done so, and fills what is of no use before what was claimed. In one method: where the
   * stack ends, it ends before anything is claimed, or the journal is torn.
   */
  private boolean take(long from, int skipped, long end) {
    boolean filledIt = true;
    try {
      if (!tail.compareAndSet(from, end)) {
        return false;
      }
      filledIt = skipped == 0;
      if (!filledIt) {
        fillEmpty(from, skipped);
        filledIt = true;
      }
      return true;
    } finally {
      if (!filledIt) {
        torn = true;
      }
    }
  }

  /** Writes a group of several records, one after the other, into room that was claimed for all of them. */
  @FunctionalInterface
  interface LongGroup {
    /** Fills the record that begins there, whatever it throws; called once for each, in order, up to one that throws. */
    void write(long position, int length, long group);
  }

  /**
   * (c) 1 Claims room for a group of several records at once, since nothing of it can be cut before it is whole, and has them
   * written one by one, as the ring has room.
   *
   * @param records how many there are, each as long as a record may be, but for the last
   * @return where it ends
   */
  long appendLong(int records, int lastLength, LongGroup group) {
    long total = (records - 1L) * mostRecordBytes() + lastLength;
    longGroups.lock();
    try {
      long start = claimLong(total);
      writeLong(start, records, lastLength, group);
      return start + total;
    } finally {
      if (limit != Long.MAX_VALUE) {
        // It was claimed, and not all of it is filled.
        torn = true;
      }
      longGroups.unlock();
    }
  }

  /** Returns, or throws what a record's writing threw, with all records filled and no limit; or throws with a limit. */
  private void writeLong(long start, int records, int lastLength, LongGroup group) {
    Throwable failed = null;
    for (int i = 0; i < records; i++) {
      long position = start + (long) i * mostRecordBytes();
      int length = i < records - 1 ? mostRecordBytes() : lastLength;
      while (written + ring.length < position + length) {
        sync(written + 1);
      }
      if (failed != null) {
        fillEmpty(position, length);
      } else {
        try {
          group.write(position, length, start);
        } catch (RuntimeException | Error e) {
          // What comes behind it waits for it to be filled.
          if (filled.get(indexOf(position) >>> UNIT_SHIFT) != position + length) {
            throw e;
          }
          failed = e;
        }
      }
      limit = i < records - 1 ? position + length : Long.MAX_VALUE;
    }
    if (failed instanceof Error error) {
      throw error;
    }
    if (failed != null) {
      throw (RuntimeException) failed;
    }
  }

  private long claimLong(long total) {
    try {
      while (true) {
        requireSound();
        long from = tail.get();
        int skipped = (int) (-from & (mostRecordBytes() - 1));
        long end = from + skipped + total;
        if (from + skipped > written + ring.length) {
          sync(written + 1);
        } else if (end > roomEnd()) {
          longOneWaits = true;
          makeRoom();
        } else if (!LEADING.compareAndSet(this, false, true)) {
          LockSupport.parkNanos(this, PAUSE_NANOS);
        } else {
          // In the place of a leader: none may believe the limit before the claim is made, nor wait for what cannot be filled before he
          // has written what comes before it.
          boolean claimed = false;
          try {
            limit = from + skipped;
            claimed = take(from, skipped, end);
          } finally {
            if (!claimed) {
              limit = Long.MAX_VALUE;
            }
            leading = false;
          }
          waiters.wake(written);
          if (claimed) {
            return from + skipped;
          }
        }
      }
    } finally {
      longOneWaits = false;
    }
  }

  /** Up to where records may be claimed: what is not cut must not be overwritten, nor any sector that it lies in. */
  private long roomEnd() {
    return (cut & -JournalLayout.SECTOR_BYTES) + capacity;
  }

  private void makeRoom() {
    waits.incrementAndGet();
    long before = cut;
    room.make();
    if (cut == before) {
      // Only what is durable can be moved away, and nothing of a group before all of it is.
      sync(tail.get());
    }
  }

  /** Whether an epoch that begins now would better wait until there is more room. */
  boolean isTight() {
    return longOneWaits || tail.get() - cut > capacity - capacity / 8;
  }

  /** A record that was claimed holds its bytes. */
  void fill(long position, int length) {
    filled.setRelease(indexOf(position) >>> UNIT_SHIFT, position + length);
  }

  private void fillEmpty(long position, int length) {
    head(position, length, JournalLayout.EMPTY, position, 0);
    seal(position, length, new CRC32C());
    fill(position, length);
  }

  /** Writes the head of a record that was claimed. */
  void head(long position, int length, int kind, long group, int entries) {
    int at = indexOf(position);
    Bytes.putInt(ring, at + JournalLayout.LENGTH, length);
    Bytes.putInt(ring, at + JournalLayout.CRC32C, 0);
    Bytes.putLong(ring, at + JournalLayout.POSITION, position);
    Bytes.putLong(ring, at + JournalLayout.SALT, salt);
    Bytes.putLong(ring, at + JournalLayout.DURABLE, written);
    Bytes.putLong(ring, at + JournalLayout.GROUP, group);
    Bytes.putInt(ring, at + JournalLayout.KIND, kind);
    Bytes.putInt(ring, at + JournalLayout.ENTRIES, entries);
  }

  /** Writes the CRC of a record that is complete. */
  void seal(long position, int length, CRC32C crc) {
    int at = indexOf(position);
    crc.reset();
    crc.update(ring, at, length);
    Bytes.putInt(ring, at + JournalLayout.CRC32C, (int) crc.getValue());
  }

  /**
   * Waits until everything before a position is durable. Returns at once where it is.
   *
   * @throws MediaUnavailable if the disk reported an error, now or before
   */
  public void sync(long position) {
    boolean interrupted = false;
    try {
      while (written < position) {
        requireSound();
        if (LEADING.compareAndSet(this, false, true)) {
          boolean wrote = false;
          try {
            wrote = failure == null && lead();
          } finally {
            leading = false;
            waiters.wake(failure == null ? written : Long.MAX_VALUE);
          }
          if (!wrote && written < position) {
            // Whoever writes a group that is longer than the ring is at it.
            LockSupport.parkNanos(this, PAUSE_NANOS);
            interrupted |= Thread.interrupted();
          }
        } else {
          interrupted |= waiters.await(position, () -> written >= position || !leading);
        }
      }
    } finally {
      if (interrupted) {
        // It would not have been able to wait.
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What is ordered by now becomes durable after the options' delay, whether anybody waits for it or not. */
  public void syncSoon() {
    if (delayed != null) {
      delayed.ask();
    }
  }

  /** Ends what goes on by itself. */
  void close() {
    if (delayed != null) {
      delayed.close();
    }
  }

  /**
   * That it goes on.
   *
   * @throws MediaUnavailable if it has failed; the same one always
   */
  void requireSound() {
    if (torn && failure == null) {
      failure = new Failure("a commit, or the move of one to the pool, was cut short by an error of the JVM, so that nothing can follow it", null);
    }
    Failure failed = failure;
    if (failed != null) {
      throw new MediaUnavailable(
          pool,
          failed.what + "; nothing more is committed, and what was acknowledged is safe: close the pool, look to the disk, and open it again",
          failed.cause);
    }
  }

  /** (e) False if there is nothing that could be written. */
  private boolean lead() {
    long from = written;
    long end = sealedTail();
    if (end <= from) {
      return false;
    }
    awaitFilled(from, end);
    try {
      while (from < end) {
        int index = indexOf(from);
        int length = (int) Math.min(end - from, ring.length - index);
        long place = JournalLayout.FIRST_BYTE + from % capacity;
        file.writeThrough(place, ByteBuffer.wrap(ring, index, length));
        syncs.incrementAndGet();
        pages.addAndGet((place + length - 1) / Geometry.PAGE_BYTES - place / Geometry.PAGE_BYTES + 1);
        from += length;
      }
    } catch (IOException e) {
      fail("what was committed last could not be written to its journal", e);
      requireSound();
    }
    written = end;
    if (end - cut > capacity / 4) {
      room.isUsed();
    }
    return true;
  }

  /** From now on nothing is committed or said to be durable. What was, is in the journal. */
  void fail(String what, IOException e) {
    if (failure == null) {
      // Else the first one counts: what is told is always the same.
      failure = new Failure(what + ": the system said " + e.getMessage(), e);
    }
    waiters.wake(Long.MAX_VALUE);
  }

  boolean hasFailed() {
    return failure != null;
  }

  /** (e) 1: the tail, at the end of a sector; or where a group goes on for which there is no room in the ring yet. */
  private long sealedTail() {
    while (true) {
      long end = tail.get();
      // In this order: whoever claimed more than there is room for said so before. Behind it nothing may be filled up either.
      long stop = limit;
      if (stop < end) {
        return stop;
      }
      int missing = (int) (-end & (JournalLayout.SECTOR_BYTES - 1));
      if (missing == 0) {
        return end;
      }
      if (take(end, missing, end + missing)) {
        return end + missing;
      }
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // Whoever is at it needs a processor, and nobody would wake this thread.
  private void awaitFilled(long from, long end) {
    long at = from;
    int spins = 0;
    while (at < end) {
      long next = filled.getAcquire(indexOf(at) >>> UNIT_SHIFT);
      if (next > at) {
        at = next;
        spins = 0;
      } else if (spins++ < SPINS) {
        Thread.onSpinWait();
      } else {
        requireSound();
        Thread.yield();
      }
    }
  }

  /** What lies in the ring on the disk between two positions. */
  byte[] read(long from, int length) throws IOException {
    byte[] bytes = new byte[length];
    for (int done = 0; done < length; ) {
      long at = (from + done) % capacity;
      int part = (int) Math.min(length - done, capacity - at);
      file.read(JournalLayout.FIRST_BYTE + at, ByteBuffer.wrap(bytes, done, part));
      done += part;
    }
    return bytes;
  }

  /** What lies before is in home, durably, and the journal's header says so: its place may be used again. */
  void isCutAt(long position) {
    cut = position;
  }
}
