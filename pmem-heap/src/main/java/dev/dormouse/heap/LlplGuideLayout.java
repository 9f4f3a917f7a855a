package dev.dormouse.heap;

import static dev.dormouse.heap.Layouts.bytes;
import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** The first bytes of the block of an LLPL heap in which a pool lies: where in the file the pool begins. Written once. */
final class LlplGuideLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u64("magic"),
          u32("version"),
          u32("crc32c"),
          u64("poolOffset"),
          u64("poolBytes"),
          u32("pmdkCrc32c"),
          bytes("reserved", 28));

  static final int MAGIC = offset(LAYOUT, "magic");
  static final int VERSION = offset(LAYOUT, "version");
  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int POOL_OFFSET = offset(LAYOUT, "poolOffset");
  static final int POOL_BYTES = offset(LAYOUT, "poolBytes");
  static final int PMDK_CRC32C = offset(LAYOUT, "pmdkCrc32c");
  static final int BYTES = Layouts.size(LAYOUT);

  private LlplGuideLayout() {}
}
