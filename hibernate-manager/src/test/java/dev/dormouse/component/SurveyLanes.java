package dev.dormouse.component;

import dev.dormouse.component.SurveySpan.Kind;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Geometry;
import dev.dormouse.recovery.LaneLayout;
import dev.dormouse.recovery.RecordLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the lanes of a pool say, read off the layouts: which records count, and which bytes recovery will write. */
final class SurveyLanes {
  private static final Geometry AT = SurveyPools.GEOMETRY;
  private static final long NUMBER_MASK = (1L << 46) - 1;
  private static final int UNDO = 1;
  private static final int OWNER = 2;
  private static final int COMMITTED_WITH_INTENTS = 2;

  private final byte[] pool;
  private final SurveyMap map;
  private final List<SurveySpan> spans = new ArrayList<>();
  private final BitSet restored = new BitSet();
  private int redoLanes;
  private int undoLanes;

  private SurveyLanes(byte[] pool, SurveyMap map) {
    this.pool = pool;
    this.map = map;
  }

  /**
   * Reads the lanes.
   *
   * @param map of the pool as recovery leaves it: it says who has which birth
   */
  static SurveyLanes of(byte[] pool, SurveyMap map) {
    SurveyLanes lanes = new SurveyLanes(pool, map);
    for (int lane = 0; lane < AT.laneCount(); lane++) {
      lanes.lane((int) (AT.laneTableOffset() + lane * AT.laneBytes()));
    }
    return lanes;
  }

  List<SurveySpan> spans() {
    return spans;
  }

  int redoLanes() {
    return redoLanes;
  }

  int undoLanes() {
    return undoLanes;
  }

  /** The bytes that recovery writes, so that damage to them may be gone when it is done; by byte. */
  BitSet written(byte[] recovered) {
    BitSet written = (BitSet) restored.clone();
    for (int word = 0; word < pool.length; word += Long.BYTES) {
      if (Bytes.getLong(pool, word) != Bytes.getLong(recovered, word)) {
        written.set(word, word + Long.BYTES);
      }
    }
    // The lanes' own words are read before.
    written.clear((int) AT.laneTableOffset(), (int) AT.pageTableOffset());
    return written;
  }

  private static int at(StructLayout layout, String field) {
    return (int) layout.byteOffset(PathElement.groupElement(field));
  }

  private long field(int record, String name) {
    return Bytes.getLong(pool, record + at(RecordLayout.LAYOUT, name));
  }

  private void lane(int header) {
    long sequence = Bytes.getLong(pool, header + at(LaneLayout.LAYOUT, "sequenceWord"));
    long done = Bytes.getLong(pool, header + at(LaneLayout.LAYOUT, "doneWord"));
    spans.add(SurveySpan.of(header, 16, Kind.LANE_WORD, "the words of the lane at " + header, Set.of(), Set.of()));
    int log = header + 64;
    long number = sequence & NUMBER_MASK;
    List<Integer> running = records(log, number);
    if ((sequence >>> 46 & 3) == COMMITTED_WITH_INTENTS && (done & NUMBER_MASK) != number) {
      redoLanes++;
      for (int record : records(log, number - 1)) {
        add(record, Kind.COMMITTED_LOG, Set.of());
      }
    } else if (!running.isEmpty()) {
      undoLanes++;
      running(running);
    }
  }

  private void running(List<Integer> records) {
    Set<String> named = new TreeSet<>();
    int lastBatch = 0;
    for (int record : records) {
      if (kind(record) == OWNER) {
        named.addAll(map.ownerNamed(field(record, "a")));
      }
      lastBatch = Math.max(lastBatch, Bytes.getInt(pool, record + at(RecordLayout.LAYOUT, "batchFirst")));
    }
    for (int record : records) {
      boolean last = Bytes.getInt(pool, record + at(RecordLayout.LAYOUT, "batchFirst")) == lastBatch;
      add(record, last ? Kind.LAST_FENCE : Kind.RUNNING_LOG, named);
      if (kind(record) == UNDO) {
        restored.set((int) field(record, "a"), (int) (field(record, "a") + field(record, "b")));
      }
    }
  }

  private int kind(int record) {
    return Bytes.getShort(pool, record + at(RecordLayout.LAYOUT, "kind"));
  }

  private void add(int record, Kind kind, Set<String> people) {
    String what = "record " + Bytes.getInt(pool, record + at(RecordLayout.LAYOUT, "ordinal")) + " at " + record + " of kind " + kind(record);
    spans.add(SurveySpan.of(record, bytes(record), kind, what, people, people));
  }

  private int bytes(int record) {
    return 64 + (kind(record) == UNDO ? (int) field(record, "b") : 0);
  }

  /** The records with a stamp, one behind the other. No log of the survey goes on elsewhere. */
  private List<Integer> records(int log, long stamp) {
    List<Integer> records = new ArrayList<>();
    long salt = Bytes.getLong(pool, 104);
    int at = log;
    while (at < log + AT.laneBytes() - 128
        && field(at, "stamp") == stamp
        && field(at, "salt") == salt
        && Bytes.getInt(pool, at + at(RecordLayout.LAYOUT, "ordinal")) == records.size()) {
      records.add(at);
      at += bytes(at);
    }
    return records;
  }
}
