package dev.dormouse.component;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Media;
import dev.dormouse.recovery.Epoch;
import java.nio.ByteBuffer;

/**
 * The outcomes that a component remembers: a ring in its annex, changed in the turn that has the outcome. Of the thread that
 * runs the turn.
 */
final class Outcomes {
  private final Media media;
  private final Awake awake;
  private final long firstOffset;
  private final int count;
  private final int replyBytes;

  Outcomes(Media media, Awake awake) {
    this.media = media;
    this.awake = awake;
    // Checked before it is believed: outcomes are written where the annex says they lie.
    byte[] head = ComponentNames.readAnnex(media, awake.annexOffset, awake.birth);
    if (head == null) {
      throw new Quarantined(
          "component at " + awake.recordOffset + ": its annex is not what was written, so its outcomes cannot be found; run verify");
    }
    this.count = Bytes.getShort(head, AnnexLayout.OUTCOME_COUNT) & 0xffff;
    this.replyBytes = Bytes.getShort(head, AnnexLayout.REPLY_BYTES) & 0xffff;
    this.firstOffset = awake.annexOffset + firstOutcome(head.length - AnnexLayout.BYTES);
    if (firstOffset > media.sizeBytes() - (long) count * outcomeBytes(replyBytes)) {
      throw new Quarantined(
          "component at " + awake.recordOffset + ": its annex says that it remembers " + count + " outcomes of " + replyBytes
              + " bytes, which do not fit into the pool; run verify");
    }
  }

  /** Where the outcomes begin in an annex, behind the name. */
  static int firstOutcome(int nameBytes) {
    return (AnnexLayout.BYTES + nameBytes + Media.LINE_BYTES - 1) & -Media.LINE_BYTES;
  }

  /** How long one outcome is: whole lines, so that none shares one with another. */
  static int outcomeBytes(int replyBytes) {
    return (OutcomeLayout.BYTES + replyBytes + Media.LINE_BYTES - 1) & -Media.LINE_BYTES;
  }

  int count() {
    return count;
  }

  /** The outcome that was recorded for a request; null if none is remembered. */
  ByteBuffer find(RequestId id) {
    for (int i = 0; i < count; i++) {
      long at = offset(i);
      if (media.getLong(at + OutcomeLayout.REQUEST_LOW) == id.low()
          && media.getLong(at + OutcomeLayout.REQUEST_HIGH) == id.high()) {
        return read(at);
      }
    }
    requireAllSound();
    return null;
  }

  /**
   * Once in an awake life, before the first request that is not remembered: it may be one whose outcome is damaged, and must
   * not run twice then.
   */
  private void requireAllSound() {
    if (awake.outcomesAreChecked) {
      return;
    }
    if (!areSound(media, firstOffset, count, replyBytes)) {
      throw new Quarantined(
          "component at " + awake.recordOffset
              + ": an outcome that it remembers is not what was written, and may be that of this request; it takes no new requests with ids, run verify");
    }
    awake.outcomesAreChecked = true;
  }

  private ByteBuffer read(long at) {
    byte[] bytes = new byte[OutcomeLayout.BYTES + replyBytes];
    media.read(at, bytes, 0, bytes.length);
    int length = Bytes.getInt(bytes, OutcomeLayout.REPLY_BYTES);
    if (length < 0
        || length > replyBytes
        || Bytes.getInt(bytes, OutcomeLayout.CRC32C)
            != new Checksum().ofRecord(bytes, 0, OutcomeLayout.BYTES + length, OutcomeLayout.CRC32C)) {
      throw new Quarantined(
          "component at " + awake.recordOffset + ": the outcome it remembers for the request is not what was written; run verify");
    }
    return ByteBuffer.wrap(bytes, OutcomeLayout.BYTES, length).slice().asReadOnlyBuffer();
  }

  /** Which outcome makes room for the next one: the oldest. */
  private int oldest() {
    int oldest = 0;
    for (int i = 1; i < count; i++) {
      if (media.getLong(offset(i) + OutcomeLayout.ORDINAL) < media.getLong(offset(oldest) + OutcomeLayout.ORDINAL)) {
        oldest = i;
      }
    }
    return oldest;
  }

  /** Logs the bytes that {@link #record} will overwrite; the fence of the turn's first store covers them. */
  void prepare(Epoch epoch) {
    epoch.log(awake.birth, awake.recordOffset, offset(oldest()), outcomeBytes(replyBytes));
  }

  /**
   * Records the outcome in the running turn.
   *
   * @throws ReplyTooLarge if the reply is longer than was declared
   */
  void record(Epoch epoch, RequestId id, ByteBuffer reply) {
    if (reply.remaining() > replyBytes) {
      throw new ReplyTooLarge(
          "component " + new ComponentNames(media).textOf(awake.recordOffset) + ": the reply has " + reply.remaining()
              + " bytes, and it remembers outcomes of " + replyBytes + " bytes; reply less, or declare outcomes(" + count + ", " + reply.remaining() + ") when it is created");
    }
    long newest = 0;
    for (int i = 0; i < count; i++) {
      newest = Math.max(newest, media.getLong(offset(i) + OutcomeLayout.ORDINAL));
    }
    byte[] bytes = new byte[OutcomeLayout.BYTES + reply.remaining()];
    Bytes.putLong(bytes, OutcomeLayout.ORDINAL, newest + 1);
    Bytes.putLong(bytes, OutcomeLayout.REQUEST_HIGH, id.high());
    Bytes.putLong(bytes, OutcomeLayout.REQUEST_LOW, id.low());
    Bytes.putInt(bytes, OutcomeLayout.REPLY_BYTES, reply.remaining());
    reply.get(reply.position(), bytes, OutcomeLayout.BYTES, reply.remaining());
    Bytes.putInt(bytes, OutcomeLayout.CRC32C, new Checksum().ofRecord(bytes, 0, bytes.length, OutcomeLayout.CRC32C));
    epoch.seal();
    media.write(offset(oldest()), bytes, 0, bytes.length);
  }

  /** Whether the outcome at an offset is empty or what was written; for verify. */
  static boolean isSound(Media media, long at, int replyBytes) {
    if (media.getLong(at + OutcomeLayout.ORDINAL) == 0) {
      return true;
    }
    byte[] bytes = new byte[OutcomeLayout.BYTES + replyBytes];
    media.read(at, bytes, 0, bytes.length);
    int length = Bytes.getInt(bytes, OutcomeLayout.REPLY_BYTES);
    return length >= 0
        && length <= replyBytes
        && Bytes.getInt(bytes, OutcomeLayout.CRC32C)
            == new Checksum().ofRecord(bytes, 0, OutcomeLayout.BYTES + length, OutcomeLayout.CRC32C);
  }

  /** Whether all outcomes are what was written, and none is missing between the oldest and the newest. */
  static boolean areSound(Media media, long first, int count, int replyBytes) {
    long newest = 0;
    long recorded = 0;
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      long at = first + (long) i * outcomeBytes(replyBytes);
      if (!isSound(media, at, replyBytes)) {
        return false;
      }
      long ordinal = media.getLong(at + OutcomeLayout.ORDINAL);
      newest = Math.max(newest, ordinal);
      oldest = ordinal == 0 ? oldest : Math.min(oldest, ordinal);
      recorded += ordinal == 0 ? 0 : 1;
    }
    // They replace each other in turn: there are as many as there can be, and one follows on another.
    return recorded == Math.min(newest, count) && (recorded == 0 || newest - oldest == recorded - 1);
  }

  private long offset(int index) {
    return firstOffset + (long) index * outcomeBytes(replyBytes);
  }
}
