package dev.dormouse.emulation.slow;

/**
 * What threads owe for what they did, and the waiting that pays for it. Times are in picoseconds since the medium was made,
 * because a line of a fast device takes less than a nanosecond; a {@code long} holds 106 days of them.
 *
 * <p>Each thread has a row, by its number; threads whose numbers are equal modulo {@value #ROWS} share one, and then wait for each
 * other's write-backs, and may lose a charge. A thread's own time runs ahead of the clock by what it owes.
 */
final class Bill {
  static final long PICOS_PER_NANO = 1_000;

  private static final int ROWS = 64;
  // Two lines of 64 bytes to a row, so that no two threads write to one.
  private static final int ROW = 16;
  private static final int OWED = 0;
  private static final int LAST_MISS = 1;
  private static final int ISSUED = 2;
  private static final int DRAINED = 3;
  private static final int PENDING = 4;
  private static final int CHARGED = 5;
  private static final int MISSES = 6;
  private static final int WRITTEN_BACK = 7;
  private static final int CLOCK_READS_WORTH_A_WAIT = 4;
  // An overshoot that is forgotten makes averages long; one that is remembered for ever lets a pause of the JVM pay for accesses.
  private static final long MOST_CREDIT = 200 * PICOS_PER_NANO;

  private final NanoClock clock;
  private final long origin;
  private final long clockPicos;
  private final long worthWaiting;
  private final Device reads;
  private final Device writes;
  private final int blockBytes;
  private final int unitShift;
  private final long miss;
  private final long stream;
  private final long first;
  private final long next;
  private final long sync;
  private final long[] rows = new long[ROWS * ROW];

  Bill(LatencyProfile profile, NanoClock clock) {
    this.clock = clock;
    this.origin = clock.nanoTime();
    this.clockPicos = clock.readNanos() * PICOS_PER_NANO;
    // Each wait is longer than wanted by about a look at the clock, so short ones are saved up.
    this.worthWaiting = CLOCK_READS_WORTH_A_WAIT * clockPicos;
    this.reads = new Device(profile.read().bytesPerNano());
    this.writes = new Device(profile.write().bytesPerNano());
    this.blockBytes = profile.cache().blockBytes();
    this.unitShift = Integer.numberOfTrailingZeros(profile.write().unitBytes());
    this.miss = picos(profile.read().missNanos());
    this.stream = picos(profile.read().streamNanos());
    this.first = picos(profile.write().firstNanos());
    this.next = picos(profile.write().nextNanos());
    this.sync = picos(profile.write().syncNanos());
    for (int row = 0; row < rows.length; row += ROW) {
      rows[row + LAST_MISS] = Long.MIN_VALUE;
    }
  }

  private static long picos(double nanos) {
    return Math.round(nanos * PICOS_PER_NANO);
  }

  /** The time; what happens from now on counts towards the price of what is charged with it. */
  long now() {
    return (clock.nanoTime() - origin) * PICOS_PER_NANO;
  }

  private static int row() {
    return ((int) Thread.currentThread().threadId() & (ROWS - 1)) * ROW;
  }

  /** Charges for the blocks of a range that were read and are not in the cache. */
  void read(CacheModel cache, long start, long offset, long length) {
    int row = row();
    long price = 0;
    long missed = 0;
    long evicted = 0;
    long last = cache.blockOf(offset + length - 1);
    for (long block = cache.blockOf(offset); block <= last; block++) {
      int found = cache.touch(block, false);
      if (found != CacheModel.HIT) {
        price += block == rows[row + LAST_MISS] + 1 ? stream : miss;
        rows[row + LAST_MISS] = block;
        missed++;
        evicted += found == CacheModel.MISS_EVICTING ? 1 : 0;
      }
    }
    if (missed > 0) {
      chargeMisses(row, start, price, missed, evicted);
    }
  }

