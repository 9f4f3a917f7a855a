package dev.dormouse.component;

import static dev.dormouse.heap.Layouts.bytes;
import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;
import static dev.dormouse.heap.Layouts.u8;

import dev.dormouse.heap.Bytes;
import dev.dormouse.heap.Checksum;
import dev.dormouse.heap.Layouts;
import dev.dormouse.region.RegionLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * A component's record, two lines. The first region and the first two capability slots lie in it; a component that has more
 * keeps the others in a table of its own.
 */
final class ComponentLayout {
  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          u64("birth"),
          u32("crc32c"),
          u16("flags"),
          u8("regionCount"),
          u8("slotCount"),
          u32("programSymbol"),
          u32("stateVersion"),
          u64("annexOffset"),
          u64("tableOffset"),
          u64("quotaBytes"),
          bytes("region0", RegionLayout.BYTES),
          bytes("slot0", 24),
          bytes("slot1", 24));

  static final int BIRTH = offset(LAYOUT, "birth");
  static final int CRC32C = offset(LAYOUT, "crc32c");
  static final int FLAGS = offset(LAYOUT, "flags");
  static final int REGION_COUNT = offset(LAYOUT, "regionCount");
  static final int SLOT_COUNT = offset(LAYOUT, "slotCount");
  static final int PROGRAM_SYMBOL = offset(LAYOUT, "programSymbol");
  static final int STATE_VERSION = offset(LAYOUT, "stateVersion");
  static final int ANNEX_OFFSET = offset(LAYOUT, "annexOffset");
  static final int TABLE_OFFSET = offset(LAYOUT, "tableOffset");
  static final int QUOTA_BYTES = offset(LAYOUT, "quotaBytes");
  static final int REGION0 = offset(LAYOUT, "region0");
  static final int SLOT0 = offset(LAYOUT, "slot0");
  static final int BYTES = Layouts.size(LAYOUT);

  /** Flag: recovery could not undo its last epoch, or repair could not mend it; it must not run. */
  static final int QUARANTINED = 1;

  /** How many regions lie in the record itself. */
  static final int INLINE_REGIONS = 1;

  /** How many capability slots lie in the record itself. */
  static final int INLINE_SLOTS = 2;

  private ComponentLayout() {}

  /** Whether a copy of a record is what was written. */
  static boolean isSound(byte[] record, Checksum checksum) {
    return Bytes.getInt(record, CRC32C) == checksum.ofRecord(record, 0, record.length, CRC32C);
  }

  /** Puts the CRC into a copy of a record. */
  static void seal(byte[] record, Checksum checksum) {
    Bytes.putInt(record, CRC32C, checksum.ofRecord(record, 0, record.length, CRC32C));
  }
}
