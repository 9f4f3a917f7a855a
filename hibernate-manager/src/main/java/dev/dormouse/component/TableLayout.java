package dev.dormouse.component;

import static dev.dormouse.heap.Layouts.bytes;
import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** The head of the table of further regions and slots; the regions follow it, then the slots, as many as the capacities say. */
final class TableLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u64("birth"), u32("crc32c"), u16("regionCapacity"), u16("slotCapacity"), bytes("reserved", 48));

  static final int BIRTH = offset(LAYOUT, "birth");
  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int REGION_CAPACITY = offset(LAYOUT, "regionCapacity");
  static final int SLOT_CAPACITY = offset(LAYOUT, "slotCapacity");
  static final int BYTES = Layouts.size(LAYOUT);

  private TableLayout() {}
}