  /** Charges for fetching the blocks of a range that were stored to and are not in the cache. */
  void store(CacheModel cache, long offset, long length) {
    int row = row();
    long missed = 0;
    long evicted = 0;
    long last = cache.blockOf(offset + length - 1);
    for (long block = cache.blockOf(offset); block <= last; block++) {
      int found = cache.touch(block, true);
      if (found != CacheModel.HIT) {
        rows[row + LAST_MISS] = block;
        missed++;
        evicted += found == CacheModel.MISS_EVICTING ? 1 : 0;
      }
    }
    if (missed > 0) {
      chargeMisses(row, now(), missed * stream, missed, evicted);
    }
  }

  private void chargeMisses(int row, long start, long price, long missed, long evicted) {
    long mine = start + rows[row + OWED];
    if (evicted > 0) {
      writes.take(mine, evicted * blockBytes);
    }
    rows[row + MISSES] += missed;
    // The price holds what the device takes when it is idle; only a queue comes on top.
    charge(row, start, Math.max(price, reads.take(mine, missed * blockBytes) - mine));
  }

  /** Hands over the dirty lines of a range. They drain by themselves; {@link #fence} waits for them. */
  void flush(CacheModel cache, long offset, long length) {
    long lines = 0;
    long units = 0;
    long lastUnit = -1;
    long last = cache.blockOf(offset + length - 1);
    for (long block = cache.blockOf(offset); block <= last; block++) {
      if (cache.clean(block)) {
        long unit = (block * blockBytes) >>> unitShift;
        units += unit == lastUnit ? 0 : 1;
        lastUnit = unit;
        lines++;
      }
    }
    if (lines == 0) {
      return;
    }
    int row = row();
    long mine = now() + rows[row + OWED];
    boolean pending = rows[row + PENDING] != 0;
    long begin = pending ? Math.max(rows[row + ISSUED] + next, mine) : mine;
    long issued = begin + (lines - 1) * next;
    long drained = Math.max(issued + first, writes.take(mine, units << unitShift));
    rows[row + ISSUED] = issued;
    rows[row + DRAINED] = pending ? Math.max(rows[row + DRAINED], drained) : drained;
    rows[row + PENDING] = 1;
    rows[row + WRITTEN_BACK] += lines;
  }

  /** Waits for what this thread handed over. */
  void fence() {
    int row = row();
    if (rows[row + PENDING] == 0) {
      return;
    }
    rows[row + PENDING] = 0;
    long now = now();
    charge(row, now, Math.max(0, rows[row + DRAINED] - now - rows[row + OWED]));
  }

  /** Writes what is dirty, and waits for it and for the device. */
  void sync(CacheModel cache) {
    if (sync == 0) {
      return;
    }
    int row = row();
    long start = now();
    long mine = start + rows[row + OWED];
    long dirty = cache.cleanAll();
    rows[row + WRITTEN_BACK] += dirty;
    charge(row, start, sync + writes.take(mine, dirty * blockBytes) - mine);
  }

  /** Adds to what is owed and waits if that is worth it. */
  private void charge(int row, long start, long price) {
    rows[row + CHARGED] += price;
    long owed = rows[row + OWED] + price - clockPicos;
    if (owed > worthWaiting) {
      long deadline = start + owed;
      long after = (clock.await(origin + (deadline + PICOS_PER_NANO - 1) / PICOS_PER_NANO) - origin) * PICOS_PER_NANO;
      owed = deadline - after;
    }
    // What the scheduler took is not given back: the model does not know of it.
    rows[row + OWED] = Math.max(owed, -MOST_CREDIT);
  }

  long chargedNanos() {
    return sum(CHARGED) / PICOS_PER_NANO;
  }

  long misses() {
    return sum(MISSES);
  }

  long writtenBack() {
    return sum(WRITTEN_BACK);
  }

  private long sum(int field) {
    long sum = 0;
    for (int row = 0; row < rows.length; row += ROW) {
      sum += rows[row + field];
    }
    return sum;
  }
}
