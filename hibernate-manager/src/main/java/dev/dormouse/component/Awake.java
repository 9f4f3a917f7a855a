package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.region.Holder;
import dev.dormouse.region.RegionLayout;
import dev.dormouse.region.RegionRights;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A seat for a component that is awake. Seats are made with the store and used again; a sleeper has none. Who is seated is
 * guarded by the {@link AwakeTable}, what is known of it by {@link #turn}, which only those take who hold a pin.
 */
final class Awake implements Holder {
  private static final VarHandle PINS;

  static {
    try {
      PINS = MethodHandles.lookup().findVarHandle(Awake.class, "pins", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final int index;
  final ReentrantLock turn = new ReentrantLock();
  // Null in a store without a limit for turns.
  final TurnClock clock;

  // Guarded by the bucket of the table; recordOffset is 0 where nobody is seated.
  long recordOffset;
  int next;
  int nextFree;
  boolean recentlyUsed;
  private volatile int pins;

  // Guarded by turn: what the record says, taken from a copy that passed its checks.
  boolean loaded;
  // Up to where the medium's journal must be durable before what was read of the component may be told. Never less than what it was
  // when the seat was taken, because nobody knows of earlier commits.
  long position;
  boolean recordChanged;
  private boolean quarantined;
  int regionCount;
  int slotCount;
  int programSymbol;
  int stateVersion;
  long birth;
  long annexOffset;
  long tableOffset;
  long quotaBytes;
  // Whether the first entry is a region of the component's own in its root map, so that the fields below tell all of it.
  boolean firstRegionIsPlain;
  int firstRegionSymbol;
  RegionRights firstRegionRights;
  long firstRegionExtent;
  long firstRegionBytes;

  // Guarded by turn: what belongs to this awake life.
  long incarnation;
  Program program;
  FileSession[] sessions;
  boolean outcomesAreChecked;

  // Guarded by turn: what the running epoch attaches and detaches of the store's dataspaces. Whoever sits here next uses it again.
  DataspaceChanges shares;

  // Written under turn or by whoever empties the seat; read for statistics at any time.
  long turns;
  long resumes;
  long hibernations;
  long repeats;

  Awake(int index) {
    this(index, null);
  }

  Awake(int index, TurnClock clock) {
    this.index = index;
    this.clock = clock;
  }

  @Override
  public long birth() {
    return birth;
  }

  @Override
  public long recordOffset() {
    return recordOffset;
  }

  boolean isQuarantined() {
    return quarantined;
  }

  /** Takes over what a record says. */
  void take(byte[] record) {
    birth = Bytes.getLong(record, ComponentLayout.BIRTH);
    quarantined = (Bytes.getShort(record, ComponentLayout.FLAGS) & ComponentLayout.QUARANTINED) != 0;
    regionCount = record[ComponentLayout.REGION_COUNT] & 0xff;
    slotCount = record[ComponentLayout.SLOT_COUNT] & 0xff;
    programSymbol = Bytes.getInt(record, ComponentLayout.PROGRAM_SYMBOL);
    stateVersion = Bytes.getInt(record, ComponentLayout.STATE_VERSION);
    annexOffset = Bytes.getLong(record, ComponentLayout.ANNEX_OFFSET);
    tableOffset = Bytes.getLong(record, ComponentLayout.TABLE_OFFSET);
    quotaBytes = Bytes.getLong(record, ComponentLayout.QUOTA_BYTES);
    firstRegionSymbol = Bytes.getInt(record, ComponentLayout.REGION0 + RegionLayout.NAME_SYMBOL);
    firstRegionRights = RegionRights.ofCode(record[ComponentLayout.REGION0 + RegionLayout.RIGHTS]);
    // Kind and map of such a region are zero, and lie side by side with the rights.
    firstRegionIsPlain = regionCount > 0 && Bytes.getInt(record, ComponentLayout.REGION0 + RegionLayout.RIGHTS) >>> Byte.SIZE == 0;
    firstRegionExtent = Bytes.getLong(record, ComponentLayout.REGION0 + RegionLayout.EXTENT_OFFSET);
    firstRegionBytes = Bytes.getLong(record, ComponentLayout.REGION0 + RegionLayout.LENGTH_BYTES);
  }

  /** Keeps the component seated. Under the bucket's lock. */
  void pin() {
    PINS.getAndAdd(this, 1);
  }

  void unpin() {
    PINS.getAndAdd(this, -1);
  }

  boolean isPinned() {
    return pins != 0;
  }

  /** Waits until the turn that runs is over. With a pin, and without a lane. */
  void awaitTurn() {
    turn.lock();
    try {
      // Nothing to do but to have waited.
    } finally {
      turn.unlock();
    }
  }

  /** Keeps nothing of who sits here; whoever comes next reads the record. Under the turn lock, or alone. */
  void forget() {
    closeSessions();
    program = null;
    outcomesAreChecked = false;
    if (loaded) {
      hibernations++;
    }
    loaded = false;
    recordChanged = false;
  }

  /** Lets go of everything outside the pool that the component had open. */
  private void closeSessions() {
    if (sessions != null) {
      for (FileSession session : sessions) {
        if (session != null) {
          session.close();
        }
      }
      sessions = null;
    }
  }
}
