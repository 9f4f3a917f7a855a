package dev.dormouse.heap;

import static dev.dormouse.heap.Layouts.bytes;
import static dev.dormouse.heap.Layouts.offset;
import static dev.dormouse.heap.Layouts.u16;
import static dev.dormouse.heap.Layouts.u32;
import static dev.dormouse.heap.Layouts.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** A journal's header, of which two copies lie in the first two pages; a record's head; and the head of an entry in a record. */
final class JournalLayout {
  static final StructLayout HEADER =
      MemoryLayout.structLayout(
          u64("magic"),
          u16("major"),
          u16("minor"),
          u32("crc32c"),
          u64("serial"),
          u64("name"),
          u64("uuidHigh"),
          u64("uuidLow"),
          u64("salt"),
          u64("ringBytes"),
          u64("cut"),
          u64("poolSerial"),
          bytes("reserved", 48));

  static final int MAGIC = offset(HEADER, "magic");
  static final int MAJOR = offset(HEADER, "major");
  static final int MINOR = offset(HEADER, "minor");
  static final int HEADER_CRC32C = offset(HEADER, "crc32c");
  static final int SERIAL = offset(HEADER, "serial");
  static final int NAME = offset(HEADER, "name");
  static final int UUID_HIGH = offset(HEADER, "uuidHigh");
  static final int UUID_LOW = offset(HEADER, "uuidLow");
  static final int HEADER_SALT = offset(HEADER, "salt");
  static final int RING_BYTES = offset(HEADER, "ringBytes");
  static final int CUT = offset(HEADER, "cut");
  static final int POOL_SERIAL = offset(HEADER, "poolSerial");
  static final int HEADER_BYTES = Layouts.size(HEADER);

  static final StructLayout RECORD =
      MemoryLayout.structLayout(
          u32("length"),
          u32("crc32c"),
          u64("position"),
          u64("salt"),
          u64("durable"),
          u64("group"),
          u16("kind"),
          bytes("reserved", 2),
          u32("entries"));

  static final int LENGTH = offset(RECORD, "length");
  static final int CRC32C = offset(RECORD, "crc32c");
  static final int POSITION = offset(RECORD, "position");
  static final int SALT = offset(RECORD, "salt");
  static final int DURABLE = offset(RECORD, "durable");
  static final int GROUP = offset(RECORD, "group");
  static final int KIND = offset(RECORD, "kind");
  static final int ENTRIES = offset(RECORD, "entries");
  static final int RECORD_BYTES = Layouts.size(RECORD);

  static final StructLayout ENTRY = MemoryLayout.structLayout(u64("place"), u64("length"));

  static final int PLACE = offset(ENTRY, "place");
  static final int ENTRY_LENGTH = offset(ENTRY, "length");
  static final int ENTRY_BYTES = Layouts.size(ENTRY);

  /** Bit of a place that says that zeros lie there, and no bytes follow. */
  static final long ZEROS = 1L << 63;

  /** What a record begins at a multiple of, and is long. */
  static final int UNIT_BYTES = 64;

  /** What is written to the disk at once begins and ends at a multiple of it. */
  static final int SECTOR_BYTES = 512;

  /** Where the ring begins in the file: behind two pages of headers. */
  static final long FIRST_BYTE = 2L * Geometry.PAGE_BYTES;

  /** Kinds of records. */
  static final int EMPTY = 1;

  static final int WHOLE = 2;
  static final int PART = 3;
  static final int LAST = 4;

  /** Ends a group that is not to be: reading what it should hold failed. */
  static final int ABANDONED = 5;

  private JournalLayout() {}
}
