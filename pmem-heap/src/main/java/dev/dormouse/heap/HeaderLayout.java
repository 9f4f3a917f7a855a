package dev.dormouse.heap;

import static dev.dormouse.heap.Layouts.bytes;
import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;
import static dev.dormouse.heap.Layouts.u8;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** One copy of the pool's header. Two copies lie in the first two pages; the valid one with the greater serial counts. */
final class HeaderLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u64("magic"),
          u16("major"),
          u16("minor"),
          u32("crc32c"),
          u64("serial"),
          u64("uuidHigh"),
          u64("uuidLow"),
          u64("sizeBytes"),
          u64("maxBytes"),
          u8("durabilityClass"),
          u8("state"),
          u16("slabPages"),
          u32("laneCount"),
          u64("laneBytes"),
          u64("laneTableOffset"),
          u64("pageTableOffset"),
          u64("arenaOffset"),
          u64("openCount"),
          u64("salt"),
          u64("bootHigh"),
          u64("bootLow"),
          u64("root0"),
          u64("root1"),
          u64("root2"),
          u64("root3"),
          u64("fileInode"),
          u64("fileBirth"),
          u64("fileDevice"),
          u64("pathHash"),
          u64("machineHigh"),
          u64("machineLow"),
          u64("journal"),
          bytes("reserved", 40));

  static final int MAGIC = offset(LAYOUT, "magic");
  static final int MAJOR = offset(LAYOUT, "major");
  static final int MINOR = offset(LAYOUT, "minor");
  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int SERIAL = offset(LAYOUT, "serial");
  static final int UUID_HIGH = offset(LAYOUT, "uuidHigh");
  static final int UUID_LOW = offset(LAYOUT, "uuidLow");
  static final int SIZE_BYTES = offset(LAYOUT, "sizeBytes");
  static final int MAX_BYTES = offset(LAYOUT, "maxBytes");
  static final int DURABILITY_CLASS = offset(LAYOUT, "durabilityClass");
  static final int STATE = offset(LAYOUT, "state");
  static final int SLAB_PAGES = offset(LAYOUT, "slabPages");
  static final int LANE_COUNT = offset(LAYOUT, "laneCount");
  static final int LANE_BYTES = offset(LAYOUT, "laneBytes");
  static final int LANE_TABLE_OFFSET = offset(LAYOUT, "laneTableOffset");
  static final int PAGE_TABLE_OFFSET = offset(LAYOUT, "pageTableOffset");
  static final int ARENA_OFFSET = offset(LAYOUT, "arenaOffset");
  static final int OPEN_COUNT = offset(LAYOUT, "openCount");
  static final int SALT = offset(LAYOUT, "salt");
  static final int BOOT_HIGH = offset(LAYOUT, "bootHigh");
  static final int BOOT_LOW = offset(LAYOUT, "bootLow");
  static final int ROOT0 = offset(LAYOUT, "root0");
  static final int FILE_INODE = offset(LAYOUT, "fileInode");
  static final int FILE_BIRTH = offset(LAYOUT, "fileBirth");
  static final int FILE_DEVICE = offset(LAYOUT, "fileDevice");
  static final int PATH_HASH = offset(LAYOUT, "pathHash");
  static final int MACHINE_HIGH = offset(LAYOUT, "machineHigh");
  static final int MACHINE_LOW = offset(LAYOUT, "machineLow");
  static final int JOURNAL = offset(LAYOUT, "journal");
  static final int RESERVED = offset(LAYOUT, "reserved");
  static final int BYTES = Layouts.size(LAYOUT);

  private HeaderLayout() {}
}
