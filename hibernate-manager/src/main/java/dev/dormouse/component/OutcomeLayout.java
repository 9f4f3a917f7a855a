package dev.dormouse.component;

import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** A recorded outcome; the reply's bytes follow it. Zero where none was recorded yet. */
final class OutcomeLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(u64("ordinal"), u64("requestHigh"), u64("requestLow"), u32("replyBytes"), u32("crc32c"));

  static final int ORDINAL = offset(LAYOUT, "ordinal");
  static final int REQUEST_HIGH = offset(LAYOUT, "requestHigh");
  static final int REQUEST_LOW = offset(LAYOUT, "requestLow");
  static final int REPLY_BYTES = offset(LAYOUT, "replyBytes");
  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int BYTES = Layouts.size(LAYOUT);

  private OutcomeLayout() {}
}
