package dev.dormouse.heap;

import static dev.dormouse.heap.Layouts.bytes;
import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** The header of a segment of an archive, and the head of a block in it. */
final class ArchiveLayout {
  static final StructLayout SEGMENT =
      MemoryLayout.structLayout(
          u64("magic"),
          u16("major"),
          u16("minor"),
          u32("crc32c"),
          u64("uuidHigh"),
          u64("uuidLow"),
          u64("life"),
          u64("segment"),
          u64("name"),
          u64("salt"),
          u64("from"),
          u64("formerName"),
          u64("formerEnd"),
          u64("openings"),
          u16("based"),
          bytes("reserved", 30));

  static final int MAGIC = offset(SEGMENT, "magic");
  static final int MAJOR = offset(SEGMENT, "major");
  static final int SEGMENT_CRC32C = offset(SEGMENT, "crc32c");
  static final int UUID_HIGH = offset(SEGMENT, "uuidHigh");
  static final int UUID_LOW = offset(SEGMENT, "uuidLow");
  static final int LIFE = offset(SEGMENT, "life");
  static final int SEGMENT_NUMBER = offset(SEGMENT, "segment");
  static final int NAME = offset(SEGMENT, "name");
  static final int SEGMENT_SALT = offset(SEGMENT, "salt");
  static final int FROM = offset(SEGMENT, "from");
  static final int FORMER_NAME = offset(SEGMENT, "formerName");
  static final int FORMER_END = offset(SEGMENT, "formerEnd");
  static final int OPENINGS = offset(SEGMENT, "openings");
  static final int BASED = offset(SEGMENT, "based");
  static final int SEGMENT_BYTES = Layouts.size(SEGMENT);

  static final StructLayout BLOCK =
      MemoryLayout.structLayout(
          u32("kind"),
          u32("crc32c"),
          u64("salt"),
          u64("place"),
          u64("position"),
          u64("length"),
          u64("time"),
          u64("a"),
          u32("b"),
          u32("payloadCrc32c"));

  static final int KIND = offset(BLOCK, "kind");
  static final int BLOCK_CRC32C = offset(BLOCK, "crc32c");
  static final int BLOCK_SALT = offset(BLOCK, "salt");
  static final int PLACE = offset(BLOCK, "place");
  static final int POSITION = offset(BLOCK, "position");
  static final int LENGTH = offset(BLOCK, "length");
  static final int TIME = offset(BLOCK, "time");
  static final int A = offset(BLOCK, "a");
  static final int B = offset(BLOCK, "b");
  static final int PAYLOAD_CRC32C = offset(BLOCK, "payloadCrc32c");
  static final int BLOCK_BYTES = Layouts.size(BLOCK);

  /** What a block begins at a multiple of. */
  static final int UNIT_BYTES = 64;

  /** Kinds of blocks. */
  static final int REDO = 1;

  static final int MARK = 2;
  static final int BASE = 3;
  static final int END = 4;

  private ArchiveLayout() {}
}
