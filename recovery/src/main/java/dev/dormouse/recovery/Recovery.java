package dev.dormouse.recovery;

import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Finishes every lane of a pool that was just opened: what was committed is carried out, what was not is undone. Each step
 * may be repeated, so recovery may itself be cut short anywhere and run again (I6). What it costs depends on the epochs
 * that were running, not on how many components there are.
 */
public final class Recovery {
  private final Pool pool;
  private final Media media;
  private final Heap heap;
  private final Geometry geometry;
  private final Quarantine quarantine;
  private final LogReplay replay;
  private final LogReader reader;
  private long[] positions = new long[256];
  private int redone;
  private int rolledBack;
  private long recordsRestored;
  private int quarantined;

  Recovery(Pool pool, Quarantine quarantine) {
    this.pool = pool;
    this.media = pool.media();
    this.heap = pool.heap();
    this.geometry = pool.header().geometry();
    this.quarantine = quarantine;
    this.replay = new LogReplay(media, heap);
    this.reader = new LogReader(media, geometry, pool.header().salt());
  }

  /**
   * What recovery did.
   *
   * @param lanesRedone lanes whose last epoch was committed and not yet carried out
   * @param lanesRolledBack lanes whose epoch was running and was undone
   * @param recordsRestored undo records that were written back
   * @param componentsQuarantined components that a damaged log names
   * @param nanos how long it took
   */
  public record Report(
      int lanesRedone, int lanesRolledBack, long recordsRestored, int componentsQuarantined, long nanos) {
    /** Whether there was nothing to do. */
    public boolean isClean() {
      return lanesRedone == 0 && lanesRolledBack == 0;
    }
  }

  /**
   * Finishes all lanes. Call it between {@link Pool#open} and {@link Pool#begin}.
   *
   * @throws dev.dormouse.heap.Damaged if a lane's header, or the log of a committed epoch, is not what was written
   */
  public static Report run(Pool pool, Quarantine quarantine) {
    long start = System.nanoTime();
    Recovery recovery = new Recovery(pool, quarantine);
    for (int lane = 0; lane < recovery.geometry.laneCount(); lane++) {
      recovery.finishLane(lane);
    }
    return recovery.report(start);
  }

  Report report(long startNanos) {
    return new Report(redone, rolledBack, recordsRestored, quarantined, System.nanoTime() - startNanos);
  }

  void finishLane(int lane) {
    long header = Lanes.headerOffset(geometry, lane);
    long sequence = media.getLong(header + LaneLayout.SEQUENCE_WORD);
    long done = media.getLong(header + LaneLayout.DONE_WORD);
    if (!SequenceWord.isSound(sequence, header) || !SequenceWord.isSound(done, header + LaneLayout.DONE_WORD)) {
      throw Lanes.damaged(media, lane, String.format("its words are 0x%016x and 0x%016x, which nobody wrote", sequence, done));
    }
    long number = SequenceWord.number(sequence);
    if (SequenceWord.ending(sequence) == SequenceWord.COMMITTED_WITH_INTENTS && SequenceWord.number(done) != number) {
      redo(lane, header, number);
    }
    // In every case: done speaks of the former epoch, and another may have run since.
    undo(lane, header, number);
  }

  private void startReading(int lane, long header, long stamp) {
    reader.start(lane, stamp, header + LaneLayout.BYTES, header + geometry.laneBytes());
  }

  private void redo(int lane, long header, long number) {
    startReading(lane, header, number - 1);
    int count = 0;
    boolean complete = false;
    while (!complete && reader.next()) {
      complete = reader.kind() == RecordKind.END && reader.a() == count;
      remember(count++, reader.position());
    }
    // Everything was durable before the commit word: what is missing now is damage, never a torn tail.
    if (!complete) {
      throw Lanes.damaged(media, lane, "record " + count + " of a committed log is missing");
    }
    for (int i = 0; i < count; i++) {
      if (!replay.isPlausibleIntent(positions[i])) {
        throw Lanes.damaged(media, lane, "record " + i + " of a committed log names an extent that cannot be");
      }
    }
    for (int i = 0; i < count; i++) {
      replay.carryOut(positions[i]);
    }
    media.fence();
    media.putLong(
        header + LaneLayout.DONE_WORD,
        SequenceWord.of(number, SequenceWord.COMMITTED_WITH_INTENTS, header + LaneLayout.DONE_WORD));
    media.persist(header + LaneLayout.DONE_WORD, Long.BYTES);
    for (int i = 0; i < count; i++) {
      replay.settle(positions[i]);
    }
    redone++;
  }

  void undo(int lane, long header, long number) {
    startReading(lane, header, number);
    int count = 0;
    boolean implausible = false;
    while (reader.next()) {
      implausible |= !replay.isPlausibleUndo(reader.position());
      remember(count++, reader.position());
    }
    int seen = reader.count();
    // A pool that was closed ran no epoch since: its logs need not be searched for what follows a missing first record.
    boolean mayHaveRun = count > 0 || pool.header().open();
    boolean damaged = implausible || (mayHaveRun && reader.endsInDamage());
    if (count == 0 && !damaged) {
      return;
    }
    if (damaged) {
      quarantine(lane, header, number, seen);
    } else {
      for (int i = count - 1; i >= 0; i--) {
        recordsRestored += replay.restore(positions[i]);
      }
    }
    // R2: durable before the log is void.
    media.fence();
    media.putLong(
        header + LaneLayout.SEQUENCE_WORD, SequenceWord.of(number + 1, SequenceWord.ABORTED, header));
    media.persist(header + LaneLayout.SEQUENCE_WORD, Long.BYTES);
    rolledBack++;
  }

  /** R9: a damaged log hits the components that it names, and nobody else. */
  void quarantine(int lane, long header, long number, int damagedRecord) {
    String reason = "record " + damagedRecord + " of the log of lane " + lane + " is damaged, and its epoch cannot be undone";
    startReading(lane, header, number);
    Set<Long> named = new HashSet<>();
    boolean more = true;
    while (more) {
      while (reader.next()) {
        quarantineIfNamed(named, reason);
      }
      more = reader.skipDamage();
      if (more) {
        quarantineIfNamed(named, reason);
      }
    }
  }

  private void quarantineIfNamed(Set<Long> named, String reason) {
    // The undo records name their owner too: the record that is damaged may be the one that named it first.
    boolean isOwner = reader.kind() == RecordKind.OWNER;
    if (isOwner || reader.kind() == RecordKind.UNDO) {
      long birth = isOwner ? reader.a() : reader.c();
      if (named.add(birth)) {
        quarantine.quarantine(birth, isOwner ? reader.b() : reader.d(), reason);
        quarantined++;
      }
    }
  }

  private void remember(int index, long position) {
    if (index == positions.length) {
      positions = Arrays.copyOf(positions, index * 2);
    }
    positions[index] = position;
  }
}
