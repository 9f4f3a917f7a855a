package dev.dormouse.recovery;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Geometry;
import dev.dormouse.heap.Media;
import java.util.zip.CRC32C;

/**
 * Reads the records of one epoch from a lane's log, in order, and tells a torn tail from damage.
 *
 * <p>The first line that is no record of this epoch with the next ordinal ends the log. That is a torn tail, or no tail at
 * all, if nothing valid comes after it that was appended once it was durable: a later record names the first record of its
 * own batch, and where that is beyond the missing one, the missing one had been fenced, and is damaged (R9).
 */
final class LogReader {
  private final Media media;
  private final Geometry geometry;
  private final long salt;
  private final CRC32C crc = new CRC32C();
  private final byte[] record = new byte[RecordLayout.BYTES + RecordLayout.MAX_PAYLOAD_BYTES];

  private int lane;
  private long stamp;
  private long position;
  private long next;
  private long end;
  private int nextOrdinal;

  /** Reads what was written in the life of the pool whose salt that is. One object serves one lane after the other. */
  LogReader(Media media, Geometry geometry, long salt) {
    this.media = media;
    this.geometry = geometry;
    this.salt = salt;
  }

  /** Stands before the first record of an epoch. */
  void start(int newLane, long newStamp, long logOffset, long logEnd) {
    lane = newLane;
    stamp = newStamp;
    next = logOffset;
    end = logEnd;
    nextOrdinal = 0;
  }

  /** Moves to the next record; false at the end of the log. */
  boolean next() {
    if (nextOrdinal > 0 && kind() == RecordKind.CONTINUE) {
      next = a();
      end = a() + b();
    }
    if (!isNext(next)) {
      // Where the log goes on is said twice.
      if (!isNext(next + Media.LINE_BYTES) || kind() != RecordKind.CONTINUE) {
        return false;
      }
      next += Media.LINE_BYTES;
    }
    position = next;
    next += RecordLayout.BYTES + payloadBytes();
    nextOrdinal++;
    return true;
  }

  private boolean isNext(long at) {
    return load(at) && ordinal() == nextOrdinal;
  }

  /** After {@link #next} returned false: whether the missing record had been durable, so that this is damage. Ends the reading. */
  boolean endsInDamage() {
    int last = nextOrdinal;
    long at = next + Media.LINE_BYTES;
    while (at < end) {
      boolean valid = load(at) && ordinal() > last;
      if (valid && Bytes.getInt(record, RecordLayout.BATCH_FIRST) > nextOrdinal) {
        return true;
      }
      if (valid && kind() == RecordKind.CONTINUE) {
        // What is missing may be the end of a batch, and all later ones in the extent where the log goes on.
        last = ordinal();
        at = a();
        end = a() + b();
      } else {
        at += Media.LINE_BYTES;
      }
    }
    return false;
  }

  /** Moves to the next valid record behind a damaged one, whatever its ordinal; false where there is none in this part of the log. */
  boolean skipDamage() {
    for (long at = next + Media.LINE_BYTES; at < end; at += Media.LINE_BYTES) {
      if (load(at)) {
        position = at;
        next = at + RecordLayout.BYTES + payloadBytes();
        nextOrdinal = ordinal() + 1;
        return true;
      }
    }
    return false;
  }

  /** Whether a sound record of the epoch lies there, whatever its ordinal. */
  boolean isRecord(long at) {
    return load(at);
  }

  private boolean load(long at) {
    if (at > end - RecordLayout.BYTES || media.getLong(at + RecordLayout.STAMP) != stamp) {
      return false;
    }
    media.read(at, record, 0, RecordLayout.BYTES);
    int payload = payloadBytes();
    if (Bytes.getLong(record, RecordLayout.SALT) != salt
        || Bytes.getShort(record, RecordLayout.LANE) != lane
        || payload < 0
        || payload > RecordLayout.MAX_PAYLOAD_BYTES
        || at > end - RecordLayout.BYTES - payload) {
      return false;
    }
    media.read(at + RecordLayout.BYTES, record, RecordLayout.BYTES, payload);
    int stored = Bytes.getInt(record, RecordLayout.CRC32C);
    Bytes.putInt(record, RecordLayout.CRC32C, 0);
    crc.reset();
    crc.update(record, 0, RecordLayout.BYTES + payload);
    Bytes.putInt(record, RecordLayout.CRC32C, stored);
    return stored == (int) crc.getValue() && RecordKind.isKnown(kind()) && continuesInArena();
  }

  private boolean continuesInArena() {
    return kind() != RecordKind.CONTINUE
        || (a() >= geometry.arenaOffset() && b() > RecordLayout.BYTES && b() <= geometry.sizeBytes() && a() <= geometry.sizeBytes() - b());
  }

  private int payloadBytes() {
    long length = kind() == RecordKind.UNDO ? b() : 0;
    return length < 0 || length > Integer.MAX_VALUE ? -1 : (int) length;
  }

  long position() {
    return position;
  }

  int count() {
    return nextOrdinal;
  }

  int kind() {
    return Bytes.getShort(record, RecordLayout.KIND);
  }

  private int ordinal() {
    return Bytes.getInt(record, RecordLayout.ORDINAL);
  }

  long a() {
    return Bytes.getLong(record, RecordLayout.A);
  }

  long b() {
    return Bytes.getLong(record, RecordLayout.B);
  }

  long c() {
    return Bytes.getLong(record, RecordLayout.C);
  }

  long d() {
    return Bytes.getLong(record, RecordLayout.D);
  }
}
