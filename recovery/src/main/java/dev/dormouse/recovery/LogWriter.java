package dev.dormouse.recovery;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Heap;
import dev.dormouse.heap.JournalWriter;
import dev.dormouse.heap.Media;
import dev.dormouse.heap.Reservation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Appends records to a lane's log, and goes on in a reserved extent where it runs full. Such an extent is never published:
 * after a crash it is free, and recovery has read it before anybody can be given it. For the epoch's thread only.
 */
final class LogWriter {
  private static final int FIRST_SPILL_BYTES = 256 << 10;
  private static final int CONTINUE_BYTES = 2 * RecordLayout.BYTES;

  private final Media media;
  private final Heap heap;
  private final int lane;
  private final Target target;
  private final long logOffset;
  private final long logEnd;
  private final CRC32C crc = new CRC32C();
  private final byte[] record = new byte[RecordLayout.BYTES + RecordLayout.MAX_PAYLOAD_BYTES];
  private final List<Reservation> spills = new ArrayList<>();

  private long salt;
  private long stamp;
  private long tail;
  private long end;
  private long flushedTo;
  private int ordinal;
  private int batchFirst;
  private long bytes;
  private long[] positions = new long[64];

  /** Where records go. */
  interface Target {
    void write(long offset, byte[] record, int length);

    /** What was written to a range will be read after a crash: it is handed over. */
    void flush(long offset, long length);

    /** Whether a crash leaves it, so that its reader has to be sure of it. */
    boolean isReadAfterACrash();
  }

  /**
   * The log where the lane is.
   *
   * @param isReadAfterACrash false where an epoch is made durable as a whole, so that a crash has nothing to undo and the log is for an
   *     abort, which reads it in memory
   */
  record InPlace(Media media, boolean isReadAfterACrash) implements Target {
    @Override
    public void write(long offset, byte[] record, int length) {
      media.write(offset, record, 0, length);
    }

    @Override
    public void flush(long offset, long length) {
      if (isReadAfterACrash) {
        media.flush(offset, length);
      }
    }
  }

  /** The log as recovery finds it, in the group that makes an epoch durable, and nowhere else. */
  record InGroup(JournalWriter group) implements Target {
    @Override
    public void write(long offset, byte[] record, int length) {
      group.bytes(offset, record, length);
    }

    @Override
    public void flush(long offset, long length) {
      // The group is handed over as a whole.
    }

    @Override
    public boolean isReadAfterACrash() {
      return true;
    }
  }

  LogWriter(Media media, Heap heap, int lane, long logOffset, long logEnd, Target target) {
    this.media = media;
    this.target = target;
    this.heap = heap;
    this.lane = lane;
    this.logOffset = logOffset;
    this.logEnd = logEnd;
  }

  void start(long newStamp, long newSalt) {
    stamp = newStamp;
    salt = newSalt;
    tail = logOffset;
    end = logEnd;
    flushedTo = logOffset;
    ordinal = 0;
    batchFirst = 0;
    bytes = 0;
  }

  int count() {
    return ordinal;
  }

  /** How many bytes the records of this epoch take. */
  long bytes() {
    return bytes;
  }

  /** Where the record with that ordinal begins. */
  long position(int recordOrdinal) {
    return positions[recordOrdinal];
  }

  /** Appends the old bytes of a range, in as many records as it takes. */
  void undo(long from, long length, long owner, long ownerRecord) {
    for (long done = 0; done < length; ) {
      ensureRoom(RecordLayout.BYTES + Media.LINE_BYTES);
      long room = end - CONTINUE_BYTES - tail - RecordLayout.BYTES;
      int piece = (int) Math.min(Math.min(length - done, RecordLayout.MAX_PAYLOAD_BYTES), room & -Media.LINE_BYTES);
      media.read(from + done, record, RecordLayout.BYTES, piece);
      append(RecordKind.UNDO, from + done, piece, owner, ownerRecord, piece);
      done += piece;
    }
  }

  void append(int kind, long a, long b, long c, long d) {
    ensureRoom(RecordLayout.BYTES);
    append(kind, a, b, c, d, 0);
  }

  /** Hands over what was appended since the last call. The caller fences. */
  void flush() {
    target.flush(flushedTo, tail - flushedTo);
    flushedTo = tail;
  }

  /** After the fence: what is appended from now on belongs to the next batch. */
  void batchIsDurable() {
    batchFirst = ordinal;
  }

  boolean hasUnsealed() {
    return batchFirst != ordinal;
  }

  /** Gives the extents that the log went on in back to the heap. */
  void releaseSpills() {
    if (!spills.isEmpty()) {
      spills.forEach(heap::cancel);
      spills.clear();
      positions = new long[64];
    }
  }

  private void ensureRoom(long recordBytes) {
    // Two lines are always left, so that the log can say twice where it goes on.
    if (tail + recordBytes + CONTINUE_BYTES <= end) {
      return;
    }
    Reservation spill = heap.reserveForLog((long) FIRST_SPILL_BYTES << Math.min(spills.size(), 8));
    append(RecordKind.CONTINUE, spill.offset(), spill.lengthBytes(), 0, 0, 0);
    // R9: once more, because what lies behind a damaged one could not be found, and would pass for a torn tail.
    target.write(tail, record, RecordLayout.BYTES);
    tail += RecordLayout.BYTES;
    flush();
    spills.add(spill);
    tail = spill.offset();
    flushedTo = tail;
    end = spill.offset() + spill.lengthBytes();
  }

  private void append(int kind, long a, long b, long c, long d, int payloadBytes) {
    Bytes.putLong(record, RecordLayout.STAMP, stamp);
    Bytes.putLong(record, RecordLayout.SALT, salt);
    Bytes.putInt(record, RecordLayout.CRC32C, 0);
    Bytes.putShort(record, RecordLayout.KIND, (short) kind);
    Bytes.putShort(record, RecordLayout.LANE, (short) lane);
    Bytes.putInt(record, RecordLayout.ORDINAL, ordinal);
    Bytes.putInt(record, RecordLayout.BATCH_FIRST, batchFirst);
    Bytes.putLong(record, RecordLayout.A, a);
    Bytes.putLong(record, RecordLayout.B, b);
    Bytes.putLong(record, RecordLayout.C, c);
    Bytes.putLong(record, RecordLayout.D, d);
    int length = RecordLayout.BYTES + payloadBytes;
    if (target.isReadAfterACrash()) {
      crc.reset();
      crc.update(record, 0, length);
      Bytes.putInt(record, RecordLayout.CRC32C, (int) crc.getValue());
    }
    target.write(tail, record, length);
    if (ordinal == positions.length) {
      positions = Arrays.copyOf(positions, ordinal * 2);
    }
    positions[ordinal++] = tail;
    tail += length;
    bytes += length;
  }
}
