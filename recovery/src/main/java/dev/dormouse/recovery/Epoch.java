package dev.dormouse.recovery;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Extent;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.JournalWriter;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.PoolFull;
import dev.dormouse.heap.Reservation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The span whose writes become visible together, running in a leased lane. Everything it changes goes through here first:
 * {@link #prepare} before bytes that a component owns are overwritten, {@link #allocate} and {@link #free} for extents,
 * {@link #putShared} for words that others share. Then {@link #commit} or {@link #abort}, and {@link Lanes#giveBack}. The letters are those of {@code docs/protocol.md}.
 *
 * <p>Whoever runs an epoch holds the locks of all components it touches until commit or abort has returned (R1). For one
 * thread. Allocates nothing, unless the epoch is larger than any before it in its lane.
 */
public final class Epoch {
  private final Media media;
  private final Heap heap;
  private final long headerOffset;
  private final int lane;
  private final AtomicBoolean broken;
  private final WriteSet writes;
  private final LogWriter log;
  private final LogReplay replay;
  private final WriteSet.Visitor flushing;
  // What makes an epoch durable as a whole, on a medium that has a journal; null elsewhere.
  private final JournalWriter group;
  private final LogWriter intentLog;
  private final WriteSet.Visitor imaging;
  private final Intents intents = new Intents();
  private final List<Reservation> reserved = new ArrayList<>();
  private long[] named = new long[4];
  private int namedCount;
  private long number;
  private long salt;
  private long position;
  private boolean running;
  private boolean stuck;
  // Steps that belong together began and did not end well: an error may strike at any call, and be caught by the program.
  private boolean halfway;
  private RuntimeException doom;

  Epoch(Media media, Heap heap, Geometry geometry, int lane, AtomicBoolean broken) {
    this.media = media;
    this.heap = heap;
    this.lane = lane;
    this.broken = broken;
    this.headerOffset = Lanes.headerOffset(geometry, lane);
    this.writes = new WriteSet(media);
    this.flushing = media::flush;
    long logOffset = headerOffset + LaneLayout.BYTES;
    long logEnd = headerOffset + geometry.laneBytes();
    this.group = media.journalWriter();
    this.log = new LogWriter(media, heap, lane, logOffset, logEnd, new LogWriter.InPlace(media, group == null));
    this.intentLog = group == null ? null : new LogWriter(media, heap, lane, logOffset, logEnd, new LogWriter.InGroup(group));
    this.imaging = group == null ? null : group::image;
    this.replay = new LogReplay(media, heap);
  }

  void start(long newSalt) {
    if (stuck) {
      throw new IllegalStateException("a commit in this lane failed half way; open the pool again, which finishes it");
    }
    number = SequenceWord.number(media.getLong(headerOffset + LaneLayout.SEQUENCE_WORD));
    if (number >= SequenceWord.MAX_NUMBER - 1) {
      throw Lanes.damaged(media, lane, "its number is " + number + ", and no lane comes so far");
    }
    salt = newSalt;
    position = 0;
    log.start(number, salt);
    running = true;
  }

  /** The lane's index, for reports. */
  public int lane() {
    return lane;
  }

  long number() {
    return number;
  }

  /** Whether nothing was changed so far: committing or aborting would write nothing. */
  public boolean isClean() {
    return log.count() == 0 && intents.isEmpty();
  }

  /** How many bytes the log of this epoch takes so far. */
  public long logBytes() {
    return log.bytes() + (group == null ? 0 : (long) intents.count() * RecordLayout.BYTES);
  }

  /**
   * Where this epoch's commit ends in the medium's journal: a sync of it makes it durable. 0 where there is no journal, and where
   * nothing was committed.
   */
  public long position() {
    return position;
  }

  /**
   * (a) Makes a range of a component's own bytes ready to be stored to: what is there goes to the log, and is durable when
   * this returns. Later calls for the same bytes cost a test. Bytes that this epoch allocated need no undo.
   *
   * @param owner birth of the component, which owns the extent around the range
   * @param ownerRecord offset of its record
   */
  public void prepare(long owner, long ownerRecord, long offset, long length) {
    log(owner, ownerRecord, offset, length);
    seal();
  }

  /**
   * Whether a range may be stored to; false also for one that is not inside a granule, and while anything is logged that is
   * not sealed.
   */
  public boolean isPrepared(long offset, int length) {
    return !log.hasUnsealed()
        && (offset & (Media.LINE_BYTES - 1)) <= Media.LINE_BYTES - length
        && ((writes.mask(offset >>> WriteSet.PAGE_SHIFT) >>> (offset >>> WriteSet.GRANULE_SHIFT)) & 1) != 0;
  }

  /** (a) without its fence: several ranges may be logged, and one {@link #seal} makes them ready. */
  public void log(long owner, long ownerRecord, long offset, long length) {
    boolean outer = halfway;
    halfway = true;
    try {
      logMissing(owner, ownerRecord, offset, length);
    } catch (PoolFull full) {
      // What was logged so far is whole.
      halfway = outer;
      throw full;
    }
    halfway = outer;
  }

  private void logMissing(long owner, long ownerRecord, long offset, long length) {
    long end = (offset + length + Media.LINE_BYTES - 1) & -Media.LINE_BYTES;
    long runStart = -1;
    for (long at = offset & -Media.LINE_BYTES; at < end; ) {
      long pageEnd = Math.min(end, (at | Geometry.PAGE_BYTES - 1) + 1);
      long page = at >>> WriteSet.PAGE_SHIFT;
      long wanted = granules(at, pageEnd);
      long missing = wanted & ~writes.mask(page);
      if (missing == wanted) {
        runStart = runStart < 0 ? at : runStart;
      } else {
        if (runStart >= 0) {
          logRun(owner, ownerRecord, runStart, at);
          runStart = -1;
        }
        while (missing != 0) {
          int first = Long.numberOfTrailingZeros(missing);
          int count = Long.numberOfTrailingZeros(~(missing >>> first));
          long start = (page << WriteSet.PAGE_SHIFT) + ((long) first << WriteSet.GRANULE_SHIFT);
          logRun(owner, ownerRecord, start, start + ((long) count << WriteSet.GRANULE_SHIFT));
          missing &= ~(((1L << count) - 1) << first);
        }
      }
      at = pageEnd;
    }
    if (runStart >= 0) {
      logRun(owner, ownerRecord, runStart, end);
    }
  }

  /** The granules of one page between two offsets in it, a bit each. */
  private static long granules(long start, long end) {
    int count = (int) ((end - start) >>> WriteSet.GRANULE_SHIFT);
    return (count == 64 ? -1L : (1L << count) - 1) << (start >>> WriteSet.GRANULE_SHIFT);
  }

  private void logRun(long owner, long ownerRecord, long start, long end) {
    if (!isFresh(start)) {
      name(owner, ownerRecord);
      log.undo(start, end - start, owner, ownerRecord);
    }
    mark(start, end);
  }

  /**
   * Bytes of an extent that this epoch allocated will be stored to: call it before. What is allocated reads as zeros for everybody
   * else as well where that was not said.
   */
  public void willStore(long offset, long length) {
    if (group != null) {
      long end = (offset + length + Media.LINE_BYTES - 1) & -Media.LINE_BYTES;
      mark(offset & -Media.LINE_BYTES, end);
    }
  }

  private void mark(long start, long end) {
    for (long at = start; at < end; ) {
      long pageEnd = Math.min(end, (at | Geometry.PAGE_BYTES - 1) + 1);
      writes.mark(at >>> WriteSet.PAGE_SHIFT, granules(at, pageEnd));
      at = pageEnd;
    }
  }

  private boolean isFresh(long offset) {
    for (int i = 0; i < reserved.size(); i++) {
      if (reserved.get(i).extent().contains(offset, 1)) {
        return true;
      }
    }
    return false;
  }

  /** R9: a component is named before its first undo record, so that damage in the log is known to be its. */
  private void name(long owner, long ownerRecord) {
    for (int i = 0; i < namedCount; i++) {
      if (named[i] == owner) {
        return;
      }
    }
    if (namedCount == named.length) {
      named = Arrays.copyOf(named, namedCount * 2);
    }
    log.append(RecordKind.OWNER, owner, ownerRecord, 0, 0);
    named[namedCount++] = owner;
  }

  /** Persists what {@link #log} appended. Only after it may the ranges be stored to. */
  public void seal() {
    if (log.hasUnsealed()) {
      log.flush();
      if (group == null) {
        // (a) The old bytes are durable before the first new one can be.
        media.fence();
      }
      log.batchIsDurable();
    }
  }

  /**
   * Sets an extent of zeros aside, to become {@code owner}'s with the commit. It may be stored to at once.
   *
   * @throws dev.dormouse.heap.PoolFull if there is no room; the epoch is as before
   */
  public Extent allocate(long sizeBytes, long owner) {
    return allocate(sizeBytes, owner, 0);
  }

  /**
   * Like {@link #allocate(long, long)}, but the first bytes are whatever is there.
   *
   * @param overwrittenBytes how many bytes the caller overwrites in this epoch, before anybody reads them
   */
  public Extent allocate(long sizeBytes, long owner, long overwrittenBytes) {
    return intendToOwn(heap.reserve(sizeBytes, overwrittenBytes), owner);
  }

  /** Like {@link #allocate}, for a component's record. The owner is its birth. */
  public Extent allocateRecord(long birth) {
    return intendToOwn(heap.reserveRecord(), birth);
  }

  private Extent intendToOwn(Reservation reservation, long owner) {
    boolean outer = halfway;
    halfway = true;
    try {
      intend(RecordKind.ALLOC, reservation.offset(), reservation.lengthBytes(), owner, reservation.place());
    } catch (PoolFull full) {
      heap.cancel(reservation);
      halfway = outer;
      throw full;
    }
    reserved.add(reservation);
    halfway = outer;
    return reservation.extent();
  }

  private void intend(int kind, long a, long b, long c, long d) {
    intents.ensureRoom();
    if (group == null) {
      log.append(kind, a, b, c, d);
    }
    intents.add(kind, a, b, c, d);
  }

  /** How many bytes of the pool this epoch has taken so far, those that it has given up again included. */
  public long takenBytes() {
    long bytes = 0;
    for (int i = 0; i < reserved.size(); i++) {
      bytes += reserved.get(i).lengthBytes();
    }
    return bytes;
  }

  /** The extent around an offset that is owned, or that this epoch allocated; null if there is none. */
  public Extent extentOf(long offset) {
    for (int i = 0; i < reserved.size(); i++) {
      if (reserved.get(i).extent().contains(offset, 1)) {
        return reserved.get(i).extent();
      }
    }
    return heap.extentOf(offset);
  }

  /**
   * Releases an extent of {@code owner} after the commit (R4).
   *
   * @throws IllegalArgumentException if it is not an extent that {@link #extentOf} answers
   */
  public void free(Extent extent, long owner) {
    // Here, because (d) cannot refuse any more.
    if (!extent.equals(extentOf(extent.offset()))) {
      throw new IllegalArgumentException(extent + " is not owned, and cannot be released");
    }
    whole(() -> intend(RecordKind.FREE, extent.offset(), extent.lengthBytes(), owner, 0));
  }

  /**
   * As {@link #free}, for the extent that begins where a record says.
   *
   * @throws Damaged if none begins there
   */
  public void freeAt(long offset, long owner) {
    Extent extent = extentOf(offset);
    if (extent == null || extent.offset() != offset) {
      throw new Damaged(
          media.describe(), "what " + Long.toHexString(owner) + " is said to have at " + offset + " is no extent, and cannot be released; run verify");
    }
    free(extent, owner);
  }

  /**
   * Gives a word that others share a new value after the commit (R3). The caller holds the lock that guards the word from
   * before it looked at it until commit or abort has returned.
   */
  public void putShared(long offset, long value) {
    if (!replay.isPlausibleWord(offset)) {
      // Who asks has it from a word on the media, which may say anything.
      throw new Damaged(media.describe(), "offset " + offset + " is not that of an aligned word in the arena, which others could share; run verify");
    }
    whole(() -> intend(RecordKind.WORD, offset, value, 0, 0));
  }

  /**
   * (b) to (d). When it returns everything the epoch did has happened and is ordered before whatever comes next; it is
   * durable with the next {@link Media#sync}. A clean epoch writes nothing.
   */
  public void commit() {
    checkRunning();
    if (halfway) {
      throw doom != null ? doom : new IllegalStateException("a change stopped half way, and what it began cannot be committed");
    }
    if (broken.get()) {
      throw new IllegalStateException("a commit in another lane failed half way; open the pool again, which finishes it");
    }
    if (!isClean() && group != null) {
      commitToJournal();
    } else if (!isClean()) {
      if (!intents.isEmpty()) {
        log.append(RecordKind.END, log.count(), 0, 0, 0);
      }
      // (b) Everything stored to, what was zeroed, and the intents: durable before the commit word can be.
      if (media.flushes()) {
        flushWrites();
      }
      log.flush();
      media.fence();
      // (c) Commit point, one store of 8 bytes: undo records of the old number are void, the intents are due.
      int ending = intents.isEmpty() ? SequenceWord.COMMITTED : SequenceWord.COMMITTED_WITH_INTENTS;
      running = false;
      stuck = true;
      try {
        persistWord(LaneLayout.SEQUENCE_WORD, SequenceWord.of(number + 1, ending, headerOffset));
        if (!intents.isEmpty()) {
          carryOutIntents();
        }
        finish();
      } finally {
        breakIfStuck();
      }
    } else {
      finish();
    }
  }

  /** (b) to (d) of {@code docs/journal.md}. */
  private void commitToJournal() {
    group.clear();
    // (b) 1 Zeros first: what was stored over them counts.
    for (int i = 0; i < reserved.size(); i++) {
      Reservation zeroed = reserved.get(i);
      if (zeroed.isKept()) {
        long from = zeroed.storedFrom() & -Long.BYTES;
        group.zeros(from, zeroed.offset() + zeroed.lengthBytes() - from);
      }
    }
    writes.forEach(imaging);
    int ending = intents.isEmpty() ? SequenceWord.COMMITTED : SequenceWord.COMMITTED_WITH_INTENTS;
    long word = SequenceWord.of(number + 1, ending, headerOffset);
    if (!intents.isEmpty()) {
      intentLog.start(number, salt);
      intents.log(intentLog);
      group.word(headerOffset + LaneLayout.SEQUENCE_WORD, word);
    }
    // (c) 1 Order point. Before it nothing of the epoch can be left; what builds on it is claimed after it (R1, R7).
    position = group.append();
    running = false;
    stuck = true;
    try {
      media.putLong(headerOffset + LaneLayout.SEQUENCE_WORD, word);
      if (!intents.isEmpty()) {
        carryOutIntents();
      }
      finish();
    } finally {
      breakIfStuck();
    }
  }

  /** Where the steps that end an epoch stopped half way, nobody commits any more until the pool is recovered. */
  private void breakIfStuck() {
    if (stuck) {
      broken.set(true);
    }
  }

  private void carryOutIntents() {
    intents.carryOut(replay);
    // (d) What the intents did is durable before the word that says so.
    media.fence();
    persistWord(LaneLayout.DONE_WORD, SequenceWord.of(number + 1, SequenceWord.COMMITTED_WITH_INTENTS, headerOffset + LaneLayout.DONE_WORD));
    // R4: only now may the lane, and what it released, be used again.
    intents.settle(replay);
  }

  private void flushWrites() {
    for (int i = 0; i < reserved.size(); i++) {
      media.flush(reserved.get(i).offset(), reserved.get(i).lengthBytes());
    }
    writes.forEach(flushing);
  }

  /**
   * Does steps that belong together. If one of them fails, by whatever cause, {@link #commit} throws: only an abort can take
   * back those that were logged, and a caller may have caught what was thrown.
   */
  public void whole(Runnable steps) {
    boolean outer = halfway;
    // Before the first step, and not in a handler, which needs stack and memory that there may be no more of.
    halfway = true;
    try {
      steps.run();
    } catch (RuntimeException e) {
      doom = e;
      throw e;
    }
    halfway = outer;
  }

  /** Undoes everything, newest record first; reservations are given back. A clean epoch writes nothing. */
  public void abort() {
    checkRunning();
    running = false;
    stuck = true;
    try {
      if (!isClean()) {
        restore();
      }
      for (int i = 0; i < reserved.size(); i++) {
        heap.cancel(reserved.get(i));
      }
      reserved.clear();
      finish();
    } finally {
      breakIfStuck();
    }
  }

  private void restore() {
    if (group != null) {
      for (int i = log.count() - 1; i >= 0; i--) {
        replay.restoreInMemory(log.position(i));
      }
      // No crash leaves anything of it.
      media.putLong(headerOffset + LaneLayout.SEQUENCE_WORD, SequenceWord.of(number + 1, SequenceWord.ABORTED, headerOffset));
      return;
    }
    for (int i = log.count() - 1; i >= 0; i--) {
      replay.restore(log.position(i));
    }
    // R2: the restored bytes are durable before the log that could restore them is void.
    media.fence();
    persistWord(LaneLayout.SEQUENCE_WORD, SequenceWord.of(number + 1, SequenceWord.ABORTED, headerOffset));
  }

  private void finish() {
    writes.clear();
    for (int i = 0; i < reserved.size(); i++) {
      heap.isHandedOver(reserved.get(i));
    }
    reserved.clear();
    log.releaseSpills();
    if (intentLog != null) {
      intentLog.releaseSpills();
    }
    namedCount = 0;
    intents.clear();
    halfway = false;
    doom = null;
    // Last: where anything above failed, the lane must not be used again with what is left of this epoch.
    running = false;
    stuck = false;
  }

  private void persistWord(int field, long word) {
    media.putLong(headerOffset + field, word);
    media.persist(headerOffset + field, Long.BYTES);
  }

  private void checkRunning() {
    if (!running) {
      throw new IllegalStateException("the epoch of lane " + lane + " is over already");
    }
  }

  boolean isRunning() {
    return running;
  }

  /** Whether its commit failed behind the commit point, or its abort failed: only the next open of the pool can finish it. */
  public boolean isStuck() {
    return stuck;
  }
}
