package dev.dormouse.component;

import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** One capability slot, under the CRC of the record or table that it lies in. */
final class SlotLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(u64("object"), u64("badge"), u32("generation"), u16("rights"), u16("kind"));

  static final int OBJECT = offset(LAYOUT, "object");
  static final int BADGE = offset(LAYOUT, "badge");
  static final int GENERATION = offset(LAYOUT, "generation");
  static final int RIGHTS = offset(LAYOUT, "rights");
  static final int KIND = offset(LAYOUT, "kind");
  static final int BYTES = Layouts.size(LAYOUT);

  private SlotLayout() {}
}
