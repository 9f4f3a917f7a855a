package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.region.Holder;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A seat for a component that is awake. Seats are made with the store and used again; a sleeper has none. Who is seated is
 * guarded by the {@link AwakeTable}, what is known of it by {@link #turn}, which only those take who hold a pin.
 */
final class Awake {
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
  final Holder holder = new Holder();
  final byte[] record = new byte[ComponentLayout.BYTES];
  final Checksum checksum = new Checksum();

  // Guarded by the bucket of the table; recordOffset is 0 where nobody is seated.
  long recordOffset;
  int next;
  int nextFree;
  boolean recentlyUsed;
  private volatile int pins;

  // Guarded by turn.
  boolean loaded;
  boolean recordChanged;
  long incarnation;
  Program program;
  FileSession[] sessions;

  // Written under turn or by whoever empties the seat; read for statistics at any time.
  long turns;
  long resumes;
  long hibernations;
  long repeats;

  Awake(int index) {
    this.index = index;
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

  long birth() {
    return Bytes.getLong(record, ComponentLayout.BIRTH);
  }

  int regionCount() {
    return record[ComponentLayout.REGION_COUNT] & 0xff;
  }

  int slotCount() {
    return record[ComponentLayout.SLOT_COUNT] & 0xff;
  }

  int programSymbol() {
    return Bytes.getInt(record, ComponentLayout.PROGRAM_SYMBOL);
  }

  long annexOffset() {
    return Bytes.getLong(record, ComponentLayout.ANNEX_OFFSET);
  }

  long tableOffset() {
    return Bytes.getLong(record, ComponentLayout.TABLE_OFFSET);
  }

  long quotaBytes() {
    return Bytes.getLong(record, ComponentLayout.QUOTA_BYTES);
  }

  boolean isQuarantined() {
    return (Bytes.getShort(record, ComponentLayout.FLAGS) & ComponentLayout.QUARANTINED) != 0;
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

  /** Whether the copy of the record is what was written. */
  boolean isRecordSound() {
    return Bytes.getInt(record, ComponentLayout.CRC32C)
        == checksum.ofRecord(record, 0, record.length, ComponentLayout.CRC32C);
  }

  /** Lets go of everything outside the pool that the component had open. */
  void closeSessions() {
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
