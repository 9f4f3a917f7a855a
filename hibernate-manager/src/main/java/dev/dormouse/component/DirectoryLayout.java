package dev.dormouse.component;

import static dev.dormouse.heap.Layouts.bytes;
import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import dev.dormouse.heap.Layouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** The head of a table of words that others share: the directory's root, or the symbols. The words follow it. */
final class DirectoryLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u64("wordCount"), u64("key0"), u64("key1"), u32("crc32c"), bytes("reserved", 36));

  static final int WORD_COUNT = offset(LAYOUT, "wordCount");
  static final int KEY0 = offset(LAYOUT, "key0");
  static final int KEY1 = offset(LAYOUT, "key1");
  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int BYTES = Layouts.size(LAYOUT);

  private DirectoryLayout() {}
}
