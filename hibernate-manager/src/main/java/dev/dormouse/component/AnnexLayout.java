package dev.dormouse.component;

import static dev.dormouse.heap.Layouts.bytes;
import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * The head of a component's annex: its name follows in UTF-8, then, on the next line, its memory of outcomes. Head and name
 * never change; the CRC covers both.
 */
final class AnnexLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u64("birth"), u32("crc32c"), u16("nameBytes"), u16("outcomeCount"), u16("replyBytes"), bytes("reserved", 14));

  static final int BIRTH = offset(LAYOUT, "birth");
  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int NAME_BYTES = offset(LAYOUT, "nameBytes");
  static final int OUTCOME_COUNT = offset(LAYOUT, "outcomeCount");
  static final int REPLY_BYTES = offset(LAYOUT, "replyBytes");
  static final int BYTES = Layouts.size(LAYOUT);

  private AnnexLayout() {}
}
