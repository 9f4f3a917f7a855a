package dev.dormouse.component;

import static dev.dormouse.heap.Layouts.bytes;
import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** The head of a dataspace of the store, one line; its content follows. The last word is not under the CRC: it changes by itself. */
final class DataspaceLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u64("birth"),
          u32("crc32c"),
          u32("nameSymbol"),
          u64("lengthBytes"),
          u32("contentCrc32c"),
          bytes("reserved", 28),
          u64("attachments"));

  static final int BIRTH = offset(LAYOUT, "birth");
  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int NAME_SYMBOL = offset(LAYOUT, "nameSymbol");
  static final int LENGTH_BYTES = offset(LAYOUT, "lengthBytes");
  static final int CONTENT_CRC32C = offset(LAYOUT, "contentCrc32c");
  static final int ATTACHMENTS = offset(LAYOUT, "attachments");
  static final int BYTES = Layouts.size(LAYOUT);

  private DataspaceLayout() {}
}
