package dev.dormouse.component;

import dev.dormouse.component.SurveySpan.Kind;
import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Check;
import dev.dormouse.heap.Checksum;
import dev.dormouse.recovery.RecordLayout;
import dev.dormouse.region.RegionLayout;
import java.lang.foreign.MemoryLayout.PathElement;

/**
 * Puts the right checksum, or the right check bits, into a record that was changed: what a writer would have put there who meant
 * what it says now. So fuzzing comes to what lies behind them. Read off the format; where a record itself says how long it is,
 * that is believed as a reader would.
 */
final class FuzzSeals {
  private static final int HEADER_CRC = 12;
  private static final int HEADER_BYTES = 256;
  private static final int MOST_PAYLOAD = 4096;
  private static final int LOG_CRC = (int) RecordLayout.LAYOUT.byteOffset(PathElement.groupElement("crc32c"));
  private static final int LOG_KIND = (int) RecordLayout.LAYOUT.byteOffset(PathElement.groupElement("kind"));
  private static final int LOG_B = (int) RecordLayout.LAYOUT.byteOffset(PathElement.groupElement("b"));

  private final byte[] pool;

  FuzzSeals(byte[] pool) {
    this.pool = pool;
  }

  /** Seals what was changed in a span; nothing where the span has nothing of the kind. */
  void seal(SurveySpan span) {
    int at = span.offset();
    switch (span.kind()) {
      case HEADER -> crc(at, HEADER_BYTES, HEADER_CRC);
      case LANE_WORD, DIRECTORY_WORD, SYMBOL_WORD, DATASPACE_WORD, DATASPACE_COUNT -> words(at, span.end());
      case PAGE_STATE -> word(at, (at - SurveyPools.GEOMETRY.pageTableOffset()) / 16);
      case CHUNK_WORD -> word(at, 0);
      case COMMITTED_LOG, RUNNING_LOG, LAST_FENCE -> log(at);
      case TABLE_HEAD -> crc(at, DirectoryLayout.BYTES, DirectoryLayout.CRC32C);
      case RECORD -> crc(at, ComponentLayout.BYTES, ComponentLayout.CRC32C);
      case TABLE ->
          crc(
              at,
              TableLayout.BYTES + half(at + TableLayout.REGION_CAPACITY) * RegionLayout.BYTES + half(at + TableLayout.SLOT_CAPACITY) * SlotLayout.BYTES,
              TableLayout.CRC32C);
      case ANNEX -> crc(at, AnnexLayout.BYTES + half(at + AnnexLayout.NAME_BYTES), AnnexLayout.CRC32C);
      case OUTCOME -> crc(at, OutcomeLayout.BYTES + (Bytes.getInt(pool, at + OutcomeLayout.REPLY_BYTES) & 0xffff), OutcomeLayout.CRC32C);
      case RECIPE -> crc(at, FileRecipeLayout.BYTES + half(at + FileRecipeLayout.PATH_BYTES), FileRecipeLayout.CRC32C);
      case SYMBOL -> crc(at, SymbolLayout.BYTES + half(at + SymbolLayout.TEXT_BYTES), SymbolLayout.CRC32C);
      case DATASPACE_HEAD -> crc(at, DataspaceLayout.ATTACHMENTS, DataspaceLayout.CRC32C);
      case DATASPACE_CONTENT, PAGE_OWNER, SLAB_OWNER, STATE, UNUSED -> {}
    }
  }

  /** Whether a record of that kind that is sealed may be believed by others than those whose it is: what leads to all, or says what to write. */
  static boolean concernsEverybody(Kind kind) {
    return switch (kind) {
      case HEADER, LANE_WORD, COMMITTED_LOG, RUNNING_LOG, LAST_FENCE, TABLE_HEAD -> true;
      default -> false;
    };
  }

  private int half(int at) {
    return Bytes.getShort(pool, at) & 0xffff;
  }

  private void words(int from, int to) {
    for (int at = from; at < to; at += Long.BYTES) {
      word(at, at);
    }
  }

  private void word(int at, long place) {
    long word = Bytes.getLong(pool, at);
    if (word != 0) {
      Bytes.putLong(pool, at, Check.seal(Check.open(word), place));
    }
  }

  private void log(int at) {
    boolean undo = Bytes.getShort(pool, at + LOG_KIND) == 1;
    long payload = undo ? Bytes.getLong(pool, at + LOG_B) : 0;
    crc(at, 64 + Math.clamp(payload, 0, MOST_PAYLOAD), LOG_CRC);
  }

  private void crc(int at, int length, int field) {
    if (length <= pool.length - at) {
      Bytes.putInt(pool, at + field, new Checksum().ofRecord(pool, at, length, field));
    }
  }
}
