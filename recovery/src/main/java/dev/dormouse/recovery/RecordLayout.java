package dev.dormouse.recovery;

import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** The first line of a log record; a payload, padded to whole lines, may follow. What a to d mean is said by the kind. */
public final class RecordLayout {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u64("stamp"),
          u64("salt"),
          u32("crc32c"),
          u16("kind"),
          u16("lane"),
          u32("ordinal"),
          u32("batchFirst"),
          u64("a"),
          u64("b"),
          u64("c"),
          u64("d"));

  static final int STAMP = offset(LAYOUT, "stamp");
  static final int SALT = offset(LAYOUT, "salt");
  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int KIND = offset(LAYOUT, "kind");
  static final int LANE = offset(LAYOUT, "lane");
  static final int ORDINAL = offset(LAYOUT, "ordinal");
  static final int BATCH_FIRST = offset(LAYOUT, "batchFirst");
  static final int A = offset(LAYOUT, "a");
  static final int B = offset(LAYOUT, "b");
  static final int C = offset(LAYOUT, "c");
  static final int D = offset(LAYOUT, "d");
  static final int BYTES = Layouts.size(LAYOUT);

  /** The longest payload, in bytes. Longer ranges take several records. */
  static final int MAX_PAYLOAD_BYTES = 4096;

  private RecordLayout() {}
}
