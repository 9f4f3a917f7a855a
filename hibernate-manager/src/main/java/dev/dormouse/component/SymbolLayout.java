package dev.dormouse.component;

import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** The head of a symbol: its text follows in UTF-8, under the CRC. */
final class SymbolLayout {
  static final StructLayout LAYOUT = MemoryLayout.structLayout(u32("crc32c"), u16("textBytes"), u16("number"));

  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int TEXT_BYTES = offset(LAYOUT, "textBytes");
  static final int NUMBER = offset(LAYOUT, "number");
  static final int BYTES = Layouts.size(LAYOUT);

  private SymbolLayout() {}
}
