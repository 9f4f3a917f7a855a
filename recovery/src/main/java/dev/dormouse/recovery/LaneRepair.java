package dev.dormouse.recovery;

import dev.dormouse.heap.Damaged;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Pool;

/**
 * Finishes every lane of a pool, also those that {@link Recovery} refuses: what can be read of their logs is done, and what
 * cannot is left to whoever compares the records with the page table afterwards. For a copy in memory; steps and reasons are in
 * {@code docs/damage.md}.
 */
public final class LaneRepair {
  private final Pool pool;
  private final Media media;
  private final Geometry geometry;
  private final Recovery recovery;
  private final LogReplay replay;
  private final LogReader reader;
  private final Log log;

  /** Whoever wants to know what was changed. */
  @FunctionalInterface
  public interface Log {
    /** What lies at {@code place}, in bytes from the pool's start, was changed. */
    void changed(long place, String sentence);
  }

  private LaneRepair(Pool pool, Quarantine quarantine, Log log) {
    this.pool = pool;
    this.media = pool.media();
    this.geometry = pool.header().geometry();
    this.recovery = new Recovery(pool, quarantine);
    this.replay = new LogReplay(media, pool.heap());
    this.reader = new LogReader(media, geometry, pool.header().salt());
    this.log = log;
  }

  /** Finishes all lanes of a pool that was just opened; throws nothing, whatever is in them. */
  public static Recovery.Report run(Pool pool, Quarantine quarantine, Log log) {
    long start = System.nanoTime();
    LaneRepair repair = new LaneRepair(pool, quarantine, log);
    for (int lane = 0; lane < repair.geometry.laneCount(); lane++) {
      repair.finish(lane);
    }
    return repair.recovery.report(start);
  }

  private void finish(int lane) {
    try {
      recovery.finishLane(lane);
      return;
    } catch (Damaged damaged) {
      // Below.
    }
    long header = Lanes.headerOffset(geometry, lane);
    if (mendWords(lane, header)) {
      try {
        recovery.finishLane(lane);
        return;
      } catch (Damaged damaged) {
        // The words are sound by now: it is the log.
      }
    }
    long sequence = media.getLong(header + LaneLayout.SEQUENCE_WORD);
    if (SequenceWord.isSound(sequence, header)) {
      carryOutWhatCanBeRead(lane, header, SequenceWord.number(sequence));
    }
  }

  /** Makes both words sound; answers whether they are what they were, or as good as that. */
  private boolean mendWords(int lane, long header) {
    long donePlace = header + LaneLayout.DONE_WORD;
    long sequence = media.getLong(header + LaneLayout.SEQUENCE_WORD);
    long done = media.getLong(donePlace);
    boolean sequenceSound = SequenceWord.isSound(sequence, header);
    boolean doneSound = SequenceWord.isSound(done, donePlace);
    if (sequenceSound && doneSound) {
      return true;
    }
    long stamp = greatestStamp(lane, header);
    long floor = Math.max(stamp, Math.max(sequenceSound ? SequenceWord.number(sequence) : 0, doneSound ? SequenceWord.number(done) : 0));
    if (!pool.header().open() || stamp == 0) {
      // A lane of a pool that was closed has nothing to do, nor one in which no epoch of this life has run.
      write(lane, header, floor + 1, "it had nothing to do");
      return true;
    }
    long mended = sequenceSound ? sequence : oneBitFrom(sequence, header, stamp, stamp + 1);
    if (mended == 0) {
      // Nobody can tell whether its last epoch was committed: whoever it touched may be torn.
      recovery.quarantine(lane, header, stamp, 0);
      write(lane, header, floor + 2, "whether its last epoch was committed cannot be told, so the components that its log names are quarantined");
      return false;
    }
    long number = SequenceWord.number(mended);
    media.putLong(header + LaneLayout.SEQUENCE_WORD, mended);
    if (!doneSound) {
      // Where it is not due the word says so already, and where that cannot be told carrying out anew is the lesser evil: what
      // it does is compared with the records afterwards.
      long wasDone = oneBitFrom(done, donePlace, number, number);
      boolean due = SequenceWord.ending(mended) == SequenceWord.COMMITTED_WITH_INTENTS && stamp < number && wasDone == 0;
      media.putLong(donePlace, SequenceWord.of(due ? number - 1 : number, SequenceWord.COMMITTED_WITH_INTENTS, donePlace));
    }
    log.changed(header, "lane " + lane + ": its words are written anew, as its log and what is left of them say");
    return true;
  }

  /** The sound word that differs from {@code word} in one bit and has one of two numbers; 0 if there is none. */
  private static long oneBitFrom(long word, long place, long number, long otherNumber) {
    for (int bit = 0; bit < Long.SIZE; bit++) {
      long candidate = word ^ 1L << bit;
      if (SequenceWord.isSound(candidate, place)
          && (SequenceWord.number(candidate) == number || SequenceWord.number(candidate) == otherNumber)) {
        return candidate;
      }
    }
    return 0;
  }

  private void write(int lane, long header, long number, String why) {
    long donePlace = header + LaneLayout.DONE_WORD;
    media.putLong(header + LaneLayout.SEQUENCE_WORD, SequenceWord.of(number, SequenceWord.ABORTED, header));
    media.putLong(donePlace, SequenceWord.of(number, SequenceWord.COMMITTED_WITH_INTENTS, donePlace));
    log.changed(header, "lane " + lane + ": its words are written anew; " + why);
  }

  /** The greatest stamp of a record that was written in this life of the pool in the lane's own log; 0 if there is none. */
  private long greatestStamp(int lane, long header) {
    long greatest = 0;
    long end = header + geometry.laneBytes();
    for (long at = header + LaneLayout.BYTES; at <= end - RecordLayout.BYTES; at += Media.LINE_BYTES) {
      long stamp = media.getLong(at + RecordLayout.STAMP);
      if (stamp > greatest && stamp < SequenceWord.MAX_NUMBER && media.getLong(at + RecordLayout.SALT) == pool.header().salt()) {
        reader.start(lane, stamp, at, end);
        greatest = reader.isRecord(at) ? stamp : greatest;
      }
    }
    return greatest;
  }

  /** A committed log of which a record is missing: the others are carried out, in their order. */
  private void carryOutWhatCanBeRead(int lane, long header, long number) {
    reader.start(lane, number - 1, header + LaneLayout.BYTES, header + geometry.laneBytes());
    int count = 0;
    boolean more = true;
    while (more) {
      while (reader.next()) {
        count += carryOut(reader.position());
      }
      more = reader.skipDamage();
      count += more ? carryOut(reader.position()) : 0;
    }
    long donePlace = header + LaneLayout.DONE_WORD;
    media.putLong(donePlace, SequenceWord.of(number, SequenceWord.COMMITTED_WITH_INTENTS, donePlace));
    log.changed(header, "lane " + lane + ": of its last epoch, which was committed, " + count + " steps were carried out; some could not be read");
    recovery.undo(lane, header, number);
  }

  private int carryOut(long position) {
    if (!RecordKind.isIntent(reader.kind()) || !replay.isPlausibleIntent(position)) {
      return 0;
    }
    try {
      replay.carryOut(position);
      return 1;
    } catch (Damaged | IndexOutOfBoundsException e) {
      // What it names lies behind a damaged entry of the page table.
      return 0;
    }
  }
}
