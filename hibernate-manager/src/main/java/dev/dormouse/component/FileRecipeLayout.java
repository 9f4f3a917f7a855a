package dev.dormouse.component;

import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * How a file capability is obtained again: the granted root, the file's identity, the position; the path below the root
 * follows in UTF-8. The CRC covers the path too.
 */
final class FileRecipeLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u64("birth"),
          u32("crc32c"),
          u32("rootSymbol"),
          u64("device"),
          u64("inode"),
          u64("positionBytes"),
          u16("pathBytes"),
          u16("slot"),
          u32("reserved"));

  static final int BIRTH = offset(LAYOUT, "birth");
  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int ROOT_SYMBOL = offset(LAYOUT, "rootSymbol");
  static final int DEVICE = offset(LAYOUT, "device");
  static final int INODE = offset(LAYOUT, "inode");
  static final int POSITION_BYTES = offset(LAYOUT, "positionBytes");
  static final int PATH_BYTES = offset(LAYOUT, "pathBytes");
  static final int SLOT = offset(LAYOUT, "slot");
  static final int BYTES = Layouts.size(LAYOUT);

  private FileRecipeLayout() {}
}
